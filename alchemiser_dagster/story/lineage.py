"""What a plan came from: comparison, account, target, signals and the bars behind them, wherever made."""

from __future__ import annotations

from dataclasses import dataclass, replace

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.allocation import AllocationComparison, TargetAllocation
from alchemiser_dagster.records.envelope import Record
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.story.story import Story


@dataclass(frozen=True)
class Lineage:
    """The records of one decision, as far as it came.

    Parameters
    ----------
    signals
        In the order in which they were merged; none where everything was to be sold on a person's word.
    data
        The bars that the signals name as their cause, each once.
    """

    plan: RebalancePlan | None
    comparison: AllocationComparison | None
    snapshot: AccountSnapshot | None
    target: TargetAllocation | None
    signals: tuple[StrategySignal, ...]
    data: tuple[MarketData, ...]

    @property
    def records(self) -> tuple[Record, ...]:
        """All of them, causes first."""
        made = (self.target, self.snapshot, self.comparison, self.plan)
        return (*self.data, *self.signals, *(record for record in made if record is not None))

    def signal(self, strategy: str) -> StrategySignal | None:
        """Return the signal of a strategy, or None."""
        return next((found for found in self.signals if found.strategy == strategy), None)

    def data_of(self, signal: StrategySignal) -> MarketData:
        """Return the bars that a signal was made of."""
        cause = signal.envelope.causation_id
        return next(found for found in self.data if found.envelope.record_id == cause)


def lineage_of(story: Story, journal: Journal) -> Lineage:
    """Return what the story's last plan came from; where there is none, how far the decision came.

    Raises
    ------
    StorageError
        If the journal lacks a record that another one names.
    """
    if story.plan is not None:
        return lineage_of_plan(story.plan, journal)
    comparison = story.newest(AllocationComparison)
    if comparison is not None:
        return _of_comparison(None, comparison, journal)
    target = story.newest(TargetAllocation)
    if target is not None:
        return _of_target(target, journal)
    newest = {signal.strategy: signal for signal in story.all_of(StrategySignal)}
    signals = tuple(newest[name] for name in sorted(newest))
    return Lineage(None, None, None, None, signals, _data_of(signals, journal))


def lineage_of_plan(plan: RebalancePlan, journal: Journal) -> Lineage:
    """Return what a plan came from; errors as `lineage_of`."""
    return _of_comparison(plan, journal.record_of(AllocationComparison, plan.comparison_id), journal)


def _of_comparison(plan: RebalancePlan | None, comparison: AllocationComparison, journal: Journal) -> Lineage:
    snapshot = journal.record_of(AccountSnapshot, comparison.snapshot_id)
    behind = _of_target(journal.record_of(TargetAllocation, comparison.target_id), journal)
    return replace(behind, plan=plan, comparison=comparison, snapshot=snapshot)


def _of_target(target: TargetAllocation, journal: Journal) -> Lineage:
    signals = tuple(journal.record_of(StrategySignal, share.signal_id) for share in target.strategies)
    return Lineage(None, None, None, target, signals, _data_of(signals, journal))


def _data_of(signals: tuple[StrategySignal, ...], journal: Journal) -> tuple[MarketData, ...]:
    causes = dict.fromkeys(signal.envelope.causation_id for signal in signals)
    return tuple(journal.record_of(MarketData, cause) for cause in causes)


def require_decision(lineage: Lineage, where: str) -> None:
    """Raise `DataError` where nothing was decided."""
    if not lineage.signals and lineage.target is None:
        raise DataError(
            "nothing was decided, so there is nothing to compute again",
            where=where,
            remedy="`alchemiser story` tells how far it came",
        )
