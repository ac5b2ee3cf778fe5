"""The walk through the spread: which order comes next for what is left of a line.

The number of the attempt says how far the walk has come, so a run that resumes goes on where the one before
stood. At the deadline every walk is at its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from alchemiser_dagster.broker.rounding import is_whole
from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.records.order import OrderType, TimeInForce
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.settings.choices import AtDeadline, LastOrder


class StepKind(StrEnum):
    """How a step is priced."""

    LIMIT = "limit"
    MARKET = "market"
    AUCTION = "auction"


@dataclass(frozen=True)
class Step:
    """One order of a walk; `fraction` is how far into the spread a limit lies, 1 for the far side."""

    kind: StepKind
    fraction: Decimal = Decimal(1)

    @property
    def order_type(self) -> OrderType:
        """The type of the step's order."""
        return OrderType.LIMIT if self.kind is StepKind.LIMIT else OrderType.MARKET

    @property
    def time_in_force(self) -> TimeInForce:
        """How long the step's order stands."""
        return TimeInForce.CLOSE if self.kind is StepKind.AUCTION else TimeInForce.DAY


MARKET = Step(StepKind.MARKET)
AUCTION = Step(StepKind.AUCTION)


@dataclass(frozen=True)
class Walk:
    """The steps of one session: its close ends them."""

    rules: ExecutionRules
    closes_at: datetime

    @property
    def deadline(self) -> datetime:
        """The instant from which limits are not sent and not waited for."""
        return self.closes_at - self.rules.deadline

    def step(self, attempt: int, side: Side, quantity: Decimal, now: datetime) -> Step | None:
        """Return the step of an attempt, the first being 1; None where nothing more is to be sent."""
        if now >= self.deadline:
            return MARKET if self.rules.at_deadline is AtDeadline.MARKET else None
        if attempt <= len(self.rules.steps):
            return Step(StepKind.LIMIT, self.rules.steps[attempt - 1])
        return self._last(side, quantity, now)

    def _last(self, side: Side, quantity: Decimal, now: datetime) -> Step | None:
        match self.rules.last_order:
            case LastOrder.NONE:
                return None
            case LastOrder.CLOSING_AUCTION if self._suits_the_auction(side, quantity, now):
                return AUCTION
            case _:
                return MARKET

    def _suits_the_auction(self, side: Side, quantity: Decimal, now: datetime) -> bool:
        """Buys alone: what a sell brings must be there while the market is open."""
        in_time = now < self.closes_at - self.rules.auction_cutoff
        return side is Side.BUY and is_whole(quantity) and in_time
