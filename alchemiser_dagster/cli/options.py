"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., object])


class _Day(click.DateTime):
    """A day; the help says how one is written, and so does the error."""

    name = "day"

    def __init__(self) -> None:
        super().__init__(formats=["%Y-%m-%d"])

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        del param, ctx
        return "YYYY-MM-DD"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is no date such as 2024-11-29", param, ctx)


DAY = _Day()
PREVIEW_PREFIX = "preview-"
CORRELATION_ID = re.compile(r"[A-Za-z0-9_.-]{1,63}")


def checked_correlation_id(
    _context: click.Context, _option: click.Parameter, given: str | None
) -> str | None:
    """Return the id that was given; refuse one that could not stand in tags, order ids and tables."""
    if given is not None and not CORRELATION_ID.fullmatch(given):
        raise click.BadParameter("give 1 to 63 letters, digits, dots, hyphens or underscores")
    return given


def settings_option(command: Command) -> Command:
    """Add `--settings FILE`."""
    return click.option(
        "--settings",
        "settings_file",
        type=click.Path(path_type=Path),
        envvar="ALCHEMISER_SETTINGS",
        help="Settings file; alchemiser.toml of this folder by default.",
    )(command)
