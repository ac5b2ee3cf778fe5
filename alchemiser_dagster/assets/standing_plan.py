"""The plan that stands instead of a new one: begun, approved and not begun, or empty after another run."""

from __future__ import annotations

from dataclasses import dataclass

from alchemiser_dagster.assets.halting import fits_level
from alchemiser_dagster.assets.stage import Stage
from alchemiser_dagster.assets.traded_already import plan_of_traded_session
from alchemiser_dagster.ledger.approvals import ApprovalBook
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.approval import Approval, ApprovalScope
from alchemiser_dagster.records.envelope import Record
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.settings.choices import PlanApproval


@dataclass(frozen=True)
class StandingPlan:
    """The plan to carry on, in an envelope of this run.

    `plan` is None where a new one is to be made; `note` says why an approved one is not carried on.
    """

    plan: RebalancePlan | None = None
    note: str = ""


def standing_plan(stage: Stage) -> StandingPlan:
    """Return the plan that was begun and not ended, else the one that was approved last and not begun.

    In between, a session that another run has traded has an empty plan.
    """
    standing = _begun_plan(stage) or plan_of_traded_session(stage)
    return StandingPlan(standing) if standing else _approved_plan(stage)


def _begun_plan(stage: Stage) -> RebalancePlan | None:
    begun = stage.desk.executions.open_for(stage.desk.settings.account, stage.session)
    if begun is None:
        return None
    plan = stage.desk.journal.record_of(RebalancePlan, begun.plan_record_id)
    is_of_this_code = plan.envelope.code_version == stage.desk.code_version
    return _renewed(plan, plan, stage) if is_of_this_code and fits_level(plan, stage) else None


def _approved_plan(stage: Stage) -> StandingPlan:
    desk, account = stage.desk, stage.desk.settings.account
    if desk.settings.trading.approval is not PlanApproval.REQUIRED:
        return StandingPlan()
    for approval in ApprovalBook(desk.database).of_session(account, stage.session, ApprovalScope.PLAN):
        plan = desk.journal.record_of(RebalancePlan, approval.envelope.causation_id)
        if _may_begin(plan, approval, stage):
            objection = _objection(plan, stage)
            if objection:
                told = f"plan {plan.plan_id[:12]}, approved by {approval.by}, is given up: {objection}"
                return StandingPlan(note=told)
            return StandingPlan(_renewed(plan, approval, stage))
    return StandingPlan()


def _may_begin(plan: RebalancePlan, approval: Approval, stage: Stage) -> bool:
    """Return whether the plan's place in the session is free: no plan was begun in it, nor was this one."""
    begun = stage.desk.executions.count(stage.desk.settings.account, stage.session)
    return plan.plan_id == approval.subject_id and plan.sequence == begun + 1


def _objection(plan: RebalancePlan, stage: Stage) -> str:
    """Return why an approved plan can't be traded any more, or nothing."""
    if plan.envelope.code_version != stage.desk.code_version:
        return "other code made it than runs now"
    if not fits_level(plan, stage):
        return "it does not fit what may be ordered now"
    snapshot = stage.find(AccountSnapshot, stage.session)
    if snapshot is not None and snapshot.account.cash != plan.cash_before:
        return f"the account had {plan.cash_before} in cash then, and has {snapshot.account.cash} now"
    return ""


def _renewed(plan: RebalancePlan, cause: Record, stage: Stage) -> RebalancePlan:
    return plan.model_copy(update={"envelope": stage.envelope(cause)})
