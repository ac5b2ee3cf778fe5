"""Faults of the list of activities: what happened to the account, and is not told as it happened."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from alchemiser_dagster.look_alike.counted import Counted
from alchemiser_dagster.records.values import Symbol


class ListingFault(Counted):
    """A fault of the list; it is asked about everything that happens from when the plan was set.

    Parameters
    ----------
    symbol
        The shares that it is about; None: any, and none.
    """

    symbol: Symbol | None = None


class FillFault(ListingFault):
    """A fault of how a fill is listed; the order itself tells the truth."""


class LateFill(FillFault):
    """A fill is not listed at first, or, without a number, never.

    Parameters
    ----------
    after_requests
        How many requests for activities don't show it.
    after_seconds
        How far the look-alike's clock moves on from the fill before it is shown.
    """

    kind: Literal["late fill"] = "late fill"
    after_requests: int | None = Field(default=None, ge=1)
    after_seconds: Decimal | None = Field(default=None, gt=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _has_one_trigger_at_most(self) -> LateFill:
        if self.after_requests is not None and self.after_seconds is not None:
            raise ValueError("give after_requests or after_seconds, or neither")
        return self


class FillTwice(FillFault):
    """A fill is listed twice, the second time under another id."""

    kind: Literal["fill twice"] = "fill twice"


class ActivityMissing(ListingFault):
    """Something besides a trade changes the account and is never listed.

    Parameters
    ----------
    activity
        Alpaca's word for it, such as `FEE`; None: any.
    """

    kind: Literal["activity missing"] = "activity missing"
    activity: str | None = Field(default=None, min_length=1)


AnyListingFault = LateFill | FillTwice | ActivityMissing
