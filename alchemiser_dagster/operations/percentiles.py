"""Durations and other numbers in short: how many, the middle one, the 95th of a hundred, the worst.

Percentiles are interpolated between the two nearest of the sorted values, as type 7 of Hyndman and Fan (1996)
does, which is also NumPy's default: of n values the p-th lies at position (n - 1) p, counted from 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import floor, fsum

from alchemiser_dagster.records.envelope import Frozen

MEDIAN, HIGH = 0.5, 0.95


class Distribution(Frozen):
    """Numbers in short, each in the unit of the numbers; `count` is how many there were, 1 or more."""

    count: int
    median: float
    p95: float
    worst: float
    total: float


def distribution(values: Iterable[float]) -> Distribution | None:
    """Return the numbers in short; None where there are none. The worst is the largest."""
    found = sorted(values)
    if not found:
        return None
    return Distribution(
        count=len(found),
        median=percentile(found, MEDIAN),
        p95=percentile(found, HIGH),
        worst=found[-1],
        total=fsum(found),
    )


def percentile(values: Sequence[float], fraction: float) -> float:
    """Return the value below which the fraction of the sorted values lies; there must be one at least."""
    place = (len(values) - 1) * fraction
    below = floor(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)
