"""`alchemiser sim`: the look-alike of Alpaca, to try a client or a trading day on it."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from alchemiser_dagster.cli.options import settings_option
from alchemiser_dagster.cli.world_options import dollars_of, holdings_of, moment_of
from alchemiser_dagster.clock import SystemClock
from alchemiser_dagster.errors import SessionError
from alchemiser_dagster.records.values import Symbol
from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings import Settings, load_settings

if TYPE_CHECKING:
    from alchemiser_dagster.look_alike.opening import Beginning
    from alchemiser_dagster.look_alike.world import World

PORT = 8600


class ServeOptions(TypedDict):
    """The options of the command."""

    host: str
    port: int
    at: datetime | date | None
    standing: bool
    cash: Decimal | None
    holdings: Mapping[Symbol, Decimal]
    database: Path | None
    faults: Path | None
    free_plan: bool
    settings_file: Path | None


@click.group("sim")
def command() -> None:
    """Serve a look-alike of Alpaca, with an account and a market of its own."""


@command.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address that is served.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0: any free one."
)
@click.option(
    "--at",
    callback=moment_of,
    metavar="TIME",
    help="What the clock shows first: an instant, or a session (15 minutes before its close). "
    "The latest session by default.",
)
@click.option("--standing", is_flag=True, help="The clock stands until a client winds it; else it runs.")
@click.option("--cash", callback=dollars_of, metavar="DOLLARS", help="Begin anew with this cash.")
@click.option(
    "--hold",
    "holdings",
    multiple=True,
    callback=holdings_of,
    metavar="SYMBOL=QTY",
    help="Begin anew with these shares; may be repeated.",
)
@click.option(
    "--database", type=click.Path(path_type=Path), help="SQLite file that keeps the account; none by default."
)
@click.option("--faults", type=click.Path(path_type=Path), help="JSON file of what is to go wrong.")
@click.option("--free-plan", is_flag=True, help="Refuse all exchanges' data of the last 15 minutes.")
@settings_option
def serve(**options: Unpack[ServeOptions]) -> None:
    """Serve a look-alike of Alpaca until it is interrupted.

    Account, orders, positions, bars and quotes are those of the embedded broker and market; nothing leaves
    this machine.
    """
    from alchemiser_dagster.look_alike.fault_file import load_fault_plan
    from alchemiser_dagster.look_alike.full_app import make_full_app
    from alchemiser_dagster.look_alike.opening import opened
    from alchemiser_dagster.look_alike.serving import listen
    from alchemiser_dagster.look_alike.serving import serve as serve_app

    settings, calendar = load_settings(options["settings_file"]), TradingCalendar()
    plan = load_fault_plan(options["faults"]) if options["faults"] else None
    with opened(settings, calendar, _beginning(settings, calendar, options)) as world:
        app = make_full_app(world, plan)
        with listen(options["host"], options["port"]) as listening:
            _say(world, listening)
            serve_app(app, listening)


def _beginning(settings: Settings, calendar: TradingCalendar, options: ServeOptions) -> Beginning:
    from alchemiser_dagster.look_alike.opening import Beginning
    from alchemiser_dagster.look_alike.terms import Terms
    from alchemiser_dagster.strategy_book import load_strategies

    return Beginning(
        at=_first_moment(calendar, options["at"]),
        runs=not options["standing"],
        cash=options["cash"],
        holdings=options["holdings"],
        database=options["database"],
        symbols={symbol for chosen in load_strategies(settings) for symbol in chosen.symphony.symbols},
        terms=Terms(free_plan=options["free_plan"]),
    )


def _first_moment(calendar: TradingCalendar, asked: datetime | date | None) -> datetime:
    from alchemiser_dagster.look_alike.opening import before_close

    if asked is None:
        return before_close(calendar, calendar.session_at(SystemClock().now()))
    if not isinstance(asked, datetime):
        return before_close(calendar, calendar.require(asked))
    if not calendar.first < asked.date() < calendar.last:
        raise SessionError(
            f"the calendar knows nothing of {asked:%Y-%m-%d}",
            where="--at",
            remedy=f"Choose a time between {calendar.first} and {calendar.last}",
        )
    return asked


def _say(world: World, listening: socket.socket) -> None:
    from alchemiser_dagster.look_alike.serving import base_url

    address, terms, now = base_url(listening), world.terms, world.clock.now()
    click.echo(f"The look-alike of Alpaca answers at {address}")
    click.echo(f"Its clock {'runs' if world.clock.runs else 'stands'} at {now:%Y-%m-%d %H:%M:%S} UTC.")
    click.echo(f"Key id {terms.key_id.get_secret_value()}, secret key {terms.secret_key.get_secret_value()}")
    click.echo("\nTo trade on it, put this into alchemiser.toml:\n")
    click.echo('mode = "paper"\n\n[alpaca]')
    click.echo(f'base_url = "{address}"\nclock = "look-alike"')
    click.echo("\nand this into .env:\n")
    click.echo(f"ALCHEMISER_ALPACA__KEY_ID={terms.key_id.get_secret_value()}")
    click.echo(f"ALCHEMISER_ALPACA__SECRET_KEY={terms.secret_key.get_secret_value()}")
    click.echo("\nIt ends with Ctrl-C.")
