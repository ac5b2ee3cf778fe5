"""The lots of an account: what each strategy holds, at which cost, and what it has earned."""

from __future__ import annotations

from collections import defaultdict
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, select

from alchemiser_dagster.ledger.action_rows import keep_action, read_actions
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.lot_rows import settle_lots
from alchemiser_dagster.ledger.tables import fill_attributions, fills, lot_closures, lots
from alchemiser_dagster.records.corporate_action import CorporateAction
from alchemiser_dagster.records.values import Side


@dataclass(frozen=True)
class OpenLot:
    """Shares of one purchase that a strategy still holds.

    Parameters
    ----------
    symbol, quantity, price
        In the units of today: after a split, more or fewer shares at another price.
    quantity
        The shares that were bought, or that were left of them at the last split or change of symbol.
    left
        Those of them that were not sold again.
    price
        What each cost, in dollars.
    """

    lot_id: str
    strategy: str
    symbol: str
    fill_id: str
    quantity: Decimal
    left: Decimal
    price: Decimal
    opened_at: datetime

    @property
    def cost(self) -> Decimal:
        """What the shares that are left cost, in dollars."""
        return self.left * self.price


@dataclass(frozen=True)
class StrategyStanding:
    """One strategy's lots together: symbols held, their cost, and what its sales realised, in dollars."""

    strategy: str
    symbols: tuple[str, ...]
    cost: Decimal
    realised: Decimal


class LotBook:
    """The lots kept in a database; `FillBook.record` and `apply` write them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def apply(self, action: CorporateAction, connection: Connection | None = None) -> bool:
        """Keep a split or a new symbol, and bring the lots of its symbols up to date, in one transaction.

        Return whether it was new; one that is kept already changes nothing (R-19).
        """
        with nullcontext(connection) if connection is not None else self._database.transaction() as open_one:
            is_new = keep_action(open_one, action)
            if is_new:
                settle_lots(open_one, action.account, action.symbol)
            return is_new

    def actions(self, account: str) -> tuple[CorporateAction, ...]:
        """Return the splits and new symbols that are kept, oldest first."""
        with self._database.reading() as connection:
            return read_actions(connection, account)

    def open_lots(
        self, account: str, strategy: str | None = None, symbol: str | None = None
    ) -> tuple[OpenLot, ...]:
        """Return the lots of which something is left, oldest first; None stands for all."""
        statement = select(lots).where(lots.c.account == account)
        if strategy is not None:
            statement = statement.where(lots.c.strategy == strategy)
        if symbol is not None:
            statement = statement.where(lots.c.symbol == symbol)
        ordered = statement.order_by(lots.c.opened_at, lots.c.fill_id, lots.c.strategy)
        with self._database.reading() as connection:
            rows, sold = connection.execute(ordered).all(), _sold(connection, account)
        every = (
            OpenLot(
                lot_id=row.lot_id,
                strategy=row.strategy,
                symbol=row.symbol,
                fill_id=row.fill_id,
                quantity=row.quantity,
                left=row.quantity - sold[row.lot_id],
                price=row.price,
                opened_at=row.opened_at,
            )
            for row in rows
        )
        return tuple(lot for lot in every if lot.left)

    def realised(self, account: str, since: datetime | None = None) -> dict[str, Decimal]:
        """Return what each strategy's sales earned, in dollars: all of them, or those since an instant."""
        statement = (
            select(lots.c.strategy, lot_closures.c.realised)
            .join(lot_closures, lot_closures.c.lot_id == lots.c.lot_id)
            .where(lots.c.account == account)
        )
        if since is not None:
            statement = statement.where(lot_closures.c.closed_at >= since)
        earned: dict[str, Decimal] = defaultdict(Decimal)
        with self._database.reading() as connection:
            for row in connection.execute(statement.order_by(lots.c.strategy)):
                earned[row.strategy] += row.realised
        return dict(earned)

    def unmatched(self, account: str) -> dict[str, Decimal]:
        """Return, by symbol, the shares that were sold without a lot: they were there before any."""
        statement = (
            select(fills.c.symbol, fill_attributions.c.quantity, fill_attributions.c.matched)
            .join(fill_attributions, fill_attributions.c.fill_id == fills.c.fill_id)
            .where(fills.c.account == account, fills.c.side == Side.SELL.value)
        )
        sold: dict[str, Decimal] = defaultdict(Decimal)
        with self._database.reading() as connection:
            for row in connection.execute(statement.order_by(fills.c.symbol)):
                sold[row.symbol] += row.quantity - row.matched
        return {symbol: quantity for symbol, quantity in sold.items() if quantity}

    def attributions(self, fill_id: str) -> dict[str, Decimal]:
        """Return how many of a fill's shares are each strategy's; empty where there is no such fill."""
        statement = select(fill_attributions).where(fill_attributions.c.fill_id == fill_id)
        with self._database.reading() as connection:
            rows = connection.execute(statement.order_by(fill_attributions.c.strategy))
            return {row.strategy: row.quantity for row in rows}

    def standings(self, account: str) -> tuple[StrategyStanding, ...]:
        """Return each strategy that ever had a lot, by name, with what it holds and what it has earned."""
        held: dict[str, list[OpenLot]] = defaultdict(list)
        for lot in self.open_lots(account):
            held[lot.strategy].append(lot)
        earned = self.realised(account)
        return tuple(
            StrategyStanding(
                strategy=name,
                symbols=tuple(sorted({lot.symbol for lot in held[name]})),
                cost=sum((lot.cost for lot in held[name]), Decimal(0)),
                realised=earned.get(name, Decimal(0)),
            )
            for name in sorted({*held, *earned})
        )


def _sold(connection: Connection, account: str) -> dict[str, Decimal]:
    statement = (
        select(lot_closures.c.lot_id, lot_closures.c.quantity)
        .join(lots, lots.c.lot_id == lot_closures.c.lot_id)
        .where(lots.c.account == account)
    )
    sold: dict[str, Decimal] = defaultdict(Decimal)
    for row in connection.execute(statement):
        sold[row.lot_id] += row.quantity
    return sold
