"""`alchemiser flatten`: the next run sells everything, and nothing is bought until trading is resumed."""

from __future__ import annotations

from pathlib import Path

import click

from alchemiser_dagster.cli.halting import halting_options, put_in_force
from alchemiser_dagster.records.halt import HaltLevel


@click.command("flatten")
@halting_options
def command(reason: str, by: str | None, settings_file: Path | None) -> None:
    """Have everything sold by the next run, at any time of the session, without a look at strategies.

    This command only writes the ledger. `alchemiser run` sells.
    """
    put_in_force(HaltLevel.FLATTEN, reason, by, settings_file)
