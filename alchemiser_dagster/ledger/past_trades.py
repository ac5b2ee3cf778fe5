"""What an account has traded before."""

from __future__ import annotations

from sqlalchemy import desc, select

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.order_rows import LedgerOrder, read_order
from alchemiser_dagster.ledger.tables import fills, orders
from alchemiser_dagster.records.values import Symbol


def traded_symbols(database: Database, account: str) -> frozenset[Symbol]:
    """Return every symbol of which the account ever bought or sold a share."""
    statement = select(fills.c.symbol).where(fills.c.account == account).distinct()
    with database.reading() as connection:
        return frozenset(connection.execute(statement).scalars())


def filled_orders(database: Database, account: str, most: int) -> tuple[LedgerOrder, ...]:
    """Return the account's newest orders of which something was filled, newest first."""
    statement = (
        select(orders)
        .where(orders.c.account == account, orders.c.average_price.is_not(None))
        .order_by(desc(orders.c.created_at), orders.c.client_order_id)
        .limit(most)
    )
    with database.reading() as connection:
        return tuple(read_order(row) for row in connection.execute(statement).mappings())
