"""`alchemiser history`: past runs and how they went."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TypedDict, Unpack

import click

from alchemiser_dagster.cli.kept_calendar import ShowingDesk
from alchemiser_dagster.cli.options import DAY, settings_option
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.operations.history import History, HistoryQuery, read_history, usual_query
from alchemiser_dagster.operations.prometheus import prometheus_text
from alchemiser_dagster.reports.console import print_table, terminal
from alchemiser_dagster.reports.history import costs_table, durations_table, measures_table, runs_table
from alchemiser_dagster.sessions import NEW_YORK
from alchemiser_dagster.settings.loading import load_settings_of_books

ALL = "all"
DAYS = re.compile(r"([1-9][0-9]{0,4})d")
USUAL = "30d"


class HistoryOptions(TypedDict):
    """The options of the command."""

    since: str | None
    session: datetime | None
    runs: int
    as_json: bool
    as_prometheus: bool
    settings_file: Path | None


def _since(_context: click.Context, _option: click.Parameter, given: str | None) -> str | None:
    if given is None or given == ALL or DAYS.fullmatch(given):
        return given
    try:
        return datetime.strptime(given, "%Y-%m-%d").replace(tzinfo=NEW_YORK).date().isoformat()
    except ValueError as error:
        raise click.BadParameter("give a date such as 2024-11-29, days such as 30d, or all") from error


@click.command("history")
@click.option(
    "--since",
    metavar="DATE|DAYSd|all",
    callback=_since,
    help=f"Runs that began since then. By default {USUAL}; all with --session or --prometheus.",
)
@click.option("--session", type=DAY, help="Only runs of this session.")
@click.option(
    "--runs", type=click.IntRange(min=1), default=20, show_default=True, help="How many are listed."
)
@click.option("--json", "as_json", is_flag=True, help="Print one object instead of tables.")
@click.option("--prometheus", "as_prometheus", is_flag=True, help="Print numbers as Prometheus reads them.")
@settings_option
def command(**options: Unpack[HistoryOptions]) -> None:
    """Show past trading runs, newest first, and how all runs went.

    A run that was resumed is one line: its runs share a correlation id.
    """
    if options["as_json"] and options["as_prometheus"]:
        raise click.UsageError("--json and --prometheus can't stand together")
    desk = ShowingDesk(load_settings_of_books(options["settings_file"]))
    history = read_history(desk.database, desk.calendar, _query(desk, options))
    if options["as_prometheus"]:
        click.echo(prometheus_text(history), nl=False)
    elif options["as_json"]:
        click.echo(history.model_dump_json(indent=2))
    else:
        _print(history, options["runs"])


def _query(desk: TradingDesk, options: HistoryOptions) -> HistoryQuery:
    session, wanted = options["session"], options["since"]
    is_everything = session is not None or options["as_prometheus"]
    now = desk.present.now()
    query = usual_query(desk.settings, desk.calendar, now)
    return replace(
        query,
        since=_instant(wanted or (ALL if is_everything else USUAL), now),
        session=session.date() if session is not None else None,
    )


def _instant(since: str, now: datetime) -> datetime | None:
    """Return the instant that is meant; a day begins at midnight in New York."""
    if since == ALL:
        return None
    days = DAYS.fullmatch(since)
    if days is not None:
        return now - timedelta(days=int(days[1]))
    return datetime.combine(date.fromisoformat(since), time(), NEW_YORK).astimezone(UTC)


def _print(history: History, most: int) -> None:
    console = terminal()
    print_table(console, runs_table(history, most))
    print_table(console, measures_table(history.measures))
    print_table(console, durations_table(history.measures))
    print_table(console, costs_table(history.sessions, most))
