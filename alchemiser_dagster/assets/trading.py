"""The plan and what became of it: the only assets behind which orders are placed."""

from collections.abc import Iterator

import dagster as dg

from alchemiser_dagster.assets.halting import approve_way_out, require_still_wanted
from alchemiser_dagster.assets.names import GROUP_PORTFOLIO, GROUP_TRADING
from alchemiser_dagster.assets.plan_approval import (
    approved_result,
    approved_spec,
    require_approved,
    standing_of,
)
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.assets.stage import Stage, open_trading_stage, tables
from alchemiser_dagster.assets.standing_plan import standing_plan
from alchemiser_dagster.assets.trading_asset import Outline, trading_asset
from alchemiser_dagster.errors import OrderError, SupersededError
from alchemiser_dagster.ledger.approvals import ApprovalBook
from alchemiser_dagster.portfolio.plan import plan_rebalance
from alchemiser_dagster.records.allocation import AllocationComparison
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.sanity import SanityReport
from alchemiser_dagster.records.values import Outcome
from alchemiser_dagster.reports.decisions import plan_skips_table, plan_table
from alchemiser_dagster.reports.outcomes import execution_skips_table, orders_table
from alchemiser_dagster.risk.sanity.clearance import require_cleared

DONE_CHECK = "plan_was_traded"


def rebalance_plan_asset(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """Return the asset `rebalance_plan`; its check waits for a person, where that is set."""

    @trading_asset(
        partitions,
        Outline(
            deps=["allocation_comparison"],
            description="The trades to come, sells before buys. A plan that was begun and not ended is "
            "taken up again, and so is one that was approved and not begun.",
            group=GROUP_PORTFOLIO,
            check=approved_spec(),
        ),
    )
    def rebalance_plan(
        context: dg.AssetExecutionContext, desk: DeskResource
    ) -> Iterator[dg.MaterializeResult[None]]:
        with open_trading_stage(context, desk, "rebalance_plan") as stage:
            before = standing_plan(stage)
            plan = before.plan or _new_plan(stage)
            stage.keep(plan)
            approve_way_out(plan, stage)
            standing = standing_of(plan, stage, before.note)
            yield dg.MaterializeResult(
                metadata={
                    "plan_id": plan.plan_id,
                    "order_count": len(plan.lines),
                    "turnover": float(plan.turnover),
                    **tables(plan=plan_table(plan), left_alone=plan_skips_table(plan)),
                },
                check_results=stage.marked(approved_result(standing)),
                tags=stage.tags(),
            )
            require_approved(standing, stage.desk.clock.now())

    return rebalance_plan


def execution_result_asset(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """Return the asset `execution_result`; its check fails the run where nothing could be traded."""

    @trading_asset(
        partitions,
        Outline(
            deps=["rebalance_plan"],
            description="The orders of the plan as the broker confirmed them. Only for today's session, "
            "never retried.",
            group=GROUP_TRADING,
            check=dg.AssetCheckSpec(
                DONE_CHECK,
                asset="execution_result",
                blocking=True,
                description="Every line of the plan was traded, or there was nothing to do (R-04).",
            ),
            asks_broker=True,
        ),
    )
    def execution_result(
        context: dg.AssetExecutionContext, desk: DeskResource
    ) -> Iterator[dg.MaterializeResult[None]]:
        with open_trading_stage(context, desk, "execution_result") as stage:
            result = _execute(stage)
            _require_own(result, stage)
            yield dg.MaterializeResult(
                metadata=_facts(result), check_results=stage.marked(_done(result)), tags=stage.tags()
            )
            _require_not_failed(result)

    return execution_result


def _execute(stage: Stage) -> ExecutionResult:
    from alchemiser_dagster.execution.executor import execute_plan

    plan = stage.require(RebalancePlan, stage.session)
    require_still_wanted(plan, stage)
    permit = stage.desk.permit(stage.session)
    environment = stage.desk.execution_environment(permit)
    return execute_plan(plan, environment, permit, stage.envelope(plan))


def _require_own(result: ExecutionResult, stage: Stage) -> None:
    if result.envelope.correlation_id != stage.identity.correlation_id:
        raise SupersededError(
            f"run {result.envelope.correlation_id} carried out the same plan meanwhile: {result.outcome}",
            where=f"plan {result.plan_id[:12]}",
            remedy="Nothing was sent again; `alchemiser status` shows what that run did",
        )


def _facts(result: ExecutionResult) -> dict[str, dg.MetadataValue]:
    return {
        "outcome": dg.MetadataValue.text(result.outcome.value),
        "reason": dg.MetadataValue.text(result.reason),
        "order_count": dg.MetadataValue.int(len(result.orders)),
        "bought": dg.MetadataValue.float(float(result.bought)),
        "sold": dg.MetadataValue.float(float(result.sold)),
        **tables(orders=orders_table(result), not_sent=execution_skips_table(result)),
    }


def _require_not_failed(result: ExecutionResult) -> None:
    if result.outcome is Outcome.FAILED:
        raise OrderError(
            result.reason,
            where=f"plan {result.plan_id[:12]}",
            remedy="See the table of orders; running again sends only what the broker has not confirmed",
        )


def _done(result: ExecutionResult) -> dg.AssetCheckResult:
    failed = result.outcome is Outcome.FAILED
    return dg.AssetCheckResult(
        check_name=DONE_CHECK,
        passed=result.outcome.is_success,
        severity=dg.AssetCheckSeverity.ERROR if failed else dg.AssetCheckSeverity.WARN,
        description=f"{result.outcome}: {result.reason}",
    )


def _new_plan(stage: Stage) -> RebalancePlan:
    comparison = stage.require(AllocationComparison, stage.session)
    report = stage.find(SanityReport, stage.session)
    require_cleared(report, comparison.envelope.record_id, ApprovalBook(stage.desk.database))
    return plan_rebalance(comparison, stage.desk.portfolio_rules, stage.envelope(comparison))
