"""`alchemiser story`: one run from its launch to its last notice. Nothing is written but the bundle."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict, Unpack

import click

from alchemiser_dagster.cli.options import settings_option
from alchemiser_dagster.cli.story_books import bundle_sources, story_books
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import ConfigurationError
from alchemiser_dagster.ledger.known_stories import KnownStory
from alchemiser_dagster.reports.console import terminal
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.story.as_json import story_json
from alchemiser_dagster.story.drawing import print_story
from alchemiser_dagster.story.finding import find_story
from alchemiser_dagster.story.gather import gather_story
from alchemiser_dagster.story.story import Story


class StoryOptions(TypedDict):
    """The options of the command."""

    word: str
    as_json: bool
    bundle: Path | None
    with_calls: bool
    settings_file: Path | None


@click.command("story")
@click.argument("word", metavar="CORRELATION|SESSION|last")
@click.option("--json", "as_json", is_flag=True, help="Print one object instead of a timeline.")
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write all of it into one zip file, from which `alchemiser replay` computes it again.",
)
@click.option("--calls", "with_calls", is_flag=True, help="Show each request to broker and market data.")
@settings_option
def command(**options: Unpack[StoryOptions]) -> None:
    """Tell what happened under a correlation id, on a SESSION, or in the last trading run.

    The beginning of an id is enough, and so is the id of a run.
    """
    desk = TradingDesk(load_settings(options["settings_file"]))
    books = story_books(desk)
    found = find_story(books, options["word"])
    story = gather_story(books, found.correlation_id)
    if options["bundle"] is not None:
        _write_bundle(options["bundle"], story, desk)
    if options["as_json"]:
        click.echo(story_json(story, desk.settings.secrets))
    else:
        print_story(terminal(), story, with_calls=options["with_calls"])
        _tell_of_others(found.others)


def _write_bundle(file: Path, story: Story, desk: TradingDesk) -> None:
    from alchemiser_dagster.story.bundle import bundle_of

    content = bundle_of(story, bundle_sources(desk))
    try:
        file.write_bytes(content)
    except OSError as error:
        raise ConfigurationError(
            f"the bundle can't be written: {error.strerror}", where=str(file), remedy="Name another file"
        ) from error
    click.echo(f"{file}: {len(content):,} bytes; `alchemiser replay {file}` computes it again", err=True)


def _tell_of_others(others: tuple[KnownStory, ...]) -> None:
    if others:
        click.echo(f"\n{len(others)} more of this session:")
    for story in others:
        click.echo(f"  {story.correlation_id}{' (traded)' if story.is_trading else ''}")
