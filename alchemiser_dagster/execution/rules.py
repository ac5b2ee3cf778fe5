"""How a plan is executed: prices, limits, patience."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from pydantic import Field

from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import Money
from alchemiser_dagster.settings.choices import AtDeadline, LastOrder, Requote

USUAL_STEPS = (Decimal("0.5"), Decimal("0.75"), Decimal("0.95"))


class ExecutionRules(Frozen):
    """The terms of execution.

    Parameters
    ----------
    steps
        Where the limits of a line's orders lie, one after the other: fractions of the spread towards its far
        side.
    step_seconds, last_seconds
        How long a limit may work before the next step, and the last order before it is canceled.
    last_order
        What follows the limits: a market order, the closing auction, or nothing.
    last_attempts
        How often the last order is sent anew for what is left.
    requote
        Whether an order is canceled before the next one, or replaced by it.
    deadline, at_deadline
        How long before the close limits end, and what is done then with the rest.
    auction_cutoff, auction_wait
        How long before the close the auction takes no order any more, and how long after it is waited for.
    mid_collar, close_collar
        How far a limit may lie from the quote's middle and from the last close, as fractions of them. A quote
        whose middle lies further from the last close prices nothing.
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
    quote_seconds
        How long a quote that prices nothing is asked for again.
    settling_seconds
        How long a cancellation, or an order that nobody can find, is waited for.
    first_pause_seconds, longest_pause_seconds
        Pauses between two looks double from the first to the longest (R-25).
    lanes
        How many orders may be on their way to the broker at the same time.
    """

    steps: tuple[Decimal, ...] = USUAL_STEPS
    step_seconds: float = Field(default=10.0, gt=0)
    last_seconds: float = Field(default=60.0, gt=0)
    last_order: LastOrder = LastOrder.MARKET
    last_attempts: int = Field(default=3, ge=1)
    requote: Requote = Requote.CANCEL
    deadline: timedelta = timedelta(seconds=120)
    at_deadline: AtDeadline = AtDeadline.MARKET
    auction_cutoff: timedelta = timedelta(minutes=10, seconds=15)
    auction_wait: timedelta = timedelta(minutes=5)
    mid_collar: Decimal = Field(default=Decimal("0.01"), gt=0)
    close_collar: Decimal = Field(default=Decimal("0.25"), gt=0)
    market_buy_margin: Decimal = Field(default=Decimal("0.04"), ge=0)
    max_failed_sell: Money = Field(default=Decimal(500), ge=0)
    minimum_notional: Money = Field(default=Decimal(1), ge=0)
    negligible_shortfall: Money = Field(default=Decimal(5), ge=0)
    widest_spread: Decimal = Field(default=Decimal("0.02"), gt=0)
    greatest_distance: Decimal = Field(default=Decimal("0.10"), gt=0)
    oldest_quote: timedelta | None = timedelta(minutes=5)
    quote_seconds: float = Field(default=5.0, ge=0)
    settling_seconds: float = Field(default=20.0, gt=0)
    first_pause_seconds: float = Field(default=0.25, gt=0)
    longest_pause_seconds: float = Field(default=5.0, gt=0)
    lanes: int = Field(default=1, ge=1, le=16)

    @property
    def max_attempts(self) -> int:
        """How many orders a line may have, one after the other."""
        return len(self.steps) + self.last_attempts
