"""`alchemiser why`: follow an order back to the bars, or say why a symbol was not traded. Only reads."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click
from pydantic_core import to_jsonable_python

from alchemiser_dagster.cli.options import DAY, settings_option
from alchemiser_dagster.cli.story_books import story_books
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.reports.console import terminal
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.settings.secrets import mask
from alchemiser_dagster.story.asking_why import why
from alchemiser_dagster.story.drawing_why import print_why


@click.command("why")
@click.argument("word", metavar="ORDER|FILL|SYMBOL")
@click.option("--session", type=DAY, help="The session of a SYMBOL; that of the last trading run by default.")
@click.option("--json", "as_json", is_flag=True, help="Print one object instead of a chain.")
@settings_option
def command(word: str, session: datetime | None, settings_file: Path | None, *, as_json: bool) -> None:
    """Follow an order to its plan line, target weight, strategies, conditions, bars, requests and fills.

    ORDER is a client order id or the broker's, or the beginning of one; FILL the broker's id of a fill. For a
    SYMBOL that was not traded it says why not.
    """
    desk = TradingDesk(load_settings(settings_file))
    books = story_books(desk)
    found = why(books, word, desk.calendar.require(session.date()) if session else None)
    if as_json:
        click.echo(mask(json.dumps(to_jsonable_python(found), indent=2), desk.settings.secrets))
    else:
        print_why(terminal(), found)
