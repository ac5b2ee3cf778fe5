"""`alchemiser reconcile`: compare the books with the broker now, on any day, and trade nothing."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from alchemiser_dagster.assets.reconciler import reconciler_of
from alchemiser_dagster.cli.log_file import logging_to_file
from alchemiser_dagster.cli.options import DAY, settings_option
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.records.envelope import Envelope, Record, RunIdentity
from alchemiser_dagster.reports.console import print_table, terminal
from alchemiser_dagster.reports.outcomes import reconciliation_table
from alchemiser_dagster.reports.reconciliation import adopted_table, books_table, postings_table
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.settings.run_overrides import run_overrides

TYPED = "command"


@click.command("reconcile")
@click.option("--session", type=DAY, help="Simulated mode: the session it is; the latest by default.")
@settings_option
def command(session: datetime | None, settings_file: Path | None) -> None:
    """Compare ledger, books and broker now, name every difference, and adopt what became known late.

    Works at any time; nothing is traded. Exit code 0: clean. 1: something differs. 2: usage or configuration.
    """
    chosen = session.date() if session else None
    desk = TradingDesk(load_settings(settings_file, run_overrides(chosen, None)))
    identity = RunIdentity(run_id=TYPED, correlation_id=desk.ids.new_id())

    def envelope_of(cause: Record | None) -> Envelope:
        causes = [cause.envelope.record_id] if cause is not None else []
        return desk.envelope(identity, "reconcile", causes)

    with logging_to_file(desk.settings):
        report = reconciler_of(desk).reconcile(desk.today, envelope_of)
    console = terminal()
    for table in (reconciliation_table(report), books_table(report)):
        print_table(console, table)
    for table in (adopted_table(report), postings_table(report)):
        if table.rows:
            print_table(console, table)
    sys.exit(0 if report.is_clean else 1)
