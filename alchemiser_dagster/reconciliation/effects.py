"""What a fill does to the account: shares one way, money the other."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal

from alchemiser_dagster.portfolio.arithmetic import CENT
from alchemiser_dagster.records.order import Fill
from alchemiser_dagster.records.values import Side


def to_cent(amount: Decimal) -> Decimal:
    """Return the amount in whole cents, half to even."""
    return amount.quantize(CENT, rounding=ROUND_HALF_EVEN)


def share_effect(fills: Iterable[Fill], symbol: str) -> Decimal:
    """Return by how many shares the fills change the position in a symbol."""
    return sum((_sign(fill) * fill.quantity for fill in fills if fill.symbol == symbol), Decimal(0))


def cash_effect(fills: Iterable[Fill]) -> Decimal:
    """Return by how much the fills change cash, each rounded to the cent."""
    return sum((-_sign(fill) * to_cent(fill.quantity * fill.price) for fill in fills), Decimal(0))


def _sign(fill: Fill) -> int:
    return 1 if fill.side is Side.BUY else -1
