"""Which order a person means: by any of its ids, by the beginning of one, or by one of its fills."""

from __future__ import annotations

from sqlalchemy import or_, select

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.order_rows import LedgerOrder, read_order
from alchemiser_dagster.ledger.tables import fills, orders

FEWEST_CHARACTERS = 5
MOST = 20


def orders_named(database: Database, account: str, word: str) -> tuple[LedgerOrder, ...]:
    """Return the account's orders that the word fits: one where it is a whole id; at most 20."""
    filled = select(fills.c.client_order_id).where(fills.c.fill_id == word)
    whole = or_(
        orders.c.client_order_id == word,
        orders.c.broker_order_id == word,
        orders.c.client_order_id.in_(filled),
    )
    part = or_(
        orders.c.client_order_id.startswith(word, autoescape=True),
        orders.c.broker_order_id.startswith(word, autoescape=True),
    )
    conditions = [whole, part] if len(word) >= FEWEST_CHARACTERS else [whole]
    with database.reading() as connection:
        for condition in conditions:
            wanted = select(orders).where(orders.c.account == account, condition).limit(MOST)
            rows = connection.execute(wanted.order_by(orders.c.created_at)).mappings().all()
            if rows:
                return tuple(read_order(row) for row in rows)
    return ()
