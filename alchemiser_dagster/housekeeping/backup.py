"""A copy of the ledger that can be trusted: made while others write, then read from end to end."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from alchemiser_dagster.errors import StorageError
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.journal import Journal, JournalHead

NAME = "ledger-{at:%Y%m%dT%H%M%SZ}.sqlite"
WELL = "ok"


@dataclass(frozen=True)
class Backup:
    """A verified copy: its file, its size in bytes, and the last entry of its journal."""

    file: Path
    size: int
    head: JournalHead


def back_up(database: Database, folder: Path, at: datetime) -> Backup | None:
    """Copy an SQLite ledger into the folder, and verify the copy; None where a server keeps the ledger.

    A copy is under its name only once it was verified.

    Raises
    ------
    StorageError
        If it can't be copied, or the copy is not sound.
    """
    source = database.url.database
    if not database.is_sqlite or not source:
        return None
    file = folder / NAME.format(at=at.astimezone(UTC))
    new = file.with_suffix(".new")
    before = Journal(database).head()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        _copy(Path(source), new)
        head = _verified(new, before)
        new.replace(file)
        return Backup(file, file.stat().st_size, head)
    except (sqlite3.Error, OSError) as error:
        raise StorageError(
            f"the ledger could not be copied: {error}",
            where=str(file),
            remedy="See that the disk is writable and not full",
        ) from error


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(target)) as writing:
        reading.backup(writing)


def _verified(file: Path, before: JournalHead) -> JournalHead:
    """Return the last entry of the copy's journal, whose chain is whole and lacks nothing that was there."""
    with closing(sqlite3.connect(file)) as copy:
        found = [str(row[0]) for row in copy.execute("PRAGMA integrity_check")]
    if found != [WELL]:
        raise StorageError(f"the copy is not sound: {found[0]}", where=str(file), remedy="Check the disk")
    with closing(Database(f"sqlite:///{file}")) as opened:
        head = Journal(opened).verify()
    if head.entry < before.entry:
        raise StorageError(
            f"the copy ends at entry {head.entry}, and the journal had {before.entry} before",
            where=str(file),
            remedy="Run `alchemiser journal verify`",
        )
    return head
