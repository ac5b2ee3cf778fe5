"""`alchemiser symphony`: read strategy files without an account: check, show, convert, compare them."""

from __future__ import annotations

import click

from alchemiser_dagster.cli.symphony_check import check
from alchemiser_dagster.cli.symphony_convert import convert
from alchemiser_dagster.cli.symphony_diff import diff
from alchemiser_dagster.cli.symphony_show import show


@click.group("symphony")
def command() -> None:
    """Read strategy files: check, show, convert and compare them."""


command.add_command(check)
command.add_command(show)
command.add_command(convert)
command.add_command(diff)
