"""`alchemiser symphony check`: whether strategy files can be read, and what is wrong where they can't."""

from __future__ import annotations

from pathlib import Path

import click

from alchemiser_dagster.errors import StrategyError
from alchemiser_dagster.reports.symphony_facts import counted, facts_line
from alchemiser_dagster.symphony import load
from alchemiser_dagster.symphony.outline.facts import facts_of


@click.command("check")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
def check(files: tuple[Path, ...]) -> None:
    """Read strategy FILES and show every error with its place.

    The exit code is 0 where all can be read, else 2.
    """
    broken = sum(not _is_readable(file) for file in files)
    if broken:
        click.secho(f"{broken} of {counted(len(files), 'file')} can't be read", fg="red", err=True)
        raise click.exceptions.Exit(StrategyError.exit_code)


def _is_readable(file: Path) -> bool:
    try:
        facts = facts_of(load(file))
    except StrategyError as error:
        click.secho(f"error: {error}", fg="red", err=True)
        return False
    click.echo(f"ok {file}: {facts_line(facts)}")
    return True
