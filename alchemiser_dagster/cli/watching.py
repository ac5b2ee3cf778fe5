"""`alchemiser doctor --watch`: one round of the watch, for cron or systemd. Nothing of it is Dagster's."""

from __future__ import annotations

from collections.abc import Iterable

from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.reports.console import print_table, terminal
from alchemiser_dagster.reports.table import Table
from alchemiser_dagster.watch.finding import WatchFinding
from alchemiser_dagster.watch.watching import go_round, instant_of

WELL = "All is as it should be."


def watch(desk: TradingDesk) -> int:
    """Look once, tell of what is found, show it, and return the exit code: 1 where somebody has to act."""
    found = go_round(desk)
    console = terminal()
    console.print(f"mode {desk.settings.mode}, looked at {instant_of(desk):%Y-%m-%d %H:%M} UTC")
    if found:
        print_table(console, _table(found))
    else:
        console.print(WELL)
    return int(any(finding.is_problem for finding in found))


def _table(found: Iterable[WatchFinding]) -> Table:
    rows = tuple(
        (finding.headline, finding.level.value, f"{finding.sentence}. {finding.remedy}") for finding in found
    )
    return Table("Watch", ("what", "level", "finding and remedy"), rows)
