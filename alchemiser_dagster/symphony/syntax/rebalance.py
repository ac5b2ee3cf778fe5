"""When a symphony trades: its root options, validated (spec section 6)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from alchemiser_dagster.symphony.syntax.source import MeaningError

Frequency = Literal["daily", "weekly", "monthly", "quarterly", "yearly"]
FREQUENCIES: tuple[Frequency, ...] = ("daily", "weekly", "monthly", "quarterly", "yearly")


@dataclass(frozen=True)
class Rebalance:
    """Trade on the first session of each period, or where a weight stands too far from its target.

    Parameters
    ----------
    frequency
        The period; None where there is a threshold.
    threshold
        Largest distance of a weight from its target, as a fraction of the portfolio: 0.05 is 5 percentage
        points. None where there is a frequency.
    """

    frequency: Frequency | None = "daily"
    threshold: float | None = None

    def __post_init__(self) -> None:
        if (self.frequency is None) == (self.threshold is None):
            raise MeaningError("a symphony trades by a frequency or by a threshold: one of the two")
        if self.threshold is not None and not (math.isfinite(self.threshold) and 0 < self.threshold < 1):
            raise MeaningError(f"the rebalance threshold {self.threshold:g} is not between 0 and 1")

    def __str__(self) -> str:
        """Return it in words."""
        return self.frequency or f"beyond {self.threshold:g}"
