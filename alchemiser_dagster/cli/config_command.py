"""`alchemiser config`: what is in force, and where each value came from."""

from __future__ import annotations

from pathlib import Path

import click

from alchemiser_dagster.cli.options import settings_option
from alchemiser_dagster.reports.console import print_table, terminal
from alchemiser_dagster.reports.table import Table
from alchemiser_dagster.settings import provenance


@click.command("config")
@settings_option
def command(settings_file: Path | None) -> None:
    """Show the settings in force and where each came from; secrets are masked."""
    rows = tuple((found.name, found.value, found.origin) for found in provenance(settings_file))
    print_table(terminal(), Table("Settings", ("setting", "value", "from"), rows))
