"""Rounding as markets do it: prices to the tick, money to the cent, quantities to nine decimals."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

BASIS_POINT = Decimal("0.0001")
CENT = Decimal("0.01")
SUB_DOLLAR_TICK = Decimal("0.0001")
SMALLEST_FRACTION = Decimal("0.000000001")
WHOLE_SHARE = Decimal(1)
ONE_DOLLAR = Decimal(1)


def tick_of(price: Decimal) -> Decimal:
    """Return the price step: a cent from one dollar on, a hundredth of a cent below."""
    return CENT if price >= ONE_DOLLAR else SUB_DOLLAR_TICK


def is_on_tick(price: Decimal) -> bool:
    """Return whether an order may carry the price."""
    return price % tick_of(price) == 0


def floor_to_tick(price: Decimal) -> Decimal:
    """Return the highest allowed price that is not above the price."""
    return price.quantize(tick_of(price), rounding=ROUND_FLOOR)


def ceil_to_tick(price: Decimal) -> Decimal:
    """Return the lowest allowed price that is not below the price."""
    return price.quantize(tick_of(price), rounding=ROUND_CEILING)


def to_cent(amount: Decimal) -> Decimal:
    """Return the amount in whole cents, half to even."""
    return amount.quantize(CENT, rounding=ROUND_HALF_EVEN)


def up_to_cent(amount: Decimal) -> Decimal:
    """Return the amount in whole cents, never less than it is."""
    return amount.quantize(CENT, rounding=ROUND_CEILING)


def down_to_share(quantity: Decimal, *, fractionable: bool) -> Decimal:
    """Return the largest quantity that may be ordered and is not above the quantity (R-29)."""
    step = SMALLEST_FRACTION if fractionable else WHOLE_SHARE
    return quantity.quantize(step, rounding=ROUND_DOWN)


def is_whole(quantity: Decimal) -> bool:
    """Return whether the quantity has no fraction of a share."""
    return quantity % WHOLE_SHARE == 0


def has_allowed_decimals(quantity: Decimal) -> bool:
    """Return whether the quantity has at most nine decimals."""
    return quantity % SMALLEST_FRACTION == 0
