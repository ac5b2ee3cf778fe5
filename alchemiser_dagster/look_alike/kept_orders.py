"""The embedded broker's orders with everything that Alpaca tells of one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, RowMapping, func, select

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.tables import simulated_fills, simulated_orders


@dataclass(frozen=True)
class KeptOrder:
    """An order as the account's books have it; `filled_at` is the instant of its last fill."""

    broker_order_id: str
    client_order_id: str
    symbol: str
    side: str
    quantity: Decimal
    order_type: str
    limit_price: Decimal | None
    time_in_force: str
    status: str
    filled_quantity: Decimal
    average_price: Decimal | None
    submitted_at: datetime
    updated_at: datetime
    filled_at: datetime | None
    replaces: str | None
    replaced_by: str | None


@dataclass(frozen=True)
class KeptOrders:
    """The orders of one account, oldest first."""

    database: Database
    account: str

    def all(self, *conditions: ColumnElement[bool]) -> tuple[KeptOrder, ...]:
        """Return the orders that fit the conditions."""
        fills = (
            select(
                simulated_fills.c.broker_order_id, func.max(simulated_fills.c.filled_at).label("filled_at")
            )
            .where(simulated_fills.c.account == self.account)
            .group_by(simulated_fills.c.broker_order_id)
            .subquery()
        )
        wanted = (
            select(simulated_orders, fills.c.filled_at)
            .outerjoin(fills, fills.c.broker_order_id == simulated_orders.c.broker_order_id)
            .where(simulated_orders.c.account == self.account, *conditions)
            .order_by(simulated_orders.c.submitted_at, simulated_orders.c.number)
        )
        with self.database.reading() as connection:
            return tuple(_read(row) for row in connection.execute(wanted).mappings())

    def by_id(self, broker_order_id: str) -> KeptOrder | None:
        """Return the order with the broker's id."""
        return _first(self.all(simulated_orders.c.broker_order_id == broker_order_id))

    def by_client_id(self, client_order_id: str) -> KeptOrder | None:
        """Return the order with the client's id."""
        return _first(self.all(simulated_orders.c.client_order_id == client_order_id))


def _first(orders: Iterable[KeptOrder]) -> KeptOrder | None:
    return next(iter(orders), None)


def _read(row: RowMapping) -> KeptOrder:
    last_seen = row["updated_at"] or row["filled_at"] or row["submitted_at"]
    return KeptOrder(
        broker_order_id=row["broker_order_id"],
        client_order_id=row["client_order_id"],
        symbol=row["symbol"],
        side=row["side"],
        quantity=row["quantity"],
        order_type=row["order_type"],
        limit_price=row["limit_price"],
        time_in_force=row["time_in_force"],
        status=row["status"],
        filled_quantity=row["filled_quantity"],
        average_price=row["average_price"],
        submitted_at=row["submitted_at"],
        updated_at=last_seen,
        filled_at=row["filled_at"],
        replaces=row["replaces"],
        replaced_by=row["replaced_by"],
    )
