"""One story: everything that happened under one correlation id, from the launch to the last notice (R-45)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from alchemiser_dagster.broker.call_records import CallRecord
from alchemiser_dagster.ledger.order_rows import LedgerOrder, OrderEvent
from alchemiser_dagster.ledger.run_book import StepState
from alchemiser_dagster.ledger.run_ends import RunEnd
from alchemiser_dagster.ledger.told_notices import ToldNotice
from alchemiser_dagster.records.envelope import Record
from alchemiser_dagster.records.execution import ExecutionResult, OrderReport
from alchemiser_dagster.records.order import Fill
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.reconciliation import Break, ReconciliationReport
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.reports.explanation_summary import reasons_of

RecordType = TypeVar("RecordType", bound=Record)


@dataclass(frozen=True)
class StoryRun:
    """A run.

    Parameters
    ----------
    job, trigger
        None where the run is known by its records alone.
    causation_id
        The run or record that caused it; its own id, or "command", where a person did.
    began_at
        When its first step began, or its first record was made.
    link
        Its page in the UI; None where no address is set.
    """

    run_id: str
    job: str | None
    trigger: str | None
    causation_id: str | None
    session: date | None
    launched_at: datetime | None
    began_at: datetime
    link: str | None


@dataclass(frozen=True)
class StoryStep:
    """A step of a run; state and duration are None where the step is known by its records alone."""

    run_id: str
    step: str
    attempt: int
    span_id: str | None
    began_at: datetime
    duration_seconds: float | None
    state: StepState | None
    code: str | None
    message: str | None


@dataclass(frozen=True)
class StoryOrder:
    """An order with each change of its state and all that was filled of it; `report` has its slippage."""

    order: LedgerOrder
    events: tuple[OrderEvent, ...]
    fills: tuple[Fill, ...]
    report: OrderReport


@dataclass(frozen=True)
class StoryCall:
    """A request to broker or market data with its answer, and the run that asked."""

    run_id: str
    call: CallRecord


@dataclass(frozen=True)
class Story:
    """One story, each part in the order in which it happened.

    Parameters
    ----------
    records
        All records that share the id, and the halts of its session.
    """

    correlation_id: str
    mode: Mode
    runs: tuple[StoryRun, ...]
    steps: tuple[StoryStep, ...]
    records: tuple[Record, ...]
    orders: tuple[StoryOrder, ...]
    calls: tuple[StoryCall, ...]
    notices: tuple[ToldNotice, ...]
    ends: tuple[RunEnd, ...]

    @property
    def session(self) -> date | None:
        """The session that it is about; None where nobody said before it failed."""
        told = (end.session for end in self.ends)
        ran = (run.session for run in self.runs)
        kept = (record.session for record in self.records)
        said = (notice.session for notice in self.notices)
        return next((found for found in (*told, *ran, *kept, *said) if found is not None), None)

    @property
    def decisions(self) -> dict[str, str]:
        """Why each strategy wants what it wants, in one sentence."""
        return reasons_of(self.all_of(StrategySignal))

    @property
    def breaks(self) -> tuple[Break, ...]:
        """What differed between books and broker, each once, as it was seen last."""
        found = {one.break_id: one for report in self.all_of(ReconciliationReport) for one in report.breaks}
        return tuple(found.values())

    @property
    def result(self) -> ExecutionResult | None:
        """What became of the plan; None where no plan came to an end."""
        return self.newest(ExecutionResult)

    @property
    def plan(self) -> RebalancePlan | None:
        """The plan that was made last."""
        return self.newest(RebalancePlan)

    def all_of(self, kind: type[RecordType]) -> tuple[RecordType, ...]:
        """Return the records of a kind."""
        return tuple(record for record in self.records if isinstance(record, kind))

    def newest(self, kind: type[RecordType]) -> RecordType | None:
        """Return the last record of a kind, or None."""
        return last(self.all_of(kind))


Found = TypeVar("Found")


def last(parts: Iterable[Found]) -> Found | None:
    """Return the last one, or None where there is none."""
    found = None
    for part in parts:
        found = part
    return found
