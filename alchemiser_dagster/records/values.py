"""The kinds of values that records are made of: symbols, money, prices, quantities, weights."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

Symbol = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9./-]*$", max_length=32)]
Money = Annotated[Decimal, Field(allow_inf_nan=False)]
Price = Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]
Quantity = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
Weight = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
SignalNumber = Annotated[float, Field(allow_inf_nan=False)]
Instant = AwareDatetime

__all__ = [
    "Instant",
    "Mode",
    "Money",
    "Outcome",
    "Price",
    "Quantity",
    "Side",
    "SignalNumber",
    "Symbol",
    "Trigger",
    "Weight",
]


class Mode(StrEnum):
    """Which account is traded (R-05)."""

    SIMULATED = "simulated"
    PAPER = "paper"
    LIVE = "live"


class Side(StrEnum):
    """Whether shares are bought or sold."""

    BUY = "buy"
    SELL = "sell"


class Outcome(StrEnum):
    """How a trading run ended (R-04)."""

    TRADED = "traded"
    NOTHING_TO_DO = "nothing to do"
    SKIPPED = "skipped"
    PARTIAL = "partial"
    FAILED = "failed"

    @property
    def is_success(self) -> bool:
        """Whether the run did all that there was to do (R-02)."""
        return self in {Outcome.TRADED, Outcome.NOTHING_TO_DO}


class Trigger(StrEnum):
    """What launched a run."""

    SCHEDULE = "schedule"
    SENSOR = "sensor"
    COMMAND = "command"
    PERSON = "person"
