"""`alchemiser schedule`: switch on and off what happens by itself, and show when it comes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alchemiser_dagster.cli.home import set_dagster_home
from alchemiser_dagster.cli.options import settings_option
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.reports.console import print_table, terminal
from alchemiser_dagster.reports.table import Table
from alchemiser_dagster.sessions import NEW_YORK
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.watch.heartbeats import FOLDER, note_switch

if TYPE_CHECKING:
    from alchemiser_dagster.automation.switchboard import Heart, Switchboard


@click.group("schedule")
def command() -> None:
    """Switch on and off what happens by itself, and show when it comes."""


@command.command("on")
@settings_option
def on(settings_file: Path | None) -> None:
    """Switch every schedule on. Nothing happens before its time, and only while a daemon runs."""
    desk, board = _opened(settings_file)
    board.switch_on(settings_file)
    note_switch(desk.settings.data_dir / FOLDER, desk.present.now(), is_on=True)
    _show(desk, board)


@command.command("off")
@settings_option
def off(settings_file: Path | None) -> None:
    """Switch every schedule off. A run that is under way goes on."""
    desk, board = _opened(settings_file)
    board.switch_off()
    note_switch(desk.settings.data_dir / FOLDER, desk.present.now(), is_on=False)
    _show(desk, board)


@command.command("status")
@settings_option
def status(settings_file: Path | None) -> None:
    """Show each schedule, when it comes next, and whether a daemon makes it tick."""
    _show(*_opened(settings_file))


def _opened(settings_file: Path | None) -> tuple[TradingDesk, Switchboard]:
    desk = TradingDesk(load_settings(settings_file))
    set_dagster_home(desk.settings.data_dir)
    from alchemiser_dagster.automation.instance import open_instance
    from alchemiser_dagster.automation.switchboard import Switchboard

    return desk, Switchboard(open_instance(desk.lock_folder), Path.cwd())


def _show(desk: TradingDesk, board: Switchboard) -> None:
    from alchemiser_dagster.automation.schedules import next_moments

    now, is_on = desk.present.now(), board.switched_on
    rows = tuple(
        (name, "on" if name in is_on else "off", *_moment(moment(now)))
        for name, moment in next_moments(desk.settings, desk.calendar).items()
    )
    columns = ("schedule", "switch", "next, New York", "next, here")
    print_table(terminal(), Table("Schedules", columns, rows))
    heart = board.heart
    click.echo(_daemon(heart))
    if not heart.is_alive:
        click.echo(f"To start one, with the UI beside it: {board.start_command}")


def _moment(instant: datetime) -> tuple[str, str]:
    return f"{instant.astimezone(NEW_YORK):%a %Y-%m-%d %H:%M}", f"{instant.astimezone():%a %Y-%m-%d %H:%M %Z}"


def _daemon(heart: Heart) -> str:
    if heart.is_alive and heart.last_beat is not None:
        return f"The daemon is alive: last seen {heart.last_beat:%Y-%m-%d %H:%M:%S} UTC."
    seen = f"it was last seen {heart.last_beat:%Y-%m-%d %H:%M:%S} UTC" if heart.last_beat else "none was seen"
    return f"No daemon makes schedules tick: {seen}."
