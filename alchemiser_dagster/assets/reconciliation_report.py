"""What the broker says afterwards, beside what we believe."""

from collections.abc import Iterator

import dagster as dg

from alchemiser_dagster.assets.names import BROKER_POOL, GROUP_TRADING, OWNERS
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.assets.stage import Stage, open_trading_stage, tables
from alchemiser_dagster.execution.client_order_id import is_ours
from alchemiser_dagster.reconciliation.report import reconcile
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.reports.outcomes import holdings_table, reconciliation_table

CLEAN_CHECK = "books_agree_with_the_broker"


def reconciliation_report_asset(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """Return the asset `reconciliation_report` with its check."""

    @dg.multi_asset(
        name="reconciliation_report",
        specs=[
            dg.AssetSpec(
                "reconciliation_report",
                deps=["execution_result", "recovery_report"],
                description="Plan, ledger and broker side by side: orders, fills, positions, cash. "
                "A difference is a named break.",
                group_name=GROUP_TRADING,
                owners=OWNERS,
                kinds={"python"},
                partitions_def=partitions,
            )
        ],
        check_specs=[
            dg.AssetCheckSpec(
                CLEAN_CHECK,
                asset="reconciliation_report",
                description="Something was compared and nothing differs (R-37).",
            )
        ],
        pool=BROKER_POOL,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def reconciliation_report(
        context: dg.AssetExecutionContext, desk: DeskResource
    ) -> Iterator[dg.MaterializeResult[None]]:
        with open_trading_stage(context, desk, "reconciliation_report") as stage:
            report = _reconcile(stage)
            stage.keep(report)
            yield dg.MaterializeResult(
                metadata={
                    "is_clean": report.is_clean,
                    "break_count": len(report.breaks),
                    "equity": float(report.equity),
                    "cash": float(report.actual_cash),
                    **tables(breaks=reconciliation_table(report), holdings=holdings_table(report)),
                },
                check_results=[_clean(report)],
                tags=stage.tags(),
            )

    return reconciliation_report


def _reconcile(stage: Stage) -> ReconciliationReport:
    from alchemiser_dagster.reconciliation.gather import Ledger, broker_facts

    desk, session = stage.desk, stage.session
    books = Ledger(desk.database, desk.settings.account).books(session)
    facts = broker_facts(desk.reader, desk.calendar.open_of(session))
    causes = [record for record in (books.result, books.plan, books.baseline) if record is not None]
    return reconcile(books, facts, session, is_ours, stage.envelope(*causes[:1]))


def _clean(report: ReconciliationReport) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=CLEAN_CHECK,
        passed=report.is_clean,
        severity=dg.AssetCheckSeverity.ERROR,
        description="; ".join(found.message for found in report.breaks) or None,
    )
