"""Insert a row unless its key is there already, on every database that the ledger knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Value = str | int | Decimal | date | datetime | None


def insert_missing(connection: Connection, table: Table, row: Mapping[str, Value]) -> bool:
    """Insert the row where no other has its key; return whether it was inserted (R-19)."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    result = connection.execute(insert(table).values(dict(row)).on_conflict_do_nothing())
    return result.rowcount > 0
