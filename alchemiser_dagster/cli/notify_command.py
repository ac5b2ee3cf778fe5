"""`alchemiser notify`: try where notices go, see what is owed, and send it now."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console

from alchemiser_dagster.cli.options import settings_option
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.notify.deliveries import COLUMNS, deliveries_of
from alchemiser_dagster.notify.notice import Notice, NoticeLevel, facts_in_lines, notice_key
from alchemiser_dagster.notify.sinks import Sink, sinks_from
from alchemiser_dagster.reports.console import print_table, terminal
from alchemiser_dagster.reports.table import Table
from alchemiser_dagster.settings.loading import load_settings_of_books

SENT = "sent"


@click.group("notify")
def command() -> None:
    """Try where notices go, list what could not be sent, and send it now."""


@command.command("test")
@settings_option
def test(settings_file: Path | None) -> None:
    """Send a test notice to console, file and every service, whatever its level, and say what came of it.

    Exit code 0: each took it.
    """
    desk = TradingDesk(load_settings_of_books(settings_file))
    sinks = sinks_from(desk.settings, sys.stderr)
    problems = desk.notifier.try_out(_test_notice(desk))
    print_table(
        terminal(), Table("Test notice", ("to", "from level", "what came of it"), _rows(sinks, problems))
    )
    sys.exit(1 if any(problems.values()) else 0)


@command.command("owed")
@settings_option
def owed(settings_file: Path | None) -> None:
    """List the notices that somebody does not have, why, and when they are tried again."""
    _show_owed(TradingDesk(load_settings_of_books(settings_file)), terminal())


@command.command("retry")
@click.option("--forget", is_flag=True, help="Then owe nobody what still could not be sent.")
@settings_option
def retry(settings_file: Path | None, *, forget: bool) -> None:
    """Send what is owed now, also what was given up. Exit code 0: nothing is owed any more."""
    desk, console = TradingDesk(load_settings_of_books(settings_file)), terminal()
    desk.notifier.retry_unsent(at_will=True)
    if forget:
        count = desk.notifier.forget_unsent()
        console.print(f"forgotten: {count} deliveries that failed", markup=False)
    sys.exit(0 if _show_owed(desk, console) else 1)


def _show_owed(desk: TradingDesk, console: Console) -> bool:
    """Print what is owed and return whether nothing is."""
    found = deliveries_of(desk.notifier)
    print_table(console, Table("Notices that are owed", COLUMNS, found.rows))
    return found.are_made


def _rows(sinks: tuple[Sink, ...], problems: dict[str, str | None]) -> tuple[tuple[str, ...], ...]:
    return tuple(_row(sink, problems[sink.name]) for sink in sinks)


def _row(sink: Sink, problem: str | None) -> tuple[str, ...]:
    return sink.name, sink.level.value, SENT if problem is None else " ".join(problem.split())


def _test_notice(desk: TradingDesk) -> Notice:
    now = desk.wall_clock.now()
    facts = {
        "in short": "Who reads this is told what the system does. Nothing was traded.",
        "mode": desk.settings.mode.value,
        "sent by": "`alchemiser notify test`",
    }
    correlation_id = f"notify-test-{now:%Y%m%d%H%M%S}"
    return Notice(
        key=notice_key(correlation_id, "test"),
        level=NoticeLevel.INFO,
        title=f"Test notice ({desk.settings.mode.value})",
        body=facts_in_lines(facts),
        correlation_id=correlation_id,
        created_at=now,
    )
