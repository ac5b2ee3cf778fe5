"""Where plans wait for a person: nothing goes on without an approval of exactly this plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import dagster as dg

from alchemiser_dagster.assets.stage import Stage
from alchemiser_dagster.errors import ApprovalWantedError, SessionError
from alchemiser_dagster.ledger.approvals import ApprovalBook
from alchemiser_dagster.records.approval import Approval, ApprovalScope
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.risk.waiting import approval_hours
from alchemiser_dagster.settings.choices import PlanApproval

APPROVED_CHECK = "plan_is_approved"


def approved_spec() -> dg.AssetCheckSpec:
    """Return the check that stops a day until its plan is approved, where the settings ask for that."""
    return dg.AssetCheckSpec(
        APPROVED_CHECK,
        asset="rebalance_plan",
        blocking=True,
        description="A person approved this very plan, or none has to: it is empty, or `trading.approval` is "
        "none.",
    )


@dataclass(frozen=True)
class PlanStanding:
    """Whether a plan may go on.

    Parameters
    ----------
    needs_approval
        Whether it has lines and the settings want a person's approval.
    is_begun
        Whether a run began to trade it: it is carried to its end.
    deadline
        Until when an approved plan may begin.
    note
        What else a person should know, or nothing.
    """

    plan: RebalancePlan
    needs_approval: bool
    approval: Approval | None
    is_begun: bool
    deadline: datetime
    note: str = ""

    @property
    def waits(self) -> bool:
        """Whether the plan waits for a person."""
        return self.needs_approval and self.approval is None


def standing_of(plan: RebalancePlan, stage: Stage, note: str = "") -> PlanStanding:
    """Return whether the plan may go on."""
    desk, settings = stage.desk, stage.desk.settings
    approvals, is_required = ApprovalBook(desk.database), settings.trading.approval is PlanApproval.REQUIRED
    return PlanStanding(
        plan=plan,
        needs_approval=is_required and not plan.is_empty and not desk.is_flattening,
        approval=approvals.of_subject(settings.account, stage.session, ApprovalScope.PLAN, plan.plan_id),
        is_begun=desk.executions.find(plan.plan_id) is not None,
        deadline=approval_hours(settings, desk.calendar).deadline(stage.session),
        note=note,
    )


def approved_result(standing: PlanStanding) -> dg.AssetCheckResult:
    """Return what the check finds: an error where a person's approval is missing."""
    return dg.AssetCheckResult(
        check_name=APPROVED_CHECK,
        passed=not standing.waits,
        severity=dg.AssetCheckSeverity.ERROR,
        description=_description(standing),
        metadata={"plan_id": standing.plan.plan_id, "note": standing.note or "none"},
    )


def require_approved(standing: PlanStanding, now: datetime) -> None:
    """Refuse a plan that waits, or that may not begin any more.

    Raises
    ------
    SessionError
        If the plan needs an approval and the deadline has passed before it began.
    ApprovalWantedError
        If nobody approved it yet.
    """
    where, session = f"plan {standing.plan.plan_id[:12]}", standing.plan.session
    if not standing.needs_approval:
        return
    if now >= standing.deadline and not standing.is_begun:
        raise SessionError(
            f"a plan that needs approval may begin until {standing.deadline:%H:%M} UTC, and it is "
            f"{now:%H:%M}",
            where=where,
            remedy="Nothing was sent; run earlier before the next close",
        )
    if standing.waits:
        raise ApprovalWantedError(
            _description(standing),
            where=where,
            remedy=f"Nothing was sent. Until {standing.deadline:%H:%M} UTC type "
            f"`alchemiser approve {session} --by NAME --reason TEXT`, then run again",
        )


def _description(standing: PlanStanding) -> str:
    approval, count = standing.approval, len(standing.plan.lines)
    if not standing.needs_approval:
        return "no approval is needed"
    if approval is not None:
        return approval.in_words
    waiting = f"the plan of {count} {'trade' if count == 1 else 'trades'} waits for a person's approval"
    return f"{waiting}; {standing.note}" if standing.note else waiting
