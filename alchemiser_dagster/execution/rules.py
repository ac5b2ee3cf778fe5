"""How a plan is executed: prices, limits, patience."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from pydantic import Field

from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.order import OrderType
from alchemiser_dagster.records.values import Money


class ExecutionRules(Frozen):
    """The terms of execution.

    Parameters
    ----------
    order_type
        Limit: a limit a collar beyond the far side of the quote; market: no limit.
    collar_basis_points
        Distance of the limit from the far side, in hundredths of a percent of it.
    market_buy_margin
        What the broker wants left free above a market buy's value at the ask, as a fraction of that value.
    max_failed_sell
        Value of unfilled sells, in dollars, above which nothing is bought (R-28).
    minimum_notional
        Least value of an order for a fraction of a share, in dollars (R-29).
    negligible_shortfall
        What a line may lack, in dollars, and still count as done.
    widest_spread, greatest_distance
        A quote with a wider spread, or a middle further from the line's reference price, prices nothing;
        fractions of the middle and of the reference price (R-30).
    oldest_quote
        A quote older than this prices nothing; None where prices don't age.
    patience_seconds
        How long an order may work before it is canceled.
    settling_seconds
        How long a cancellation, or an order that nobody can find, is waited for.
    first_pause_seconds, longest_pause_seconds
        Pauses between two looks double from the first to the longest (R-25).
    max_attempts
        How often the rest of a line is sent anew.
    """

    order_type: OrderType = OrderType.LIMIT
    collar_basis_points: Decimal = Field(default=Decimal(5), ge=0, le=500)
    market_buy_margin: Decimal = Field(default=Decimal("0.04"), ge=0)
    max_failed_sell: Money = Field(default=Decimal(500), ge=0)
    minimum_notional: Money = Field(default=Decimal(1), ge=0)
    negligible_shortfall: Money = Field(default=Decimal(5), ge=0)
    widest_spread: Decimal = Field(default=Decimal("0.02"), gt=0)
    greatest_distance: Decimal = Field(default=Decimal("0.10"), gt=0)
    oldest_quote: timedelta | None = timedelta(minutes=15)
    patience_seconds: float = Field(default=60.0, gt=0)
    settling_seconds: float = Field(default=20.0, gt=0)
    first_pause_seconds: float = Field(default=0.25, gt=0)
    longest_pause_seconds: float = Field(default=5.0, gt=0)
    max_attempts: int = Field(default=3, ge=1)
