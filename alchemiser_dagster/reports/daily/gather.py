"""Read the facts of a day out of the journal and the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from alchemiser_dagster.clock import Clock
from alchemiser_dagster.errors import DataError
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.equity_history import equity_marks
from alchemiser_dagster.ledger.executions import ExecutionBook
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.orders import OrderBook
from alchemiser_dagster.ledger.run_book import RunBook, RunRow, StepRow, StepState
from alchemiser_dagster.ledger.run_ends import RunEnds
from alchemiser_dagster.ledger.told_notices import ToldNotice, notices_of
from alchemiser_dagster.portfolio.profit import EquityMark, Profits, profits_of
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.allocation import AllocationComparison, TargetAllocation
from alchemiser_dagster.records.envelope import Record
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.records.recovery import RecoveryReport
from alchemiser_dagster.records.sanity import SanityReport
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.records.values import Mode, Outcome
from alchemiser_dagster.reports.daily.facts import DayFacts, DayRecords, OpenEnds
from alchemiser_dagster.reports.daily.said import said
from alchemiser_dagster.reports.pictures.equity import EquityPoint
from alchemiser_dagster.sessions import TradingCalendar

RecordType = TypeVar("RecordType", bound=Record)


@dataclass(frozen=True)
class DayBooks:
    """Where the facts of an account's days are kept, and what is said beside them."""

    database: Database
    calendar: TradingCalendar
    clock: Clock
    account: str
    mode: Mode
    ui_url: str


def gather_day(books: DayBooks, correlation_id: str) -> DayFacts:
    """Return the facts of the runs that share the id, as they are known now.

    Raises
    ------
    DataError
        If nothing is known of the id.
    """
    story, run_book = Journal(books.database).story(correlation_id), RunBook(books.database)
    runs, steps = run_book.of_correlation(correlation_id), run_book.steps_of(correlation_id)
    told = notices_of(books.database, correlation_id)
    if not story and not runs and not told:
        raise DataError(
            f"nothing is known of run {correlation_id}", remedy="`alchemiser status` lists the last runs"
        )
    records, session = _records(story), _session(story, runs, told)
    failure = None if records.result else _last_failure(steps)
    marks = _marks(books, session)
    return DayFacts(
        correlation_id=correlation_id,
        session=session,
        mode=records.snapshot.mode if records.snapshot else books.mode,
        outcome=_outcome(books, correlation_id, records, told) or (Outcome.FAILED if failure else None),
        records=records,
        failure=failure,
        runs=runs,
        steps=steps,
        told=told,
        profits=_profits(marks, session, books.calendar),
        curve=_curve(marks),
        open_ends=_open_ends(books),
        head=Journal(books.database).head(),
        ui_url=books.ui_url.rstrip("/"),
        made_at=books.clock.now(),
    )


def _records(story: Sequence[Record]) -> DayRecords:
    result = _last(story, ExecutionResult)
    return DayRecords(
        data=_last(story, MarketData),
        signals=_signals(story),
        target=_last(story, TargetAllocation),
        snapshot=_last(story, AccountSnapshot),
        comparison=_last(story, AllocationComparison),
        sanity=_last(story, SanityReport),
        plan=_last(story, RebalancePlan),
        result=result,
        report=_report_after(story),
        recovery=_last(story, RecoveryReport),
    )


def _last(story: Sequence[Record], kind: type[RecordType]) -> RecordType | None:
    return next((record for record in reversed(story) if isinstance(record, kind)), None)


def _signals(story: Sequence[Record]) -> tuple[StrategySignal, ...]:
    newest = {record.strategy: record for record in story if isinstance(record, StrategySignal)}
    return tuple(newest.values())


def _report_after(story: Sequence[Record]) -> ReconciliationReport | None:
    """Return the comparison that was made behind everything, not the one before the plan."""
    report = _last(story, ReconciliationReport)
    return report if report is not None and report.envelope.source != AccountSnapshot.kind else None


def _session(story: Sequence[Record], runs: Sequence[RunRow], told: Sequence[ToldNotice]) -> date | None:
    if story:
        return story[-1].session
    sessions = [*(run.session for run in reversed(runs)), *(notice.session for notice in told)]
    return next((session for session in sessions if session), None)


def _last_failure(steps: Sequence[StepRow]) -> StepRow | None:
    return next((step for step in reversed(steps) if step.state is StepState.FAILED), None)


def _outcome(
    books: DayBooks, correlation_id: str, records: DayRecords, told: Sequence[ToldNotice]
) -> Outcome | None:
    """Return the outcome of the result; without one what was counted, or said where no step was made."""
    if records.result is not None:
        return records.result.outcome
    ends = RunEnds(books.database).newest_first(books.account)
    counted = next((end.outcome for end in ends if end.correlation_id == correlation_id), None)
    words = said(told, "outcome")
    return counted or next((outcome for outcome in Outcome if outcome.value == words), None)


def _marks(books: DayBooks, session: date | None) -> tuple[EquityMark, ...]:
    marks = equity_marks(Journal(books.database), books.account)
    return tuple(mark for mark in marks if session is None or mark.session <= session)


def _profits(marks: Sequence[EquityMark], session: date | None, calendar: TradingCalendar) -> Profits:
    """Return what was earned up to the session; nothing where the account was not seen in it."""
    is_seen = bool(marks) and marks[-1].session == session
    return profits_of(marks, calendar) if is_seen else Profits()


def _curve(marks: Sequence[EquityMark]) -> tuple[EquityPoint, ...]:
    """Return the last value of each session, with all that was paid in or out during it."""
    flows: dict[date, float] = {}
    values: dict[date, float] = {}
    for mark in marks:
        flows[mark.session] = flows.get(mark.session, 0.0) + float(mark.flow)
        values[mark.session] = float(mark.equity)
    return tuple(EquityPoint(session, values[session], flows[session]) for session in sorted(values))


def _open_ends(books: DayBooks) -> OpenEnds:
    return OpenEnds(
        plans=ExecutionBook(books.database).all_open(books.account),
        orders=OrderBook(books.database).unsettled(books.account),
        halt=HaltBook(books.database).in_force(books.account),
    )
