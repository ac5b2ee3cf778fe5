"""Insert a row unless its key is there already, on every database that the ledger knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module

from sqlalchemy import Connection, Table

Value = str | int | Decimal | date | datetime | None


def insert_missing(connection: Connection, table: Table, row: Mapping[str, Value]) -> bool:
    """Insert the row where no other has its key; return whether it was inserted (R-19)."""
    dialect = import_module(f"sqlalchemy.dialects.{connection.dialect.name}")
    result = connection.execute(dialect.insert(table).values(dict(row)).on_conflict_do_nothing())
    return result.rowcount > 0
