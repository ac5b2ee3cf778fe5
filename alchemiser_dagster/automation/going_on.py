"""What follows an approval: the steps that the stopped run has left, under its correlation id."""

from __future__ import annotations

from datetime import timedelta

import dagster as dg

from alchemiser_dagster.automation.follow_up import FollowUp, carried_tags, caused_tags, resources_of
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.ledger.approvals import ApprovalBook
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.records.allocation import AllocationComparison
from alchemiser_dagster.records.approval import Approval, ApprovalScope
from alchemiser_dagster.records.halt import HaltLevel, level_of
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.sanity import SanityReport
from alchemiser_dagster.risk.waiting import approval_hours


def go_on(desk: TradingDesk, instance: dg.DagsterInstance) -> FollowUp:
    """Ask for the rest of a run whose decision or plan a person has approved, within the window."""
    if not _is_time(desk):
        return dg.SkipReason("nothing is sent now")
    if level_of(desk.halt) is HaltLevel.HALT:
        return dg.SkipReason("trading is halted")
    account, book = desk.settings.account, ApprovalBook(desk.database)
    plans = book.of_session(account, desk.today, ApprovalScope.PLAN)[:1]
    decisions = book.of_session(account, desk.today, ApprovalScope.SANITY)[:1]
    wanted = [
        *(approval for approval in plans if _is_plan_left(desk, approval)),
        *(approval for approval in decisions if _is_decision_left(desk, approval)),
    ]
    return _rest_of_run(desk, instance, wanted[0]) if wanted else dg.SkipReason("no approval waits")


def _is_time(desk: TradingDesk) -> bool:
    close, now = desk.calendar.close_of(desk.today), desk.clock.now()
    opens = close - timedelta(minutes=desk.settings.trading.window_minutes)
    return opens <= now < approval_hours(desk.settings, desk.calendar).deadline(desk.today)


def _is_plan_left(desk: TradingDesk, approval: Approval) -> bool:
    return _is_its_turn(desk, desk.journal.record_of(RebalancePlan, approval.envelope.causation_id))


def _is_decision_left(desk: TradingDesk, approval: Approval) -> bool:
    """Return whether no later run has gone on with the decision already."""
    newest = desk.journal.latest(SanityReport, RecordQuery(desk.today, desk.settings.account))
    if newest is None or newest.approval_id == approval.envelope.record_id:
        return False
    report = desk.journal.record_of(SanityReport, approval.envelope.causation_id)
    return _is_its_turn(desk, desk.journal.record_of(AllocationComparison, report.comparison_id))


def _is_its_turn(desk: TradingDesk, record: RebalancePlan | AllocationComparison) -> bool:
    """Return whether no plan was begun in the place that the record has in the session."""
    return record.sequence == desk.executions.count(desk.settings.account, desk.today) + 1


def _rest_of_run(desk: TradingDesk, instance: dg.DagsterInstance, approval: Approval) -> dg.RunRequest:
    stopped = desk.journal.record(approval.envelope.causation_id).envelope.run_id
    run = instance.get_run_by_id(stopped)
    return dg.RunRequest(
        run_key=approval.envelope.record_id,
        partition_key=desk.today.isoformat(),
        tags={
            **caused_tags(approval.envelope.correlation_id, approval.envelope.record_id),
            **carried_tags(run),
        },
        run_config={"resources": resources_of(run)},
    )
