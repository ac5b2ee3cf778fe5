"""How the house calculates with money, shares and weights: exactly, and rounding only where it says so."""

from __future__ import annotations

from decimal import ROUND_DOWN, Context, Decimal
from typing import Final

EXACT: Final = Context(prec=60, rounding=ROUND_DOWN)
SHARE_STEP: Final = Decimal("1e-9")
WHOLE_SHARE: Final = Decimal(1)
CENT: Final = Decimal("0.01")


def round_down(value: Decimal, step: Decimal) -> Decimal:
    """Return the value cut to a multiple of a power of ten, without trailing zeros.

    Parameters
    ----------
    value
        Any finite number; a negative one moves towards zero.
    step
        A power of ten such as `SHARE_STEP`.
    """
    return plain(value.quantize(step, rounding=ROUND_DOWN, context=EXACT))


def plain(value: Decimal) -> Decimal:
    """Return the same number without exponent or trailing zeros: equal numbers have equal texts."""
    return Decimal(format(value.normalize(EXACT), "f"))
