"""Whether an account may trade, as the journal has it: the newest change is in force, for every process."""

from __future__ import annotations

from sqlalchemy import Connection

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.records.halt import HaltChange, HaltLevel, level_of


class HaltBook:
    """The halts kept in a database; none survives less than the database does."""

    def __init__(self, database: Database) -> None:
        self._journal = Journal(database)

    def change(self, change: HaltChange, connection: Connection | None = None) -> None:
        """Put a level in force, from the next order on."""
        self._journal.append(change, connection=connection)

    def in_force(self, account: str) -> HaltChange | None:
        """Return the change that holds the account back, or None where nothing does."""
        newest = self._journal.latest(HaltChange, RecordQuery(account=account))
        return None if newest is None or newest.level is HaltLevel.NONE else newest

    def level(self, account: str) -> HaltLevel:
        """Return what may be ordered now."""
        return level_of(self.in_force(account))

    def history(self, account: str) -> tuple[HaltChange, ...]:
        """Return every change, newest first."""
        return tuple(self._journal.newest_first(HaltChange, RecordQuery(account=account)))
