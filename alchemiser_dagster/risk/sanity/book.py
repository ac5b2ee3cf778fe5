"""The book as a whole: replaced at once, crowded into one symbol, or larger than the account."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from alchemiser_dagster.records.allocation import AllocationComparison
from alchemiser_dagster.records.sanity import SanityFinding, SanityKind
from alchemiser_dagster.risk.sanity.facts import DecisionFacts
from alchemiser_dagster.risk.sanity.wording import in_percent, severity_of
from alchemiser_dagster.settings.sanity import SanitySettings

INVESTED = Decimal("0.5")
"""The part of the account from which on it counts as invested: a smaller book may be replaced at any time."""
EVERYTHING = Decimal(1)


def flips(facts: DecisionFacts, settings: SanitySettings) -> Iterator[SanityFinding]:
    """Yield a finding where next to nothing of an invested book is kept.

    One strategy alone may switch its whole book whenever it wants; several that all do so at once look as if
    something they share were broken.
    """
    lines = facts.comparison.lines
    invested = sum((line.current_weight for line in lines), Decimal(0))
    if invested < INVESTED:
        return
    kept = sum((min(line.current_weight, line.target_weight) for line in lines), Decimal(0)) / invested
    if kept < settings.kept_at_least:
        yield SanityFinding(
            kind=SanityKind.FLIP,
            severity=severity_of(SanityKind.FLIP, settings, may_block=len(facts.shares) > 1),
            message=f"only {in_percent(kept)} of the present book is kept",
            observed=in_percent(kept),
            limit=f"at least {in_percent(settings.kept_at_least)}",
        )


def concentration(facts: DecisionFacts, settings: SanitySettings) -> Iterator[SanityFinding]:
    """Yield a finding for each symbol that is to be a large part of the account."""
    for line in facts.comparison.lines:
        weight = line.target_weight
        is_too_large = weight > settings.largest_weight
        if is_too_large or weight > settings.large_weight:
            limit = settings.largest_weight if is_too_large else settings.large_weight
            yield SanityFinding(
                kind=SanityKind.CONCENTRATION,
                severity=severity_of(SanityKind.CONCENTRATION, settings, may_block=is_too_large),
                symbol=line.symbol,
                message=f"{line.symbol} is to be {in_percent(weight)} of the account",
                observed=in_percent(weight),
                limit=f"at most {in_percent(limit)}",
            )


def leverage(facts: DecisionFacts, settings: SanitySettings) -> Iterator[SanityFinding]:
    """Yield a finding where more is to be held than the account is worth."""
    wanted = _wanted(facts.comparison)
    if wanted > EVERYTHING:
        yield SanityFinding(
            kind=SanityKind.LEVERAGE,
            severity=severity_of(SanityKind.LEVERAGE, settings),
            message=f"the target adds up to {in_percent(wanted)} of the account",
            observed=in_percent(wanted),
            limit=f"at most {in_percent(EVERYTHING)}",
        )


def _wanted(comparison: AllocationComparison) -> Decimal:
    return sum((line.target_weight for line in comparison.lines), Decimal(0))
