"""What the halt in force means for the steps of a trading day."""

from __future__ import annotations

from decimal import Decimal

import dagster as dg

from alchemiser_dagster.assets.names import FLATTEN_TAG
from alchemiser_dagster.assets.stage import Stage
from alchemiser_dagster.errors import HaltedError, RiskError, StorageError
from alchemiser_dagster.ledger.approvals import ApprovalBook
from alchemiser_dagster.records.allocation import AllocationComparison, TargetAllocation
from alchemiser_dagster.records.approval import Approval, ApprovalScope
from alchemiser_dagster.records.halt import HaltChange, HaltLevel, halt_in_words, level_of
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.settings.choices import PlanApproval

NOT_HALTED_CHECK = "trading_is_not_halted"


def not_halted_spec() -> dg.AssetCheckSpec:
    """Return the check that stops a day while trading is halted."""
    return dg.AssetCheckSpec(
        NOT_HALTED_CHECK,
        asset="account_snapshot",
        blocking=True,
        description="Nothing holds trading back: an error while it is halted, a warning while it only gets "
        "out of positions.",
    )


def not_halted_result(held: HaltChange | None) -> dg.AssetCheckResult:
    """Return what the check finds under the halt in force."""
    is_halted = level_of(held) is HaltLevel.HALT
    return dg.AssetCheckResult(
        check_name=NOT_HALTED_CHECK,
        passed=held is None,
        severity=dg.AssetCheckSeverity.ERROR if is_halted else dg.AssetCheckSeverity.WARN,
        description=halt_in_words(held) if held else None,
    )


def target_under(held: HaltChange | None, stage: Stage) -> TargetAllocation:
    """Return what the account should hold: what strategies want, or nothing where everything is to be sold.

    Raises
    ------
    RiskError
        If the run was launched to sell everything, and nobody asked for it.
    DataError
        If strategies decide, and there is no target of the session.
    """
    if held is not None and held.level is HaltLevel.FLATTEN:
        return _nothing(held, stage)
    if FLATTEN_TAG in stage.tags_of_run:
        raise RiskError(
            f"this job sells everything, and the level in force is {halt_in_words(held)}",
            where="flatten_job",
            remedy="Nothing was sent; `alchemiser flatten --reason TEXT` asks for it",
        )
    return stage.require(TargetAllocation, stage.session)


def fits_level(plan: RebalancePlan, stage: Stage) -> bool:
    """Return whether a plan that was begun may be taken up under the halt in force.

    A plan that sells everything is no longer wanted after a resumption, nor one that follows strategies once
    everything is to be sold, nor one that buys while nothing may be bought.
    """
    level = level_of(stage.desk.halt)
    may_buy = level.allows_buys or not any(line.side is Side.BUY for line in plan.lines)
    return may_buy and _sells_everything(plan, stage) == (level is HaltLevel.FLATTEN)


def approve_way_out(plan: RebalancePlan, stage: Stage) -> None:
    """Give a plan that sells everything the approval of whoever asked for it, where the settings want one."""
    desk, held = stage.desk, stage.desk.halt
    is_wanted = desk.settings.trading.approval is PlanApproval.REQUIRED
    if is_wanted and held is not None and held.level is HaltLevel.FLATTEN and not plan.is_empty:
        approval = Approval(
            envelope=stage.envelope(plan),
            session=plan.session,
            scope=ApprovalScope.PLAN,
            subject_id=plan.plan_id,
            by=held.by,
            reason=held.reason,
        )
        ApprovalBook(desk.database).give(approval)


def require_still_wanted(plan: RebalancePlan, stage: Stage) -> None:
    """Raise `HaltedError` for a plan that sells everything after trading was resumed."""
    held = stage.desk.halt
    is_asked_for = level_of(held) in {HaltLevel.FLATTEN, HaltLevel.HALT}
    if not is_asked_for and _sells_everything(plan, stage):
        raise HaltedError(
            f"the plan sells everything, and the level in force is {halt_in_words(held)} by now",
            where=f"plan {plan.plan_id[:12]}",
            remedy="Nothing was sent; run again to trade as the strategies want",
        )


def _nothing(held: HaltChange, stage: Stage) -> TargetAllocation:
    target = TargetAllocation(
        envelope=stage.envelope(held),
        session=stage.session,
        lines=(),
        cash_weight=Decimal(1),
        strategies=(),
    )
    stage.keep(target)
    return target


def _sells_everything(plan: RebalancePlan, stage: Stage) -> bool:
    journal = stage.desk.journal
    try:
        comparison = journal.record_of(AllocationComparison, plan.comparison_id)
        target = journal.record_of(TargetAllocation, comparison.target_id)
    except StorageError:
        return False
    return not target.lines and not target.strategies
