"""`alchemiser run`: one trading day in this process, then the reconciliation, printed."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alchemiser_dagster.cli.day_report import print_story
from alchemiser_dagster.cli.home import set_dagster_home
from alchemiser_dagster.cli.last_word import LastWord
from alchemiser_dagster.cli.log_file import logging_to_file
from alchemiser_dagster.cli.options import DAY, checked_correlation_id, settings_option
from alchemiser_dagster.cli.preflight import RunWish, require_runnable
from alchemiser_dagster.cli.progress import showing_progress
from alchemiser_dagster.cli.timings import Timings
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.reports.console import terminal
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.settings.run_overrides import run_overrides

if TYPE_CHECKING:
    from alchemiser_dagster.automation.failures import StepFailure
    from alchemiser_dagster.automation.trading_day import LaunchedDay
    from alchemiser_dagster.records.envelope import Record


@click.command("run")
@click.option("--session", type=DAY, help="Simulated mode: the session to run; the latest by default.")
@click.option("--bars", type=click.Path(path_type=Path), help="Parquet or CSV file of bars.")
@click.option(
    "--correlation-id",
    callback=checked_correlation_id,
    help="Ties all records of this run together; a new one by default.",
)
@click.option("--again", is_flag=True, help="Trade a session once more that was traded already.")
@settings_option
def command(
    session: datetime | None,
    bars: Path | None,
    correlation_id: str | None,
    settings_file: Path | None,
    *,
    again: bool,
) -> None:
    """Run a trading day: trade, reconcile, and say what was done.

    A session is traded once: the run after that has nothing to do.

    Exit code 0: traded or nothing to do. 1: failed. 2: usage or configuration.
    """
    timings = Timings(time.monotonic)
    day = session.date() if session else None
    overrides = {**run_overrides(day, bars), "notify.console": False}
    desk = TradingDesk(load_settings(settings_file, overrides))
    wish = RunWish(settings_file, day, bars, correlation_id or desk.ids.new_id(), again)
    console = terminal()
    with LastWord(desk, wish.correlation_id, day):
        require_runnable(desk, wish)
        with logging_to_file(desk.settings), showing_progress(console):
            launched = _launch(desk, wish, timings)
    records = desk.journal.story(launched.correlation_id)
    print_story(console, records)
    timings.print(console)
    if launched.failure is not None:
        click.secho(f"error: {launched.failure.step}: {launched.failure.message}", fg="red", err=True)
    sys.exit(exit_code(launched.failure, records))


def exit_code(failure: StepFailure | None, records: Sequence[Record]) -> int:
    """Return 0 where the day traded or had nothing to do and the books agree, else 1 or the failure's own."""
    if failure is not None:
        return failure.exit_code
    results = [record for record in records if isinstance(record, ExecutionResult)]
    reports = [record for record in records if isinstance(record, ReconciliationReport)]
    is_success = bool(results and reports) and results[-1].outcome.is_success and reports[-1].is_clean
    return 0 if is_success else 1


def _launch(desk: TradingDesk, wish: RunWish, timings: Timings) -> LaunchedDay:
    set_dagster_home(desk.settings.data_dir)
    with timings.part("imports"):
        from alchemiser_dagster.automation.launch import LaunchRequest
        from alchemiser_dagster.automation.trading_day import run_trading_day, tell_how_it_ended
        from alchemiser_dagster.definitions import definitions_for
    request = LaunchRequest(
        settings_file=str(wish.settings_file.resolve()) if wish.settings_file else "",
        session=wish.session,
        bars=str(wish.bars.resolve()) if wish.bars else "",
        correlation_id=wish.correlation_id,
        causation_id="command",
        again=wish.again,
    )
    launched = run_trading_day(definitions_for(desk.settings), desk, request)
    tell_how_it_ended(desk, launched)
    for run in launched.runs:
        timings.add_steps(run.durations)
    return launched
