"""`alchemiser recover`: settle what a run of today left behind, and say what happened."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from alchemiser_dagster.cli.home import set_dagster_home
from alchemiser_dagster.cli.log_file import logging_to_file
from alchemiser_dagster.cli.options import DAY, settings_option
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.recovery.recover import is_anything_open
from alchemiser_dagster.reports.console import print_table, terminal
from alchemiser_dagster.reports.recoveries import recovered_orders_table, recovery_table
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.settings.run_overrides import run_overrides

if TYPE_CHECKING:
    from alchemiser_dagster.automation.recovery_day import LaunchedRecovery


@click.command("recover")
@click.option("--session", type=DAY, help="Simulated mode: the session of the run; the latest by default.")
@click.option("--bars", type=click.Path(path_type=Path), help="Parquet or CSV file of bars, as in the run.")
@settings_option
def command(session: datetime | None, bars: Path | None, settings_file: Path | None) -> None:
    """Settle what a run of today left behind, adopt its fills, and say what happened.

    Nothing is sent. Exit code 0: every own order is settled, or there was nothing to recover. 1: otherwise.
    """
    day = session.date() if session else None
    overrides = {**run_overrides(day, bars), "notify.console": False}
    desk = TradingDesk(load_settings(settings_file, overrides))
    console = terminal()
    if not is_anything_open(desk.recovery_environment, desk.settings.account, desk.today):
        console.print(f"Nothing to recover: no plan of session {desk.today} is open, and no order of ours.")
        return
    with logging_to_file(desk.settings):
        launched = _launch(desk, day, bars, settings_file)
    sys.exit(_shown(console, launched))


def _launch(
    desk: TradingDesk, day: date | None, bars: Path | None, settings_file: Path | None
) -> LaunchedRecovery:
    set_dagster_home(desk.settings.data_dir)
    from alchemiser_dagster.automation.launch import LaunchRequest
    from alchemiser_dagster.automation.recovery_day import run_recovery
    from alchemiser_dagster.definitions import definitions_for

    request = LaunchRequest(
        settings_file=str(settings_file.resolve()) if settings_file else "",
        session=day,
        bars=str(bars.resolve()) if bars else "",
        correlation_id=desk.ids.new_id(),
        causation_id="command",
    )
    return run_recovery(definitions_for(desk.settings), desk, request)


def _shown(console: Console, launched: LaunchedRecovery) -> int:
    """Print what was found and return the exit code."""
    report, failure = launched.report, launched.run.failure
    if report is not None:
        print_table(console, recovery_table(report))
        if report.orders:
            print_table(console, recovered_orders_table(report))
    if failure is not None:
        click.secho(f"error: {failure.step}: {failure.message}", fg="red", err=True)
        return failure.exit_code
    return 0 if report is not None and report.is_settled else 1
