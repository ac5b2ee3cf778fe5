"""A ledger in a file, and short ways to write rows into it and to measure it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert
from support.filled_ledger import ACCOUNT, CALENDAR
from support.trading import unhurried

from alchemiser_dagster.ledger import tables
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.operations.history import History, HistoryQuery, read_history

MONDAY, TUESDAY, WEDNESDAY = date(2024, 11, 25), date(2024, 11, 26), date(2024, 11, 27)
FRIDAY = date(2024, 11, 29)  # Thursday was Thanksgiving, and this session closed early
QUERY = HistoryQuery(ACCOUNT)


@dataclass(frozen=True)
class Measured:
    """One ledger."""

    folder: Path

    @cached_property
    def database(self) -> Database:
        database = unhurried(Database(f"sqlite:///{self.folder / 'ledger.sqlite'}"))
        tables.metadata.create_all(database.engine)
        return database

    def write(self, table: Table, *rows: dict[str, Any]) -> None:
        with self.database.transaction() as connection:
            connection.execute(insert(table), list(rows))

    def history(self, **asked: Any) -> History:
        return read_history(self.database, CALENDAR, replace(QUERY, **asked))


def at(session: date, hour: int = 20, minute: int = 45) -> datetime:
    return datetime(session.year, session.month, session.day, hour, minute, tzinfo=UTC)
