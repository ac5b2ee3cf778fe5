"""`alchemiser journal`: look at the journal of records."""

from __future__ import annotations

from pathlib import Path

import click

from alchemiser_dagster.cli.options import settings_option
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.settings import load_settings


@click.group("journal")
def command() -> None:
    """Look at the journal of records."""


@command.command("verify")
@settings_option
def verify(settings_file: Path | None) -> None:
    """Recompute the chain of hashes: a changed byte in any entry is an error that names it."""
    desk = TradingDesk(load_settings(settings_file))
    head = desk.journal.verify()
    click.echo(f"{head.entry} entries, unbroken; head {head.hash}")
