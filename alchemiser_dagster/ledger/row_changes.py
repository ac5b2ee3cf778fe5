"""What has to change for a table to hold just the rows that it should."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, and_, bindparam, delete, insert, update

from alchemiser_dagster.ledger.insertion import Row, Value


@dataclass(frozen=True)
class RowChanges:
    """Rows to take out of a table, to change and to put in; a row that is right already is none of them.

    A row that changes stays where it is, so that rows of other tables may go on naming it.
    """

    table: Table
    gone: tuple[Row, ...]
    changed: tuple[Row, ...]
    new: tuple[Row, ...]

    def delete(self, connection: Connection) -> None:
        """Take out the rows that should not be there."""
        if self.gone:
            connection.execute(delete(self.table).where(self._has_key()), self._named(self.gone))

    def write(self, connection: Connection) -> None:
        """Change the rows that should be otherwise, and put in those that are missing."""
        if self.changed:
            connection.execute(update(self.table).where(self._has_key()), self._named(self.changed))
        if self.new:
            connection.execute(insert(self.table), [dict(row) for row in self.new])

    def _has_key(self) -> ColumnElement[bool]:
        return and_(*(key == bindparam(f"old_{key.name}") for key in self.table.primary_key.columns))

    def _named(self, rows: Iterable[Row]) -> list[dict[str, Value]]:
        keys = tuple(self.table.primary_key.columns.keys())
        return [{**row, **{f"old_{key}": row[key] for key in keys}} for row in rows]


def changes(table: Table, present: Iterable[RowMapping], wanted: Iterable[Row]) -> RowChanges:
    """Return what turns the present rows, each with every column of the table, into the wanted ones."""
    names = tuple(column.name for column in table.columns)
    before = {_key(table, row): {name: row[name] for name in names} for row in present}
    after = {_key(table, row): {name: row[name] for name in names} for row in wanted}
    return RowChanges(
        table,
        gone=tuple(row for key, row in before.items() if key not in after),
        changed=tuple(row for key, row in after.items() if before.get(key, row) != row),
        new=tuple(row for key, row in after.items() if key not in before),
    )


def _key(table: Table, row: Row | RowMapping) -> tuple[Value, ...]:
    return tuple(row[column.name] for column in table.primary_key.columns)
