"""The report of a day as a file, made again whenever it is asked for."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import date
from pathlib import Path
from urllib.parse import quote

from alchemiser_dagster.errors import StorageError
from alchemiser_dagster.reports.daily.facts import DayFacts
from alchemiser_dagster.reports.daily.render import daily_report
from alchemiser_dagster.reports.drawing import DRAWING_FAILURES

FOLDER, NO_SESSION = "reports", "no-session"
REMEDY = "What happened is in the journal all the same; `alchemiser report` makes the page again"


def report_path(data_dir: Path, session: date | None, correlation_id: str) -> Path:
    """Return where the report of a run is kept."""
    folder = session.isoformat() if session else NO_SESSION
    return data_dir / FOLDER / folder / f"{quote(correlation_id, safe='')}.html"


def write_report(facts: DayFacts, path: Path) -> Path:
    """Write the report under a name of its own, then in its place: a reader never sees half of one.

    Raises
    ------
    StorageError
        If the page can't be made, or the file can't be written.
    """
    page, begun = _page(facts, path), path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        begun.write_text(page, encoding="utf-8")
        begun.replace(path)
    except OSError as error:
        with suppress(OSError):
            begun.unlink(missing_ok=True)
        raise StorageError(
            f"the daily report can't be written: {error.strerror}", where=str(path), remedy=REMEDY
        ) from error
    return path


def _page(facts: DayFacts, path: Path) -> str:
    try:
        return daily_report(facts)
    except DRAWING_FAILURES as error:
        raise StorageError(
            f"the daily report can't be made: {type(error).__name__}", where=str(path), remedy=REMEDY
        ) from error
