"""The lots of an account as they were at an instant, and what was earned since."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from alchemiser_dagster.ledger.action_rows import read_actions
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.tables import lot_closures, lots
from alchemiser_dagster.portfolio.strategy_profit import HeldShares


def shares_at(database: Database, account: str, instant: datetime) -> tuple[HeldShares, ...]:
    """Return what each strategy held at the instant, in the shares of today where one was split since."""
    bought = select(lots).where(lots.c.account == account, lots.c.opened_at <= instant)
    sold = (
        select(lot_closures.c.lot_id, lot_closures.c.quantity)
        .join(lots, lots.c.lot_id == lot_closures.c.lot_id)
        .where(lots.c.account == account, lot_closures.c.closed_at <= instant)
    )
    gone: dict[str, Decimal] = defaultdict(Decimal)
    with database.reading() as connection:
        for row in connection.execute(sold):
            gone[row.lot_id] += row.quantity
        rows = connection.execute(bought.order_by(lots.c.opened_at, lots.c.lot_id)).all()
    every = (HeldShares(row.strategy, row.symbol, row.quantity - gone[row.lot_id], row.price) for row in rows)
    return tuple(one for one in every if one.quantity)


def realised_since(database: Database, account: str, instant: datetime) -> dict[str, Decimal]:
    """Return what each strategy's sales after the instant earned, in dollars."""
    statement = (
        select(lots.c.strategy, lot_closures.c.realised)
        .join(lot_closures, lot_closures.c.lot_id == lots.c.lot_id)
        .where(lots.c.account == account, lot_closures.c.closed_at > instant)
        .order_by(lots.c.strategy)
    )
    earned: dict[str, Decimal] = defaultdict(Decimal)
    with database.reading() as connection:
        for row in connection.execute(statement):
            earned[row.strategy] += row.realised
    return dict(earned)


def changed_since(database: Database, account: str, instant: datetime) -> frozenset[str]:
    """Return the symbols that were split or renamed after the instant, old names and new ones."""
    with database.reading() as connection:
        actions = read_actions(connection, account)
    return frozenset(
        name
        for action in actions
        if action.effective_at > instant
        for name in (action.symbol, action.new_symbol)
    )
