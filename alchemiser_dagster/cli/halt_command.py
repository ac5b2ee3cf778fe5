"""`alchemiser halt`: no further order, from this moment on."""

from __future__ import annotations

from pathlib import Path

import click

from alchemiser_dagster.cli.halting import halting_options, put_in_force
from alchemiser_dagster.records.halt import HaltLevel


@click.command("halt")
@click.option("--reduce-only", is_flag=True, help="Let what is held be sold; only buying stops.")
@halting_options
def command(reason: str, by: str | None, settings_file: Path | None, *, reduce_only: bool) -> None:
    """Stop trading from the next order on, until somebody resumes it.

    Only the ledger is written: neither the broker nor a running UI is needed.
    """
    put_in_force(HaltLevel.REDUCE_ONLY if reduce_only else HaltLevel.HALT, reason, by, settings_file)
