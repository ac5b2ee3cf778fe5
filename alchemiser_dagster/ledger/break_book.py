"""The differences between books and broker that nobody has explained or accepted yet (R-38)."""

from __future__ import annotations

from sqlalchemy import select

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.tables import breaks
from alchemiser_dagster.records.reconciliation import Severity

OPEN = "open"


class BreakBook:
    """The breaks kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def locked_symbols(self, account: str) -> dict[str, str]:
        """Return the symbols that may not be traded, each with the message of its break."""
        statement = select(breaks.c.symbol, breaks.c.message).where(
            breaks.c.account == account,
            breaks.c.state == OPEN,
            breaks.c.severity != Severity.NOTE.value,
            breaks.c.symbol.is_not(None),
        )
        with self._database.reading() as connection:
            return {
                row.symbol: row.message for row in connection.execute(statement.order_by(breaks.c.symbol))
            }
