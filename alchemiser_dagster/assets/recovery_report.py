"""What a run that failed left behind, and what was settled of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

from alchemiser_dagster.assets.names import GROUP_TRADING
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.assets.stage import Stage, open_trading_stage, tables
from alchemiser_dagster.assets.trading_asset import Outline, trading_asset
from alchemiser_dagster.records.recovery import RecoveryReport
from alchemiser_dagster.reports.recoveries import recovered_orders_table, recovery_table

if TYPE_CHECKING:
    from alchemiser_dagster.desk import TradingDesk
    from alchemiser_dagster.recovery.hindrances import ResumeGuards

SETTLED_CHECK = "own_orders_are_settled"


def recovery_report_asset(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """Return the asset `recovery_report` with its check."""

    @trading_asset(
        partitions,
        Outline(
            deps=["execution_result"],
            description="After a run that failed or vanished: own open orders settled, fills adopted, "
            "what happened in plain words. Sends nothing.",
            group=GROUP_TRADING,
            check=dg.AssetCheckSpec(
                SETTLED_CHECK,
                asset="recovery_report",
                description="Nothing can happen to any order of ours any more (R-39).",
            ),
            asks_broker=True,
        ),
    )
    def recovery_report(
        context: dg.AssetExecutionContext, desk: DeskResource
    ) -> Iterator[dg.MaterializeResult[None]]:
        with open_trading_stage(context, desk, "recovery_report") as stage:
            report = _recover(stage)
            stage.keep(report)
            yield dg.MaterializeResult(
                metadata=_facts(report), check_results=stage.marked(_settled(report)), tags=stage.tags()
            )

    return recovery_report


def resume_guards(desk: "TradingDesk") -> "ResumeGuards":
    """Return who says whether the rest of a plan may be traded."""
    from alchemiser_dagster.execution.chosen_rules import execution_rules
    from alchemiser_dagster.recovery.hindrances import ResumeGuards

    max_attempts = execution_rules(desk.settings).max_attempts
    return ResumeGuards(desk.database, desk.permit, max_attempts, desk.code_version)


def _recover(stage: Stage) -> RecoveryReport:
    from alchemiser_dagster.recovery.recover import RecoveryCase, recover

    desk = stage.desk
    case = RecoveryCase(
        session=stage.session,
        failed_run_id=stage.causation_id,
        guards=resume_guards(desk),
        after_failure=desk.settings.trading.after_failure,
    )
    return recover(case, desk.recovery_environment, stage.envelope())


def _facts(report: RecoveryReport) -> dict[str, dg.MetadataValue]:
    return {
        "is_settled": dg.MetadataValue.bool(report.is_settled),
        "can_resume": dg.MetadataValue.bool(report.can_resume),
        "lines_remaining": dg.MetadataValue.int(report.lines_remaining),
        "value_remaining": dg.MetadataValue.float(float(report.value_remaining)),
        **tables(recovery=recovery_table(report), orders=recovered_orders_table(report)),
    }


def _settled(report: RecoveryReport) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=SETTLED_CHECK,
        passed=report.is_settled,
        severity=dg.AssetCheckSeverity.ERROR,
        description=report.next_action,
    )
