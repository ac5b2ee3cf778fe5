"""Decisions that a tiny price move would have changed."""

from __future__ import annotations

from collections.abc import Iterator

from alchemiser_dagster.records.explanation import FRAGILE_BASIS_POINTS
from alchemiser_dagster.records.sanity import SanityFinding, SanityKind
from alchemiser_dagster.risk.sanity.facts import DecisionFacts
from alchemiser_dagster.risk.sanity.wording import severity_of
from alchemiser_dagster.settings.sanity import SanitySettings


def fragile_decisions(facts: DecisionFacts, settings: SanitySettings) -> Iterator[SanityFinding]:
    """Yield a finding for each strategy that trades today on a decision which is fragile."""
    for signal in facts.deciding:
        closest = signal.explanation.closest if signal.explanation else None
        if closest is None or not closest.margin.is_fragile:
            continue
        size = f"{closest.margin.size:.2f} bp"
        yield SanityFinding(
            kind=SanityKind.FRAGILE,
            severity=severity_of(SanityKind.FRAGILE, settings),
            symbol=closest.margin.symbol,
            strategy=signal.strategy,
            message=f"{signal.strategy}: a move of {closest.margin.symbol} by {size} would have changed "
            f"{closest.words}",
            observed=size,
            limit=f"at least {FRAGILE_BASIS_POINTS:.0f} bp",
        )
