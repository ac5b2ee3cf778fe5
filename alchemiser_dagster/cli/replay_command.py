"""`alchemiser replay`: compute a past decision again, from its bundle alone."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from alchemiser_dagster.cli.options import settings_option
from alchemiser_dagster.cli.story_books import bundle_sources, story_books
from alchemiser_dagster.code_version import code_version
from alchemiser_dagster.story.opening import Bundle, open_bundle, read_bundle
from alchemiser_dagster.story.replay import Compared, ReplayReport, replay

ZIP = ".zip"


@click.command("replay")
@click.argument("word", metavar="FILE|SESSION|CORRELATION")
@settings_option
def command(word: str, settings_file: Path | None) -> None:
    """Compute signals, target, comparison and plan again, and say "equal" or what differs first and why.

    FILE is a bundle that `alchemiser story --bundle` wrote; it needs nothing else: no ledger, no settings, no
    network. A session or a story of this ledger is packed first, and then computed from the pack.
    Exit code 0 where all is equal, 1 where it is not.
    """
    file = Path(word)
    is_file = file.is_file() or file.suffix == ZIP
    report = replay(open_bundle(file) if is_file else _packed(word, settings_file), code_version())
    _print(report)
    sys.exit(0 if report.is_equal else 1)


def _packed(word: str, settings_file: Path | None) -> Bundle:
    from alchemiser_dagster.desk import TradingDesk
    from alchemiser_dagster.settings import load_settings
    from alchemiser_dagster.story.bundle import bundle_of
    from alchemiser_dagster.story.finding import find_story
    from alchemiser_dagster.story.gather import gather_story

    desk = TradingDesk(load_settings(settings_file))
    books = story_books(desk)
    story = gather_story(books, find_story(books, word).correlation_id)
    return read_bundle(bundle_of(story, bundle_sources(desk)), word)


def _print(report: ReplayReport) -> None:
    for part in report.parts:
        click.echo(f"{part.what}: {_verdict(part)}")
    first = next((part for part in report.parts if not part.is_equal), None)
    click.echo("equal" if first is None else f"not equal: {first.what}: {first.difference}")


def _verdict(part: Compared) -> str:
    said = "not checked" if not part.is_checked else "equal" if part.is_equal else "differs"
    return f"{said} ({part.note})" if part.note else said
