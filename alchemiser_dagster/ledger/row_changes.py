"""What has to change for a table to hold just the rows that it should."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, Table, and_, bindparam, delete, insert

from alchemiser_dagster.ledger.insertion import Row, Value


@dataclass(frozen=True)
class RowChanges:
    """Rows to take out of a table and rows to put in; a row that is right already is neither."""

    table: Table
    gone: tuple[Row, ...]
    new: tuple[Row, ...]

    def delete(self, connection: Connection) -> None:
        """Take out the rows that should not be there, or not as they are."""
        keys = tuple(self.table.primary_key.columns)
        statement = delete(self.table).where(and_(*(key == bindparam(f"old_{key.name}") for key in keys)))
        if self.gone:
            rows = [{f"old_{key.name}": row[key.name] for key in keys} for row in self.gone]
            connection.execute(statement, rows)

    def insert(self, connection: Connection) -> None:
        """Put in the rows that are missing."""
        if self.new:
            connection.execute(insert(self.table), [dict(row) for row in self.new])


def changes(table: Table, present: Iterable[RowMapping], wanted: Iterable[Row]) -> RowChanges:
    """Return what turns the present rows, each with every column of the table, into the wanted ones."""
    names = tuple(column.name for column in table.columns)
    before = {_key(table, row): {name: row[name] for name in names} for row in present}
    after = {_key(table, row): {name: row[name] for name in names} for row in wanted}
    return RowChanges(
        table,
        gone=tuple(row for key, row in before.items() if after.get(key) != row),
        new=tuple(row for key, row in after.items() if before.get(key) != row),
    )


def _key(table: Table, row: Row | RowMapping) -> tuple[Value, ...]:
    return tuple(row[column.name] for column in table.primary_key.columns)
