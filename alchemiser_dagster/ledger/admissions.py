"""Which orders were let through: a session's counters, read in the transaction that lets the next through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, select

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.insertion import Value, insert_missing
from alchemiser_dagster.ledger.order_rows import LedgerOrder, read_order
from alchemiser_dagster.ledger.tables import admissions, executions, orders


@dataclass(frozen=True)
class AdmittedOrder:
    """An order that was let through, and the price that it was counted at, in dollars."""

    order: LedgerOrder
    price: Decimal

    @property
    def done_value(self) -> Decimal:
        """What was filled, in dollars."""
        return self.order.filled_quantity * (self.order.average_price or self.price)

    @property
    def open_value(self) -> Decimal:
        """What can still be filled, in dollars at the counted price."""
        return Decimal(0) if self.order.state.is_terminal else self.order.unfilled * self.price

    @property
    def value(self) -> Decimal:
        """What was and can still be filled, in dollars."""
        return self.done_value + self.open_value


class AdmissionBook:
    """The admissions kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_session(
        self, account: str, session: date, connection: Connection | None = None
    ) -> tuple[AdmittedOrder, ...]:
        """Return every order that was let through in the session, oldest first."""
        if connection is not None:
            return _admitted(connection, account, session)
        with self._database.reading() as own:
            return _admitted(own, account, session)

    def admit(self, order: LedgerOrder, price: Decimal, at: datetime, connection: Connection) -> None:
        """Count the order, once (R-19)."""
        row: dict[str, Value] = {
            "client_order_id": order.client_order_id,
            "account": order.account,
            "session": order.session,
            "price": price,
            "admitted_at": at,
        }
        insert_missing(connection, admissions, row)


def hold_session(connection: Connection, account: str, session: date) -> None:
    """Let nobody else count in the session until the transaction ends.

    SQLite has one writer anyway; other databases lock the rows of the session's executions, without one of
    which nothing is ever admitted.
    """
    rows = select(executions.c.plan_id).where(
        executions.c.account == account, executions.c.session == session
    )
    connection.execute(rows.order_by(executions.c.sequence).with_for_update()).all()


def _admitted(connection: Connection, account: str, session: date) -> tuple[AdmittedOrder, ...]:
    statement = (
        select(orders, admissions.c.price.label("counted_price"))
        .join(admissions, admissions.c.client_order_id == orders.c.client_order_id)
        .where(admissions.c.account == account, admissions.c.session == session)
        .order_by(admissions.c.admitted_at, orders.c.client_order_id)
    )
    rows = connection.execute(statement).mappings()
    return tuple(AdmittedOrder(read_order(row), row["counted_price"]) for row in rows)
