"""Files that have had their time: only those whose own name says how old they are, and only ours."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from alchemiser_dagster.errors import StorageError

LOG, LOG_OF_DAY = "alchemiser.log", "alchemiser-{day}.log"


@dataclass(frozen=True)
class Shelf:
    """A folder of files, or of folders, named after a day.

    Parameters
    ----------
    name
        Its pattern: the first group is the day, as YYYY-MM-DD or YYYYMMDD.
    days
        How long a thing stays; counted from the day in its name.
    least
        How many of the newest stay, however old.
    """

    folder: Path
    name: re.Pattern[str]
    days: int
    least: int = 0


def clear(shelf: Shelf, today: date) -> int:
    """Delete what is older than the shelf keeps; return how many things. What is a link is left alone.

    Raises
    ------
    StorageError
        If something can't be deleted.
    """
    oldest = today - timedelta(days=shelf.days)
    aged = sorted(_aged(shelf), reverse=True)[shelf.least :]
    old = [path for day, path in aged if day < oldest]
    for path in old:
        _delete(path)
    return len(old)


def set_log_aside(folder: Path, today: date) -> bool:
    """Let the log begin anew: what it holds is kept under the day's name. Return whether it held anything."""
    log, aside = folder / LOG, folder / LOG_OF_DAY.format(day=today)
    if not log.is_file() or not log.stat().st_size or aside.exists():
        return False
    try:
        log.rename(aside)
    except OSError as error:
        raise _error(log, error) from error
    return True


def _aged(shelf: Shelf) -> Iterator[tuple[date, Path]]:
    if not shelf.folder.is_dir():
        return
    for path in shelf.folder.iterdir():
        found = shelf.name.fullmatch(path.name)
        day = _day(found.group(1)) if found else None
        if day is not None and not path.is_symlink():
            yield day, path


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _delete(path: Path) -> None:
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise _error(path, error) from error


def _error(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"it could not be moved or deleted: {error.strerror}",
        where=str(path),
        remedy="See that its folder may be written",
    )
