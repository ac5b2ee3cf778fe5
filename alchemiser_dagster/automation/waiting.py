"""A run that stopped for a person is told of in words of its own: it has not failed, and can go on."""

from __future__ import annotations

from alchemiser_dagster.automation.failures import StepFailure
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import ApprovalWantedError, SanityError
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.notify.compose_waiting import Waiting, compose_approval_wanted, compose_sanity_block
from alchemiser_dagster.notify.notice import Notice
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.sanity import SanityReport
from alchemiser_dagster.risk.waiting import approval_hours


def waiting_notice(desk: TradingDesk, correlation_id: str, failure: StepFailure) -> Notice | None:
    """Return the notice of a run that waits for a person, or None where the failure is another one."""
    query, now = (
        RecordQuery(account=desk.settings.account, correlation_id=correlation_id),
        desk.wall_clock.now(),
    )
    if failure.code == ApprovalWantedError.code:
        plan = desk.journal.latest(RebalancePlan, query)
        return compose_approval_wanted(_waiting(desk, plan, failure), plan, now) if plan else None
    if failure.code == SanityError.code:
        report = desk.journal.latest(SanityReport, query)
        return compose_sanity_block(_waiting(desk, report, failure), report, now) if report else None
    return None


def _waiting(desk: TradingDesk, record: RebalancePlan | SanityReport, failure: StepFailure) -> Waiting:
    return Waiting(
        correlation_id=record.envelope.correlation_id,
        mode=desk.settings.mode,
        session=record.session,
        message=failure.message,
        deadline=approval_hours(desk.settings, desk.calendar).deadline(record.session),
    )
