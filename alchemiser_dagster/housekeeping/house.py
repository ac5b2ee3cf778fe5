"""Keep the house, once a week: check the journal, copy the ledger, tidy the bars, remove what is old.

What is kept is checked first: where the journal is not what was written, nothing is removed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alchemiser_dagster.housekeeping.backup import Backup, back_up
from alchemiser_dagster.housekeeping.old_files import Shelf, clear, set_log_aside
from alchemiser_dagster.ledger.bar_versions import bar_versions
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.journal import Journal, JournalHead
from alchemiser_dagster.market_data.bar_table import BarTable
from alchemiser_dagster.market_data.upkeep import Upkeep, tidy_table
from alchemiser_dagster.sessions import NEW_YORK
from alchemiser_dagster.settings.schedule import ScheduleSettings

BACKUPS, REQUESTS, REPORTS = "backups", "requests", "reports"
BACKUP_NAME = re.compile(r"ledger-(\d{8})T\d{6}Z\.sqlite")
LOG_NAME = re.compile(r"alchemiser-(\d{4}-\d{2}-\d{2})\.log")
DAY_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})")
NO_BACKUP = (
    "the ledger is on a server: copying it, with pg_dump or as you back up that server, is yours to do"
)


@dataclass(frozen=True)
class House:
    """What is kept, where, and for how long."""

    database: Database
    bars: BarTable
    folder: Path
    schedule: ScheduleSettings


@dataclass(frozen=True)
class KeptHouse:
    """What was done.

    Parameters
    ----------
    head
        The last entry of the journal, whose chain is whole.
    backup
        The copy of the ledger; None where a server keeps the ledger.
    removed
        How many things were removed, by what they are.
    """

    head: JournalHead
    backup: Backup | None
    bars: Upkeep
    removed: dict[str, int]

    @property
    def backup_in_words(self) -> str:
        """The copy and what it ends with, or who has to make one."""
        if self.backup is None:
            return NO_BACKUP
        return f"{self.backup.file.name}, {self.backup.size:,} bytes, {self.backup.head.entry} entries"


def keep_house(house: House, now: datetime) -> KeptHouse:
    """Check, copy, tidy and remove, in this order.

    Raises
    ------
    StorageError
        If the journal is not what was written, or something can't be read or written. What comes after it
        was not begun.
    """
    head = Journal(house.database).verify()
    backup = back_up(house.database, house.folder / BACKUPS, now)
    bars = tidy_table(house.bars, bar_versions(house.database))
    return KeptHouse(head, backup, bars, _clear(house, now))


def _clear(house: House, now: datetime) -> dict[str, int]:
    today, folder, schedule = now.astimezone(NEW_YORK).date(), house.folder, house.schedule
    set_log_aside(folder, today)
    shelves = {
        "backups": Shelf(folder / BACKUPS, BACKUP_NAME, schedule.keep_backups_days, least=1),
        "logs": Shelf(folder, LOG_NAME, schedule.keep_logs_days),
        "requests": Shelf(folder / REQUESTS, DAY_NAME, schedule.keep_requests_days),
        "reports": Shelf(folder / REPORTS, DAY_NAME, schedule.keep_reports_days),
    }
    return {name: clear(shelf, today) for name, shelf in shelves.items()}
