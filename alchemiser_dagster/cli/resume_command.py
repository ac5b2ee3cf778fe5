"""`alchemiser resume`: trading may go on."""

from __future__ import annotations

from pathlib import Path

import click

from alchemiser_dagster.cli.halting import halting_options, put_in_force
from alchemiser_dagster.records.halt import HaltLevel


@click.command("resume")
@halting_options
def command(reason: str, by: str | None, settings_file: Path | None) -> None:
    """End a halt, whatever its level. Failed runs are counted anew from here."""
    put_in_force(HaltLevel.NONE, reason, by, settings_file)
