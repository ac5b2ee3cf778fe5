"""Symbols as Alpaca spells them: BRK.B where others write BRK/B."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from alchemiser_dagster.broker.alpaca.symbols import to_alpaca
from alchemiser_dagster.errors import DataError

SYMBOLS_PER_REQUEST = 200


def wire_names(symbols: Sequence[str]) -> Mapping[str, str]:
    """Return our spelling of each symbol by Alpaca's, sorted.

    Raises
    ------
    DataError
        Two of the symbols are one for Alpaca.
    """
    names: dict[str, str] = {}
    for symbol in sorted(set(symbols)):
        other = names.setdefault(to_alpaca(symbol), symbol)
        if other != symbol:
            raise DataError(
                f"{other} and {symbol} are the same symbol at Alpaca",
                where=f"symbol {symbol}",
                remedy="Spell the symbol in one way in all strategies",
            )
    return names


def groups_of(names: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """Yield the names in groups that one request can hold."""
    pairs = list(names.items())
    for start in range(0, len(pairs), SYMBOLS_PER_REQUEST):
        yield dict(pairs[start : start + SYMBOLS_PER_REQUEST])
