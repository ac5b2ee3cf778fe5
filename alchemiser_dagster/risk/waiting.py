"""What of a session waits for a person: a decision that looks strange, else a plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alchemiser_dagster.errors import SessionError
from alchemiser_dagster.ledger.approvals import ApprovalBook
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.executions import ExecutionBook, ExecutionState
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.records.approval import Approval, ApprovalScope
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.sanity import SanityReport
from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings import Settings


@dataclass(frozen=True)
class Subject:
    """Something that a person can approve.

    Parameters
    ----------
    record
        What the person is shown.
    approval
        The approval that it has already, or None.
    """

    record: SanityReport | RebalancePlan
    approval: Approval | None

    @property
    def scope(self) -> ApprovalScope:
        """What kind of thing it is."""
        return ApprovalScope.SANITY if isinstance(self.record, SanityReport) else ApprovalScope.PLAN

    @property
    def subject_id(self) -> str:
        """What an approval must name."""
        record = self.record
        return record.subject_id if isinstance(record, SanityReport) else record.plan_id


class WaitingRoom:
    """What waits for a person, as the ledger has it."""

    def __init__(self, database: Database, account: str) -> None:
        self._journal = Journal(database)
        self._approvals = ApprovalBook(database)
        self._executions = ExecutionBook(database)
        self._account = account

    def subject(self, session: date, *, plans_wait: bool) -> Subject | None:
        """Return what waits, else what was approved last and is still to be traded; None where nothing is.

        A decision comes before a plan: while it is blocked, no plan is made of it.
        """
        query = RecordQuery(session=session, account=self._account)
        report = self._journal.latest(SanityReport, query)
        plan = self._journal.latest(RebalancePlan, query) if plans_wait else None
        decision = self._decision(report)
        if decision is not None and decision.approval is None:
            return decision
        return self._plan(plan, report) or decision

    def _decision(self, report: SanityReport | None) -> Subject | None:
        if report is None or not report.blocking:
            return None
        return self._with_approval(Subject(report, None))

    def _plan(self, plan: RebalancePlan | None, report: SanityReport | None) -> Subject | None:
        if plan is None or plan.is_empty:
            return None
        subject = self._with_approval(Subject(plan, None))
        begun = self._executions.find(plan.plan_id)
        if begun is not None:
            return subject if begun.state is ExecutionState.OPEN else None
        is_of_the_decision = report is not None and report.comparison_id == plan.comparison_id
        return subject if is_of_the_decision or subject.approval else None

    def _with_approval(self, subject: Subject) -> Subject:
        session = subject.record.session
        given = self._approvals.of_subject(self._account, session, subject.scope, subject.subject_id)
        return Subject(subject.record, given)


def approval_hours(settings: Settings, calendar: TradingCalendar) -> ApprovalHours:
    """Return until when approvals count, as the settings have it."""
    return ApprovalHours(calendar, timedelta(seconds=settings.trading.deadline_seconds))


@dataclass(frozen=True)
class ApprovalHours:
    """When an approval counts: on the day of the session, until limits give way at its deadline."""

    calendar: TradingCalendar
    before_close: timedelta

    def deadline(self, session: date) -> datetime:
        """Return the instant from which on nothing is approved any more."""
        return self.calendar.close_of(session) - self.before_close

    def require(self, session: date, now: datetime) -> None:
        """Raise `SessionError` unless something of the session can be approved now."""
        today = self.calendar.session_at(now)
        if session != today:
            raise SessionError(
                f"only what belongs to the present session, {today}, can be approved",
                where=f"session {session}",
                remedy="Nothing was changed; run again to decide on today's prices",
            )
        if now >= self.deadline(session):
            raise SessionError(
                f"approvals were taken until {self.deadline(session):%H:%M} UTC, and it is {now:%H:%M}",
                where=f"session {session}",
                remedy="Nothing was changed and nothing is sent any more in this session",
            )
