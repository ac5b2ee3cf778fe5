"""Activities as the embedded broker keeps them: written once, with what they change, and read back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select, true

from alchemiser_dagster.broker.activity_kinds import kind_of
from alchemiser_dagster.broker.simulated.effects import Row
from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.ledger.tables import simulated_activities
from alchemiser_dagster.records.activity import Activity

COLUMNS = simulated_activities.c


@dataclass(frozen=True)
class When:
    """The broker's date of an activity, and when it was written down."""

    occurred_on: date
    recorded_at: datetime


@dataclass(frozen=True)
class ActivityRows:
    """The rows of one account within one transaction."""

    connection: Connection
    account: str

    def of_happening(self, happening_id: str) -> tuple[Activity, ...]:
        """Return the rows that tell of a happening; empty where it has not happened."""
        return tuple(self._read(COLUMNS.activity_id.in_([self._id(happening_id, leg) for leg in (1, 2)])))

    def since(self, day: date | None) -> tuple[Activity, ...]:
        """Return the rows on or after the date, None: all, oldest first."""
        return tuple(self._read(true() if day is None else COLUMNS.occurred_on >= day))

    def add(self, happening_id: str, rows: tuple[Row, ...], when: When) -> None:
        """Write the rows of a happening behind all others."""
        for leg, row in enumerate(rows, start=1):
            self.connection.execute(
                insert(simulated_activities).values(
                    **vars(row),
                    **vars(when),
                    activity_id=self._id(happening_id, leg),
                    account=self.account,
                    number=self._next(),
                )
            )

    def _read(self, condition: ColumnElement[bool]) -> Iterator[Activity]:
        statement = (
            select(simulated_activities)
            .where(COLUMNS.account == self.account, condition)
            .order_by(COLUMNS.occurred_on, COLUMNS.number)
        )
        yield from (read_activity(row) for row in self.connection.execute(statement).mappings())

    def _id(self, happening_id: str, leg: int) -> str:
        return derived_id("activity", self.account, happening_id, str(leg))

    def _next(self) -> int:
        highest = select(func.max(COLUMNS.number)).where(COLUMNS.account == self.account)
        return int(self.connection.execute(highest).scalar_one() or 0) + 1


def read_activity(row: RowMapping) -> Activity:
    """Return the activity of a row of `simulated_activities`."""
    return Activity(
        activity_id=row["activity_id"],
        kind=kind_of(row["raw_kind"], row["quantity"], row["amount"]),
        raw_kind=row["raw_kind"],
        symbol=row["symbol"],
        quantity=row["quantity"],
        amount=row["amount"],
        occurred_on=row["occurred_on"],
        description=row["description"],
        recorded_at=row["recorded_at"],
    )
