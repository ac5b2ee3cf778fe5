"""`alchemiser symphony diff`: how two strategy files differ, and on which sessions that matters.

Exit codes are those of `diff`: 0 the same meaning, 1 another meaning, 2 trouble.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TypedDict, Unpack

import click
import pandas as pd
from rich.console import Console

from alchemiser_dagster.cli.options import DAY, settings_option
from alchemiser_dagster.reports.console import print_table, terminal
from alchemiser_dagster.reports.symphony_difference import (
    changes_table,
    divergence_line,
    forks_table,
    labels_table,
    sessions_table,
    verdict_line,
)
from alchemiser_dagster.symphony import Symphony, load
from alchemiser_dagster.symphony.comparison.difference import Difference, difference_of
from alchemiser_dagster.symphony.comparison.divergence import Divergence, divergence_of

MOST_CHANGES = 40
MOST_LABELS = 5
MOST_NODES = 20
LATEST_SESSIONS = 10
ANOTHER_MEANING = 1


class DiffOptions(TypedDict):
    """The options of the command."""

    a: Path
    b: Path
    bars: Path | None
    with_sessions: bool
    first: datetime | None
    last: datetime | None
    in_full: bool
    settings_file: Path | None


@click.command("diff")
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option("--bars", type=click.Path(path_type=Path), help="Compare sessions on this file of bars.")
@click.option(
    "--sessions", "with_sessions", is_flag=True, help="Compare sessions on the market data in force."
)
@click.option("--from", "first", type=DAY, help="First session compared.")
@click.option("--to", "last", type=DAY, help="Last session compared; the last complete one by default.")
@click.option("--all", "in_full", is_flag=True, help="List everything, however long.")
@settings_option
def diff(**options: Unpack[DiffOptions]) -> None:
    """Compare strategy files A and B: what was changed, and where and when it leads to other weights.

    The exit code is 0 where both mean the same, 1 where they don't, 2 where a file can't be read.
    """
    first, last = options["first"], options["last"]
    if first and last and first > last:
        raise click.UsageError("--from is later than --to")
    a, b = load(options["a"]), load(options["b"])
    difference = difference_of(a, b)
    console = terminal()
    _print_difference(console, difference, in_full=options["in_full"])
    if options["with_sessions"] or options["bars"] or first or last:
        closes = _closes((a, b), options)
        begin, end = (day.date() if day else None for day in (first, last))
        divergence = divergence_of(a, b, closes, first=begin, last=end)
        _print_divergence(console, divergence, in_full=options["in_full"])
    if not difference.same_meaning:
        raise click.exceptions.Exit(ANOTHER_MEANING)


def _closes(symphonies: tuple[Symphony, Symphony], options: DiffOptions) -> pd.DataFrame:
    from alchemiser_dagster.cli.strategy_closes import strategy_closes
    from alchemiser_dagster.desk import TradingDesk
    from alchemiser_dagster.settings import load_settings
    from alchemiser_dagster.settings.run_overrides import run_overrides

    desk = TradingDesk(load_settings(options["settings_file"], run_overrides(None, options["bars"])))
    return strategy_closes(desk, symphonies, options["last"])


def _print_difference(console: Console, difference: Difference, *, in_full: bool) -> None:
    console.print(verdict_line(difference), style="bold", highlight=False)
    tables = (
        changes_table(difference, None if in_full else MOST_CHANGES),
        labels_table(difference, None if in_full else MOST_LABELS),
    )
    for table in tables:
        if table.rows:
            print_table(console, table)


def _print_divergence(console: Console, divergence: Divergence, *, in_full: bool) -> None:
    console.print(divergence_line(divergence), style="bold", highlight=False)
    if divergence.sessions:
        print_table(console, forks_table(divergence, None if in_full else MOST_NODES))
        print_table(console, sessions_table(divergence, None if in_full else LATEST_SESSIONS))
    if divergence.not_walked:
        console.print(
            f"Of {divergence.not_walked:,} earlier sessions the node was not looked for.", style="dim"
        )
