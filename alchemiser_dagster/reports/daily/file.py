"""The report of a day as a file, made again whenever it is asked for."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import date
from pathlib import Path
from urllib.parse import quote

from alchemiser_dagster.errors import StorageError
from alchemiser_dagster.reports.daily.facts import DayFacts
from alchemiser_dagster.reports.daily.gather import DayBooks, gather_day
from alchemiser_dagster.reports.daily.render import daily_report

FOLDER, NO_SESSION = "reports", "no-session"


def report_path(data_dir: Path, session: date | None, correlation_id: str) -> Path:
    """Return where the report of a run is kept."""
    folder = session.isoformat() if session else NO_SESSION
    return data_dir / FOLDER / folder / f"{quote(correlation_id, safe='')}.html"


def write_day(books: DayBooks, data_dir: Path, correlation_id: str) -> Path:
    """Write the report of the runs that share the id and return its path.

    Raises
    ------
    StorageError
        If the file can't be written, or the ledger can't be read.
    DataError
        If nothing is known of the id.
    """
    facts = gather_day(books, correlation_id)
    return write_report(facts, report_path(data_dir, facts.session, correlation_id))


def write_report(facts: DayFacts, path: Path) -> Path:
    """Write the report under a name of its own, then in its place: a reader never sees half of one."""
    page, begun = daily_report(facts), path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        begun.write_text(page, encoding="utf-8")
        begun.replace(path)
    except OSError as error:
        with suppress(OSError):
            begun.unlink(missing_ok=True)
        raise StorageError(
            f"the daily report can't be written: {error.strerror}",
            where=str(path),
            remedy="Make room, or allow writing there; `alchemiser report` makes it again",
        ) from error
    return path
