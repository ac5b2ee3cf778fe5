"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., object])

EXISTING_FILE = click.Path(path_type=Path)
DAY = click.DateTime(formats=["%Y-%m-%d"])


def settings_option(command: Command) -> Command:
    """Add `--settings FILE`."""
    return click.option(
        "--settings",
        "settings_file",
        type=click.Path(path_type=Path),
        envvar="ALCHEMISER_SETTINGS",
        help="Settings file; alchemiser.toml of this folder by default.",
    )(command)
