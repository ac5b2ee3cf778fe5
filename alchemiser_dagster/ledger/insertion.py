"""Insert rows unless their keys are there already, on every database that the ledger knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module

from sqlalchemy import Connection, Table

Value = str | int | bytes | Decimal | date | datetime | None
Row = Mapping[str, Value]


def insert_missing(connection: Connection, table: Table, row: Row) -> bool:
    """Insert the row where no other has its key; return whether it was inserted (R-19)."""
    dialect = import_module(f"sqlalchemy.dialects.{connection.dialect.name}")
    result = connection.execute(dialect.insert(table).values(dict(row)).on_conflict_do_nothing())
    return result.rowcount > 0


def insert_all_missing(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows whose keys no other has, in one go (R-19)."""
    dialect = import_module(f"sqlalchemy.dialects.{connection.dialect.name}")
    if rows:
        connection.execute(dialect.insert(table).on_conflict_do_nothing(), [dict(row) for row in rows])
