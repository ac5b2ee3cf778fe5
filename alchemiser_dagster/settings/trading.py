"""When orders are sent and how they are priced: what a person can set of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field

from alchemiser_dagster.settings.choices import (
    AfterFailure,
    AtDeadline,
    LastOrder,
    PlanApproval,
    Requote,
    Urgency,
)
from alchemiser_dagster.settings.section import CanBeEmpty, Section


@dataclass(frozen=True)
class Walk:
    """The limits of one order after the other.

    Parameters
    ----------
    steps
        Where each limit lies, as a fraction of the spread towards its far side.
    seconds
        How long each may work.
    """

    steps: tuple[Decimal, ...]
    seconds: int


WALKS: Mapping[Urgency, Walk] = {
    Urgency.PATIENT: Walk((Decimal("0.25"), Decimal("0.5"), Decimal("0.75"), Decimal("0.95")), 20),
    Urgency.NORMAL: Walk((Decimal("0.5"), Decimal("0.75"), Decimal("0.95")), 10),
    Urgency.URGENT: Walk((Decimal("0.75"), Decimal("0.95")), 5),
    Urgency.IMMEDIATE: Walk((), 5),
}


def _require_rising(steps: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
    if any(after <= before for before, after in pairwise(steps)):
        raise ValueError("must be numbers that rise, such as 0.5, 0.75, 0.95")
    return steps


SpreadFraction = Annotated[Decimal, Field(ge=0, le=1)]
Steps = Annotated[tuple[SpreadFraction, ...], Field(max_length=8), AfterValidator(_require_rising)]
StepSeconds = Annotated[int, Field(ge=1, le=600)]


class TradingSettings(Section):
    """When and how orders are sent."""

    window_minutes: int = Field(
        default=30,
        ge=1,
        le=390,
        description="Minutes before the close in which trading may start: 1 to 390. Default: 30",
    )
    urgency: Urgency = Field(
        default=Urgency.NORMAL,
        description="How fast limits walk through the spread: patient (25, 50, 75, 95 % of it, 20 seconds "
        "each), normal (50, 75, 95 %, 10 seconds each), urgent (75, 95 %, 5 seconds each) or immediate (the "
        "last order at once). Default: normal",
    )
    steps: Annotated[Steps | None, CanBeEmpty] = Field(
        default=None,
        description="Where the limits of one order after the other lie, as fractions of the spread towards "
        "the far side: up to 8 rising numbers from 0 to 1. Default: as the urgency says",
    )
    step_seconds: Annotated[StepSeconds | None, CanBeEmpty] = Field(
        default=None,
        description="Seconds that each limit is given to fill: 1 to 600. Default: as the urgency says",
    )
    last_order: LastOrder = Field(
        default=LastOrder.MARKET,
        description="What is done with what the limits left: market, cls (whole shares to buy go to the "
        "closing auction, all else to the market) or none. Default: market",
    )
    requote: Requote = Field(
        default=Requote.CANCEL,
        description="How an order gives way to the next: cancel (and send what is left) or replace (whole "
        "shares of which none is filled; half the requests). Default: cancel",
    )
    deadline_seconds: int = Field(
        default=120,
        ge=15,
        le=3600,
        description="Seconds before the close at which limits give way to the rule of at_deadline: 15 to "
        "3600, and within window_minutes. Default: 120",
    )
    at_deadline: AtDeadline = Field(
        default=AtDeadline.MARKET,
        description="What is done at the deadline with what is open: market or cancel. Default: market",
    )
    mid_collar_basis_points: Decimal = Field(
        default=Decimal(100),
        gt=0,
        le=500,
        description="How far from the quote's middle a limit may lie, in basis points: above 0, at most 500. "
        "Default: 100",
    )
    close_collar: Decimal = Field(
        default=Decimal("0.25"),
        gt=0,
        le=1,
        description="How far from the last close a quote or a limit may lie, as a fraction of it: above 0, "
        "at most 1. Default: 0.25",
    )
    widest_spread: Decimal = Field(
        default=Decimal("0.02"),
        gt=0,
        le=Decimal("0.2"),
        description="Widest spread that prices an order, as a fraction of the middle: above 0, at most 0.2. "
        "Default: 0.02",
    )
    oldest_quote_seconds: int = Field(
        default=300,
        ge=1,
        le=3600,
        description="Oldest quote that prices an order, in seconds: 1 to 3600. Default: 300",
    )
    max_failed_sell: Decimal = Field(
        default=Decimal(500),
        ge=0,
        description="Value of failed sells, in US dollars, above which buys are not sent: 0 or more. "
        "Default: 500",
    )
    approval: PlanApproval = Field(
        default=PlanApproval.NONE,
        description="Whether a plan waits for `alchemiser approve` before anything is sent: none or "
        "required. Default: none",
    )
    after_failure: AfterFailure = Field(
        default=AfterFailure.STOP,
        description="What recovery does with the rest of a plan whose run failed: stop, or resume (once, "
        "while the window is open). Default: stop",
    )

    @property
    def walk(self) -> Walk:
        """Where the limits lie and how long each may work: as set, else as the urgency says."""
        usual = WALKS[self.urgency]
        return Walk(
            steps=usual.steps if self.steps is None else self.steps,
            seconds=usual.seconds if self.step_seconds is None else self.step_seconds,
        )
