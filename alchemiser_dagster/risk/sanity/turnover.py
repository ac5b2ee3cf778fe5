"""How much is traded, beside what the account usually trades."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import ceil

from alchemiser_dagster.records.allocation import AllocationComparison
from alchemiser_dagster.records.sanity import SanityFinding, SanityKind
from alchemiser_dagster.risk.sanity.facts import DecisionFacts
from alchemiser_dagster.risk.sanity.wording import severity_of, times
from alchemiser_dagster.settings.sanity import SanitySettings

USUAL_PART = Decimal("0.95")
SELLING_AND_BUYING = 2


def turnovers(facts: DecisionFacts, settings: SanitySettings) -> Iterator[SanityFinding]:
    """Yield a finding where far more is traded than usual, and more than one strategy's switch takes."""
    found, limit = turnover_of(facts.comparison), _limit(facts, settings)
    if found > limit:
        yield SanityFinding(
            kind=SanityKind.TURNOVER,
            severity=severity_of(SanityKind.TURNOVER, settings),
            message=f"{times(found)} would be bought and sold",
            observed=times(found),
            limit=f"at most {times(limit)}",
        )


def turnover_of(comparison: AllocationComparison) -> Decimal:
    """Return all that is to be bought and sold, as a multiple of the account's value."""
    traded = sum((abs(line.difference) for line in comparison.lines), Decimal(0))
    return traded / comparison.equity


def usual_turnover(past: Sequence[Decimal]) -> Decimal:
    """Return the turnover that 19 of 20 sessions kept below or reached; 0 where there was none."""
    ordered = sorted(past)
    return ordered[ceil(USUAL_PART * len(ordered)) - 1] if ordered else Decimal(0)


def _limit(facts: DecisionFacts, settings: SanitySettings) -> Decimal:
    largest_switch = SELLING_AND_BUYING * max(facts.shares.values(), default=Decimal(0))
    past = facts.past.turnovers[: settings.turnover_sessions]
    known = past if len(past) >= settings.turnover_least_sessions else ()
    return max(settings.turnover_floor, largest_switch, settings.turnover_factor * usual_turnover(known))
