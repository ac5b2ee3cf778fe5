"""`alchemiser report`: the report of a day as one HTML file, made again from the journal."""

from __future__ import annotations

from pathlib import Path

import click

from alchemiser_dagster.cli.options import settings_option
from alchemiser_dagster.cli.story_books import story_books
from alchemiser_dagster.day_report import day_books, write_day_report
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.reports.daily.file import write_report
from alchemiser_dagster.reports.daily.gather import gather_day
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.story.finding import LAST, find_story


@click.command("report")
@click.argument("word", metavar="[CORRELATION|SESSION|last]", default=LAST)
@click.option("--open", "is_opened", is_flag=True, help="Open it in the browser.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write it; among the reports of the data folder by default.",
)
@settings_option
def command(word: str, *, is_opened: bool, output: Path | None, settings_file: Path | None) -> None:
    """Write the report of a run again, as the journal tells of it now, and say where it is.

    The run is the one under a correlation id, of a SESSION, or the last one that traded.
    """
    desk = TradingDesk(load_settings(settings_file))
    correlation_id = find_story(story_books(desk), word).correlation_id
    if output is None:
        path = write_day_report(desk, correlation_id)
    else:
        path = write_report(gather_day(day_books(desk), correlation_id), output)
    click.echo(str(path))
    if is_opened:
        click.launch(path.resolve().as_uri())
