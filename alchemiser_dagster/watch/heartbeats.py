"""Signs of life: a small file for each part that must not stop unseen, and one for whether trading is on.

They lie in files, so that they can be read when Dagster and the ledger are down.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from alchemiser_dagster.logs import logger_named
from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import Instant

FOLDER = "heartbeats"
TRADING_SCHEDULE = "trading_schedule"
WATCH_SENSOR = "watch_sessions"
SWITCH = "switch"

Sign = TypeVar("Sign", bound=Frozen)


class Beat(Frozen):
    """When a part was last seen alive.

    `next_expected` is when it is to be seen next; None where it does not know.
    """

    at: Instant
    next_expected: Instant | None = None


class Switch(Frozen):
    """Whether trading by schedule was switched on, and when that was noted."""

    is_on: bool
    at: Instant


def beat(folder: Path, name: str, now: datetime, next_expected: datetime | None = None) -> None:
    """Note that the part is alive. Never raises: what it watches goes on without it.

    Parameters
    ----------
    folder
        The folder of signs: `data_dir / FOLDER`.
    """
    _write(folder, name, Beat(at=now, next_expected=next_expected))


def last_beat(folder: Path, name: str) -> Beat | None:
    """Return when the part was last seen; None where it never was, or its sign can't be read."""
    return _read(folder, name, Beat)


def note_switch(folder: Path, now: datetime, *, is_on: bool) -> None:
    """Note whether the trading schedule is switched on; the same again changes nothing. Never raises."""
    noted = trading_is_on(folder)
    if noted is None or noted.is_on is not is_on:
        _write(folder, SWITCH, Switch(is_on=is_on, at=now))


def trading_is_on(folder: Path) -> Switch | None:
    """Return whether trading is switched on, and since when it is known; None where nobody ever said.

    A schedule that looked after it was switched off was switched on again, by whatever hand.
    """
    noted, seen = _read(folder, SWITCH, Switch), last_beat(folder, TRADING_SCHEDULE)
    if seen is not None and (noted is None or (not noted.is_on and seen.at > noted.at)):
        return Switch(is_on=True, at=seen.at)
    return noted


def _write(folder: Path, name: str, sign: Frozen) -> None:
    file = folder / f"{name}.json"
    new = file.with_suffix(".new")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        new.write_text(sign.model_dump_json(), encoding="utf-8")
        new.replace(file)
    except OSError as error:
        logger_named(__name__).warning("sign of life not kept", part=name, error=type(error).__name__)


def _read(folder: Path, name: str, kind: type[Sign]) -> Sign | None:
    try:
        return kind.model_validate_json((folder / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError):
        return None
