"""What `halt`, `resume` and `flatten` have in common: they write the ledger, and nothing else is asked."""

from __future__ import annotations

import getpass
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from alchemiser_dagster.cli.options import Command, settings_option
from alchemiser_dagster.cli.typed import typed_envelope
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.records.halt import HaltChange, HaltLevel, halt_in_words, level_of
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.reports.console import terminal
from alchemiser_dagster.risk.halting import HaltWish, LevelChange, change_level
from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings.loading import load_settings_of_books

NO_MORE_BUYS = "At once: nothing is bought any more."
EFFECTS = {
    HaltLevel.NONE: "At once: the next run trades as the strategies want.",
    HaltLevel.REDUCE_ONLY: "At once: a run under way buys nothing more, and the next ones only sell.",
    HaltLevel.HALT: "At once: a run under way sends no further order and cancels what it has working. "
    "No other begins.",
}
NEXT = {
    HaltLevel.NONE: "`alchemiser run` when the session is to be traded.",
    HaltLevel.REDUCE_ONLY: "`alchemiser resume --reason TEXT` when buying is wanted again.",
    HaltLevel.FLATTEN: "`alchemiser run` sells everything. Then nothing is bought until "
    "`alchemiser resume --reason TEXT`.",
    HaltLevel.HALT: "`alchemiser status` shows what is held and how the last runs ended. "
    "`alchemiser resume --reason TEXT` goes on, `alchemiser flatten --reason TEXT` gets out.",
}


def halting_options(command: Command) -> Command:
    """Add `--reason`, `--by` and `--settings`."""
    reason = click.option("--reason", required=True, callback=_one_line, help="Why: it is kept for good.")
    by = click.option("--by", callback=_one_line, help="Who: the name of the system's user by default.")
    return reason(by(settings_option(command)))


def put_in_force(level: HaltLevel, reason: str, by: str | None, settings_file: Path | None) -> None:
    """Put the level in force and say what was, what is, from when on, and what to do next."""
    desk = TradingDesk(load_settings_of_books(settings_file))
    envelope = typed_envelope(desk)
    wish = HaltWish(level, by or _user(), reason)
    change = change_level(desk.database, wish, desk.calendar.session_at(envelope.created_at), envelope)
    console = terminal()
    ledger = desk.database.url.render_as_string(hide_password=True)
    console.print(f"mode {desk.settings.mode}, ledger {escape(ledger)}")
    _tell(console, change, _effect(level, desk, envelope.created_at))


def _tell(console: Console, change: LevelChange, effect: str) -> None:
    level = level_of(change.after)
    if change.after is None and change.before is None:
        console.print("Nothing is halted, so nothing was changed.")
    elif change.before is change.after:
        console.print(f"It is so already, so nothing was changed: {_shown(change.after)}")
    else:
        console.print(f"before: {_shown(change.before)}")
        console.print(f"now:    {_shown(change.after)}")
    console.print(f"effect: {effect}")
    console.print(f"next:   {NEXT[level]}")


def _shown(held: HaltChange | None) -> str:
    return escape(halt_in_words(held))


def _effect(level: HaltLevel, desk: TradingDesk, now: datetime) -> str:
    if level is not HaltLevel.FLATTEN:
        return EFFECTS[level]
    if desk.settings.mode is Mode.SIMULATED:
        return f"{NO_MORE_BUYS} The next run sells everything, at any hour."
    return f"{NO_MORE_BUYS} The next run sells everything: {market_hours(desk.calendar, now)}."


def market_hours(calendar: TradingCalendar, now: datetime) -> str:
    """Return until when the market is open, or when it opens, by the calendar alone."""
    session = calendar.session_at(now)
    if calendar.open_of(session) <= now < calendar.close_of(session):
        return f"the market is open until {calendar.close_of(session):%H:%M} UTC"
    following = session if now < calendar.open_of(session) else calendar.following(session)
    return f"the market is closed now and opens on {calendar.open_of(following):%A %Y-%m-%d at %H:%M} UTC"


def _one_line(_context: click.Context, option: click.Parameter, given: str | None) -> str | None:
    if given is None:
        return None
    text = " ".join(given.split())
    if not text:
        raise click.BadParameter("say it in some words", param=option)
    return text


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise click.UsageError("the system has no name for this user: give one with --by NAME") from error
