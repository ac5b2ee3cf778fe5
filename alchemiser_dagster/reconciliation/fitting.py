"""Which of the possible causes add up to a difference, exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Final

from alchemiser_dagster.reconciliation.causes import Cause

MOST_TRIED: Final = 10


def fitting(
    difference: Decimal, causes: Sequence[Cause], measure: Callable[[Cause], Decimal]
) -> tuple[Cause, ...] | None:
    """Return the largest set of causes that adds up to the difference; None where no set does.

    No difference is explained by no cause at all, if need be. Of more than `MOST_TRIED` causes only all
    together, single ones and none are tried.
    """
    few = len(causes) <= MOST_TRIED
    sizes = range(len(causes), -1, -1) if few else (len(causes), 1, 0)
    for size in sizes:
        for chosen in combinations(causes, size):
            if sum((measure(cause) for cause in chosen), Decimal(0)) == difference:
                return chosen
    return None
