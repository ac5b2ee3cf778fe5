"""Which decisions were made: the signals behind the plans that were begun, with the bars they came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.ledger.executions import Execution, ExecutionBook
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.records.allocation import AllocationComparison, TargetAllocation
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.signal import StrategySignal


@dataclass(frozen=True)
class KeptDecision:
    """A signal as it was kept, the bars that it names as its cause, and whether a plan was begun on it."""

    signal: StrategySignal
    data: MarketData
    was_traded: bool


@dataclass(frozen=True)
class DecisionArchive:
    """The decisions of one account, read from the ledger.

    Where a session was traded, they are the signals behind each plan that was begun: from execution to plan,
    comparison, target and signals. Where it was not, they are each strategy's newest signal.
    """

    journal: Journal
    executions: ExecutionBook
    account: str

    def of_session(self, session: date) -> tuple[KeptDecision, ...]:
        """Return the session's decisions; raise `DataError` where there are none."""
        found = self.between(session, session)
        if not found:
            raise _nothing_kept(f"session {session}")
        return found

    def since(self, first: date) -> tuple[KeptDecision, ...]:
        """Return the decisions from a session on; raise `DataError` where there are none."""
        found = self.between(first, date.max)
        if not found:
            raise _nothing_kept(f"sessions from {first}")
        return found

    def of_last_traded(self) -> tuple[KeptDecision, ...]:
        """Return those of the last session that was traded on any; raise `DataError` where there is none."""
        begun = self.executions.begun_between(self.account, date.min, date.max)
        for session in sorted({execution.session for execution in begun}, reverse=True):
            found = self.between(session, session)
            if any(kept.was_traded for kept in found):
                return found
        raise _nothing_kept("the account has traded on no decision")

    def between(self, first: date, last: date) -> tuple[KeptDecision, ...]:
        """Return the decisions from the first session to the last, in order."""
        traded: dict[date, list[Execution]] = {}
        for execution in self.executions.begun_between(self.account, first, last):
            traded.setdefault(execution.session, []).append(execution)
        signalled = self.journal.sessions_with(StrategySignal, self.account, first, last)
        return tuple(
            kept
            for session in sorted({*traded, *signalled})
            for kept in self._of(session, traded.get(session, []))
        )

    def _of(self, session: date, begun: Iterable[Execution]) -> Iterator[KeptDecision]:
        traded = list(dict.fromkeys(name for execution in begun for name in self._signal_ids(execution)))
        signals = [self.journal.record_of(StrategySignal, name) for name in traded]
        for signal in signals or self._newest(session):
            data = self.journal.record_of(MarketData, signal.envelope.causation_id)
            yield KeptDecision(signal, data, was_traded=bool(traded))

    def _signal_ids(self, execution: Execution) -> Iterator[str]:
        plan = self.journal.record_of(RebalancePlan, execution.plan_record_id)
        comparison = self.journal.record_of(AllocationComparison, plan.comparison_id)
        target = self.journal.record_of(TargetAllocation, comparison.target_id)
        return (followed.signal_id for followed in target.strategies)

    def _newest(self, session: date) -> Iterable[StrategySignal]:
        newest: dict[str, StrategySignal] = {}
        for signal in self.journal.newest_first(StrategySignal, RecordQuery(session, self.account)):
            newest.setdefault(signal.strategy, signal)
        return [newest[name] for name in sorted(newest)]


def _nothing_kept(where: str) -> DataError:
    return DataError(
        "no decision is kept that could be computed again",
        where=where,
        remedy="`alchemiser status` lists the sessions that were traded",
    )
