"""Fills as facts, keyed by the broker's own id."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, select

from alchemiser_dagster.errors import RiskError
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.insertion import insert_missing
from alchemiser_dagster.ledger.lot_rows import settle_lots
from alchemiser_dagster.ledger.order_rows import read_fill
from alchemiser_dagster.ledger.tables import fills, orders
from alchemiser_dagster.records.order import Fill


class FillBook:
    """The fills kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, reported: Sequence[Fill], connection: Connection | None = None) -> int:
        """Keep the fills of orders that the ledger knows; return how many were new (R-19).

        The lots of their symbols are brought up to date in the same transaction. A fill of an order that is
        not in the ledger is somebody else's, and is left out.

        Raises
        ------
        RiskError
            If an order's fills add up to more than was asked for (R-27); nothing is kept then.
        """
        with nullcontext(connection) if connection is not None else self._database.transaction() as open_one:
            new = [(account, fill) for fill in reported if (account := _keep(open_one, fill))]
            for account, symbol in sorted({(account, fill.symbol) for account, fill in new}):
                settle_lots(open_one, account, symbol)
            return len(new)

    def of_plan(self, plan_id: str) -> tuple[Fill, ...]:
        """Return the fills of a plan's orders, in the order in which they happened."""
        return self._where(orders.c.plan_id == plan_id)

    def of_session(self, account: str, session: date) -> tuple[Fill, ...]:
        """Return the fills of an account in a session, in the order in which they happened."""
        return self._where(fills.c.account == account, fills.c.session == session)

    def since_session(self, account: str, first: date) -> tuple[Fill, ...]:
        """Return the fills of an account in a session and all later ones."""
        return self._where(fills.c.account == account, fills.c.session >= first)

    def _where(self, *conditions: ColumnElement[bool]) -> tuple[Fill, ...]:
        statement = (
            select(fills)
            .join(orders, orders.c.client_order_id == fills.c.client_order_id)
            .where(*conditions)
            .order_by(fills.c.filled_at, orders.c.created_at, fills.c.fill_id)
        )
        with self._database.reading() as connection:
            return tuple(read_fill(row) for row in connection.execute(statement).mappings())


def _keep(connection: Connection, fill: Fill) -> str | None:
    """Keep the fill and return its account; None where it was kept before, or is somebody else's."""
    order = connection.execute(
        select(orders.c.account, orders.c.session, orders.c.quantity).where(
            orders.c.client_order_id == fill.client_order_id
        )
    ).one_or_none()
    if order is None:
        return None
    row = {**fill.model_dump(), "side": fill.side.value, "account": order.account, "session": order.session}
    is_new = insert_missing(connection, fills, row)
    total = _filled(connection, fill.client_order_id)
    if total > order.quantity:
        raise RiskError(
            f"the fills add up to {total}, more than the {order.quantity} that were asked for",
            where=f"order {fill.client_order_id}, {fill.symbol}",
            remedy="Compare the account with the broker's own pages before anything else is traded",
        )
    return str(order.account) if is_new else None


def _filled(connection: Connection, client_order_id: str) -> Decimal:
    kept = connection.execute(select(fills.c.quantity).where(fills.c.client_order_id == client_order_id))
    return sum((Decimal(row.quantity) for row in kept), Decimal(0))
