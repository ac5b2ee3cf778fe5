"""What filling an order cost beside a reference price."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from alchemiser_dagster.portfolio.arithmetic import EXACT, plain
from alchemiser_dagster.records.execution import BASIS_POINTS
from alchemiser_dagster.records.values import Side

DOLLAR_STEP = Decimal("0.000001")
BASIS_POINT_STEP = Decimal("0.0001")


@dataclass(frozen=True)
class Slippage:
    """What filling cost beside a reference price; positive where more was paid, or less received.

    Parameters
    ----------
    dollars
        Over all filled shares, to a millionth.
    basis_points
        In hundredths of a percent of the reference price, to four decimals.
    """

    dollars: Decimal
    basis_points: Decimal


def slippage_of(side: Side, quantity: Decimal, price: Decimal, reference: Decimal) -> Slippage:
    """Return what it cost to fill so many shares at an average price; neither price may be zero."""
    worse = EXACT.subtract(price, reference) if side is Side.BUY else EXACT.subtract(reference, price)
    share = EXACT.divide(worse, reference)
    return Slippage(
        dollars=_rounded(EXACT.multiply(worse, quantity), DOLLAR_STEP),
        basis_points=_rounded(EXACT.multiply(share, Decimal(BASIS_POINTS)), BASIS_POINT_STEP),
    )


def _rounded(value: Decimal, step: Decimal) -> Decimal:
    return plain(value.quantize(step, rounding=ROUND_HALF_EVEN, context=EXACT)) or Decimal(0)
