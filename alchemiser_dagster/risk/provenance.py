"""Which code made a plan, and everything that the plan was made of."""

from __future__ import annotations

from collections.abc import Iterator

from alchemiser_dagster.errors import StorageError
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.records.allocation import AllocationComparison, TargetAllocation
from alchemiser_dagster.records.envelope import Record
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.signal import StrategySignal


def code_versions_of(plan: RebalancePlan, journal: Journal) -> frozenset[str] | None:
    """Return the code versions of a plan and its origins; None where one of them is not in the journal."""
    try:
        return frozenset(record.envelope.code_version for record in origins_of(plan, journal))
    except StorageError:
        return None


def origins_of(plan: RebalancePlan, journal: Journal) -> Iterator[Record]:
    """Yield the plan and what it was made of, signals last; raise `StorageError` at a missing record."""
    yield plan
    comparison = journal.record_of(AllocationComparison, plan.comparison_id)
    yield comparison
    target = journal.record_of(TargetAllocation, comparison.target_id)
    yield target
    for strategy in target.strategies:
        yield journal.record_of(StrategySignal, strategy.signal_id)
