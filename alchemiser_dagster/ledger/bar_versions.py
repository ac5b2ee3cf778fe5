"""Which versions of the bar table the journal refers to: they must stay readable for good (R-46)."""

from __future__ import annotations

import json

from sqlalchemy import select

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.tables import journal
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.signal import StrategySignal

PAGE = 500
NAMED_BY = {MarketData.kind: "table_version", StrategySignal.kind: "bars_version"}


def bar_versions(database: Database) -> frozenset[int]:
    """Return every version that a record of any account names."""
    statement = select(journal.c.kind, journal.c.payload).where(journal.c.kind.in_(NAMED_BY))
    with database.reading() as connection:
        rows = connection.execution_options(yield_per=PAGE).execute(statement)
        return frozenset(int(json.loads(row.payload)[NAMED_BY[row.kind]]) for row in rows)
