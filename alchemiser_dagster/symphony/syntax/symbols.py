"""One spelling for each symbol (spec section 8)."""

from __future__ import annotations

import re

from alchemiser_dagster.symphony.syntax.source import MeaningError, Place

SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9./-]{0,31}")
PLAIN_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9.-]{0,31}")
EXCHANGE_QUALIFIED = re.compile(r"EQUITIES::(.+)//USD")


def canonical_symbol(symbol: str, place: Place | None = None) -> str:
    """Return the symbol as the whole engine spells it: `BRK/B` is `BRK.B`, `EQUITIES::SPY//USD` is `SPY`.

    Raises
    ------
    MeaningError
        Where it isn't made of upper-case letters, digits, ".", "/" and "-".
    """
    if PLAIN_SYMBOL.fullmatch(symbol):
        return symbol
    qualified = EXCHANGE_QUALIFIED.fullmatch(symbol)
    plain = qualified[1] if qualified else symbol
    if not SYMBOL.fullmatch(plain):
        raise MeaningError(
            f'"{symbol[:40]}" is no symbol',
            place,
            remedy="A symbol is made of upper-case letters, digits, dots, slashes and hyphens",
        )
    return plain.replace("/", ".")
