"""Books and broker before anything is planned: what somebody else did meanwhile is locked, not undone."""

from __future__ import annotations

import dagster as dg

from alchemiser_dagster.assets.reconciling import reconcile_in
from alchemiser_dagster.assets.stage import Stage, tables
from alchemiser_dagster.ledger.account_books import AccountBooks
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.reports.outcomes import reconciliation_table


def compare_books(stage: Stage) -> ReconciliationReport | None:
    """Compare, so that breaks lock their symbols for the plan that is to be made (R-38).

    Nothing is compared, and None returned, where the account has no books yet, or while a plan is open: what
    it left is settled first, and compared after its run.
    """
    desk, account = stage.desk, stage.desk.settings.account
    has_books = AccountBooks(desk.database).balance(account).opened_at is not None
    if not has_books or desk.executions.all_open(account):
        return None
    return reconcile_in(stage)


def books_metadata(report: ReconciliationReport | None) -> dict[str, dg.MetadataValue]:
    """Return what a person sees of it: the breaks, if there are any."""
    if report is None or not report.breaks:
        return {}
    return tables(breaks=reconciliation_table(report))
