"""The state of things as a person reads it: a line each, what matters most first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from alchemiser_dagster.cli.cockpit import SHORT_ID, Cockpit, Earned, LastRun, Machinery, Timetable
from alchemiser_dagster.reports.table import money
from alchemiser_dagster.sessions import NEW_YORK

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def print_cockpit(console: Console, cockpit: Cockpit) -> None:
    """Print the state of things; a halt stands above all else."""
    if cockpit.halt is not None:
        console.print(f"[bold red]{escape(cockpit.halt)}[/bold red]")
    console.print(f"mode {cockpit.mode}, session {cockpit.session}")
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, text in _lines(cockpit):
        grid.add_row(name, text)
    console.print(grid)


def _lines(cockpit: Cockpit) -> Iterator[tuple[str, str]]:
    yield "next run", _next_run(cockpit.next_run, cockpit.now)
    yield "by itself", _by_itself(cockpit.machinery, cockpit.now)
    yield "last run", _last_run(cockpit.last_run)
    yield from _worth(cockpit)
    yield "data", f"up to session {cockpit.data_session}" if cockpit.data_session else "none yet"
    yield "breaks", _warned(len(cockpit.breaks), "open: `alchemiser breaks` lists them")
    yield "failures", _failures(cockpit)
    yield "notices", _warned(len(cockpit.notices_owed), "owed")
    if cockpit.next_action is not None:
        yield "to do", f"[bold]{escape(cockpit.next_action)}[/bold]"


def _next_run(found: Timetable, now: datetime) -> str:
    starts, closes = found.starts_at.astimezone(NEW_YORK), found.closes_at.astimezone(NEW_YORK)
    early = ", an early close" if found.is_early else ""
    seconds = (found.starts_at - now).total_seconds()
    at = f"{starts:%H:%M} New York ({found.starts_at.astimezone(UTC):%H:%M} UTC)"
    return f"{starts:%A} {found.session} at {at}, in {_long(seconds)}; close {closes:%H:%M}{early}"


def _by_itself(found: Machinery, now: datetime) -> str:
    if found.is_on is None and found.seen_at is None:
        return "no: no schedule was ever on; `alchemiser schedule on` switches them on"
    switch = "on" if found.is_on else "off: `alchemiser schedule on` switches it on"
    if found.seen_at is None:
        alive = "[red]the daemon was never seen[/red]" if found.is_on else "the daemon was never seen"
    else:
        seen = f"was seen {_long((now - found.seen_at).total_seconds())} ago"
        alive = f"the daemon {seen}" if found.is_alive else f"[red]the daemon is gone: it {seen}[/red]"
    return f"trading by schedule is {switch}; {alive}"


def _last_run(found: LastRun | None) -> str:
    if found is None:
        return "none yet"
    colour = "green" if found.ended_well else "red" if found.outcome == "failed" else "yellow"
    session = f", session {found.session}" if found.session else ""
    why = escape(" ".join(found.why.split()))
    told = f"[{colour}]{escape(found.outcome)}[/{colour}]{session}: {why}"
    return f"{told} [dim]({escape(found.correlation_id[:SHORT_ID])})[/dim]"


def _worth(cockpit: Cockpit) -> Iterator[tuple[str, str]]:
    found = cockpit.worth
    if found is None:
        yield "account", "never compared with the broker yet"
        return
    held = f"{len(found.positions)} {'position' if len(found.positions) == 1 else 'positions'}"
    worth = f"equity {money(found.equity)}, cash {money(found.cash)}, {held} (session {found.session})"
    yield "account", worth
    earned = (
        ("day", found.day),
        ("month", found.month),
        (f"since {found.start.since}" if found.start else "since the start", found.start),
    )
    yield "earned", ", ".join(f"{name} {_earned(amount)}" for name, amount in earned)


def _earned(found: Earned | None) -> str:
    if found is None:
        return "not known"
    doubt = "" if found.is_certain else " (something in it is unexplained)"
    return f"{found.amount:+,.2f}{doubt}"


def _failures(cockpit: Cockpit) -> str:
    if not cockpit.incidents:
        return "none"
    told = "; ".join(
        f"{one.title}, seen {one.count} times since {one.since:%Y-%m-%d %H:%M} UTC"
        if one.count > 1
        else f"{one.title}, since {one.since:%Y-%m-%d %H:%M} UTC"
        for one in cockpit.incidents
    )
    return f"[red]{escape(told)}[/red]"


def _warned(count: int, text: str) -> str:
    return f"[red]{count} {text}[/red]" if count else "none"


def _long(seconds: float) -> str:
    """Return a duration in its two largest units."""
    whole = max(int(seconds), 0)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min"
    if whole < DAY:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"
    return f"{whole // DAY} d {whole % DAY // HOUR} h"
