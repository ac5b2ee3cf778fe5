"""What the broker says afterwards, beside what we believe."""

from collections.abc import Iterator

import dagster as dg

from alchemiser_dagster.assets.day_metadata import day_metadata
from alchemiser_dagster.assets.names import GROUP_TRADING
from alchemiser_dagster.assets.reconciling import reconcile_in
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.assets.stage import open_trading_stage, tables
from alchemiser_dagster.assets.trading_asset import Outline, trading_asset
from alchemiser_dagster.records.reconciliation import ReconciliationReport, Severity
from alchemiser_dagster.reports.outcomes import holdings_table, reconciliation_table
from alchemiser_dagster.reports.reconciliation import adopted_table, books_table, postings_table

CLEAN_CHECK = "books_agree_with_the_broker"
PATIENCE_SECONDS = 300
"""How long another run may go on trading the account before the comparison gives up."""


def reconciliation_report_asset(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """Return the asset `reconciliation_report` with its check."""

    @trading_asset(
        partitions,
        Outline(
            deps=["execution_result", "recovery_report"],
            description="Plan, ledger, books and broker side by side: orders, fills, positions, cash. "
            "What is explained is posted; any other difference is a named break.",
            group=GROUP_TRADING,
            check=dg.AssetCheckSpec(
                CLEAN_CHECK,
                asset="reconciliation_report",
                description="Something was compared and nothing differs (R-37).",
            ),
            asks_broker=True,
        ),
    )
    def reconciliation_report(
        context: dg.AssetExecutionContext, desk: DeskResource
    ) -> Iterator[dg.MaterializeResult[None]]:
        with open_trading_stage(context, desk, "reconciliation_report") as stage:
            report = reconcile_in(stage, PATIENCE_SECONDS)
            yield dg.MaterializeResult(
                metadata={**_figures(report), **day_metadata(stage), **_tables(report)},
                check_results=stage.marked(_clean(report)),
                tags=stage.tags(),
            )

    return reconciliation_report


def _figures(report: ReconciliationReport) -> dict[str, dg.MetadataValue]:
    return {
        "is_clean": dg.MetadataValue.bool(report.is_clean),
        "break_count": dg.MetadataValue.int(len(report.breaks)),
        "equity": dg.MetadataValue.float(float(report.equity)),
        "cash": dg.MetadataValue.float(float(report.actual_cash)),
    }


def _tables(report: ReconciliationReport) -> dict[str, dg.MetadataValue]:
    return tables(
        breaks=reconciliation_table(report),
        books=books_table(report),
        adopted=adopted_table(report),
        posted=postings_table(report),
        holdings=holdings_table(report),
    )


def _clean(report: ReconciliationReport) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=CLEAN_CHECK,
        passed=report.is_clean,
        severity=dg.AssetCheckSeverity.ERROR,
        description="; ".join(f"{found.severity}: {found.message}" for found in report.breaks) or None,
        metadata={
            "breaks": len(report.breaks),
            "locked_symbols": ", ".join(sorted(_locked(report))) or "none",
            "compared": str(report.compared),
        },
    )


def _locked(report: ReconciliationReport) -> set[str]:
    return {
        found.symbol
        for found in report.breaks
        if found.symbol is not None and found.severity is not Severity.NOTE
    }
