"""`alchemiser plan`: what would be traded, and what it would cost. Nothing is sent."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alchemiser_dagster.cli.home import set_dagster_home
from alchemiser_dagster.cli.log_file import logging_to_file
from alchemiser_dagster.cli.options import DAY, PREVIEW_PREFIX, settings_option
from alchemiser_dagster.cli.plan_report import Preview, preview_json, print_preview
from alchemiser_dagster.cli.preflight import require_open_books, require_session_of_choice
from alchemiser_dagster.cli.progress import showing_progress
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import ApprovalWantedError, SanityError
from alchemiser_dagster.reports.console import terminal
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.settings.run_overrides import run_overrides

if TYPE_CHECKING:
    from alchemiser_dagster.automation.launch import LaunchedRun

EXPECTED_ENDS = frozenset({ApprovalWantedError.code, SanityError.code})


@dataclass(frozen=True)
class PlanWish:
    """What the person asked for."""

    session: datetime | None
    bars: Path | None
    settings_file: Path | None
    as_json: bool


@click.command("plan")
@click.option("--session", type=DAY, help="Simulated mode: the session to plan; the latest by default.")
@click.option("--bars", type=click.Path(path_type=Path), help="Parquet or CSV file of bars.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
@settings_option
def command(
    session: datetime | None, bars: Path | None, settings_file: Path | None, *, as_json: bool
) -> None:
    """Show what would be traded now, what is left alone, what looks strange, and the expected cost.

    Runs a trading day up to its plan and sends nothing, whatever the settings say. Exit code 0: there is a
    plan. 1: the decision looks strange, so that there is none before `alchemiser approve`. 2: usage,
    configuration or data.
    """
    wish = PlanWish(session, bars, settings_file, as_json)
    day = session.date() if session else None
    desk = TradingDesk(load_settings(settings_file, {**run_overrides(day, bars), "notify.console": False}))
    require_session_of_choice(desk, day)
    require_open_books(desk)
    correlation_id = f"{PREVIEW_PREFIX}{desk.ids.new_id()}"
    console = terminal()
    progress = nullcontext() if as_json else showing_progress(console)
    with logging_to_file(desk.settings), progress:
        run = _launch(desk, wish, correlation_id)
    if run.failure is not None and run.failure.code not in EXPECTED_ENDS:
        click.secho(f"error: {run.failure.step}: {run.failure.message}", fg="red", err=True)
        sys.exit(run.failure.exit_code)
    preview = Preview.of(desk, correlation_id)
    if as_json:
        click.echo(preview_json(preview))
    else:
        print_preview(console, preview)
    sys.exit(0 if preview.plan is not None else 1)


def _launch(desk: TradingDesk, wish: PlanWish, correlation_id: str) -> LaunchedRun:
    set_dagster_home(desk.settings.data_dir)
    from alchemiser_dagster.automation.launch import LaunchRequest
    from alchemiser_dagster.automation.preview import run_preview
    from alchemiser_dagster.definitions import definitions_for

    request = LaunchRequest(
        settings_file=str(wish.settings_file.resolve()) if wish.settings_file else "",
        session=wish.session.date() if wish.session else None,
        bars=str(wish.bars.resolve()) if wish.bars else "",
        correlation_id=correlation_id,
        causation_id="command",
    )
    return run_preview(definitions_for(desk.settings), desk, request)
