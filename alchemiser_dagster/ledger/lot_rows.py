"""The rows of lots: they follow from fills and corporate actions, and are rewritten where one is known late.

Each time, the story of the account's lots in a symbol, and in all that it was or became, is told from its
first fill, and only rows that are not as the story says are changed. So the rows are the same whatever was
recorded when, once or twice (R-19).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Connection, and_, select

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.ledger.action_rows import read_actions
from alchemiser_dagster.ledger.insertion import Row
from alchemiser_dagster.ledger.row_changes import RowChanges, changes
from alchemiser_dagster.ledger.tables import executions, fill_attributions, fills, lot_closures, lots, orders
from alchemiser_dagster.ledger.wishes import read_wishes
from alchemiser_dagster.portfolio.lot_matching import Attribution, Closure, Lot, LotStory, Trade, tell_lots
from alchemiser_dagster.records.corporate_action import CorporateAction
from alchemiser_dagster.records.values import Side


@dataclass(frozen=True)
class _Scope:
    """The symbols of one story, and what became of their shares."""

    account: str
    symbols: frozenset[str]
    actions: tuple[CorporateAction, ...]

    def holds(self, account: Column[str], symbol: Column[str]) -> ColumnElement[bool]:
        """Return whether a row is part of the story."""
        return and_(account == self.account, symbol.in_(sorted(self.symbols)))


def settle_lots(connection: Connection, account: str, symbol: str) -> None:
    """Make attributions, lots and closures in the symbol, and in its other names, what the facts say."""
    scope = _scope(connection, account, symbol)
    story = tell_lots(_trades(connection, scope), scope.actions)
    attributions = _attribution_changes(connection, scope, story)
    opened = _lot_changes(connection, scope, story)
    closures = _closure_changes(connection, scope, story)
    for outdated in (closures, opened, attributions):
        outdated.delete(connection)
    for missing in (attributions, opened, closures):
        missing.write(connection)


def _scope(connection: Connection, account: str, symbol: str) -> _Scope:
    """Return the symbol with all that are joined to it by a change of symbol, and the actions on them."""
    actions = read_actions(connection, account)
    symbols, joined = {symbol}, True
    while joined:
        reached = {
            name
            for action in actions
            if {action.symbol, action.new_symbol} & symbols
            for name in (action.symbol, action.new_symbol)
        }
        joined = not reached <= symbols
        symbols |= reached
    return _Scope(account, frozenset(symbols), tuple(one for one in actions if one.symbol in symbols))


def _trades(connection: Connection, scope: _Scope) -> Iterator[Trade]:
    wishes = {
        client_order_id: wish
        for symbol in sorted(scope.symbols)
        for client_order_id, wish in read_wishes(connection, scope.account, symbol).items()
    }
    statement = (
        select(fills, executions.c.sequence)
        .join(orders, orders.c.client_order_id == fills.c.client_order_id)
        .join(executions, executions.c.plan_id == orders.c.plan_id)
        .where(scope.holds(fills.c.account, fills.c.symbol))
    )
    for row in connection.execute(statement):
        yield Trade(
            fill_id=row.fill_id,
            symbol=row.symbol,
            side=Side(row.side),
            quantity=row.quantity,
            price=row.price,
            at=row.filled_at,
            wishes=wishes.get(row.client_order_id, ()),
            plan_number=row.sequence,
        )


def _attribution_changes(connection: Connection, scope: _Scope, story: LotStory) -> RowChanges:
    statement = (
        select(fill_attributions)
        .join(fills, fills.c.fill_id == fill_attributions.c.fill_id)
        .where(scope.holds(fills.c.account, fills.c.symbol))
    )
    present = connection.execute(statement).mappings()
    return changes(fill_attributions, present, map(_attribution_row, story.attributions))


def _lot_changes(connection: Connection, scope: _Scope, story: LotStory) -> RowChanges:
    statement = select(lots).where(scope.holds(lots.c.account, lots.c.symbol))
    present = connection.execute(statement).mappings()
    return changes(lots, present, (_lot_row(lot, scope.account) for lot in story.lots))


def _closure_changes(connection: Connection, scope: _Scope, story: LotStory) -> RowChanges:
    statement = (
        select(lot_closures)
        .join(lots, lots.c.lot_id == lot_closures.c.lot_id)
        .where(scope.holds(lots.c.account, lots.c.symbol))
    )
    present = connection.execute(statement).mappings()
    return changes(lot_closures, present, map(_closure_row, story.closures))


def _attribution_row(part: Attribution) -> Row:
    return {
        "fill_id": part.fill_id,
        "strategy": part.strategy,
        "quantity": part.quantity,
        "matched": part.matched,
    }


def _lot_row(lot: Lot, account: str) -> Row:
    return {
        "lot_id": _lot_id(lot),
        "account": account,
        "strategy": lot.strategy,
        "symbol": lot.symbol,
        "fill_id": lot.fill_id,
        "quantity": lot.quantity,
        "price": lot.price,
        "opened_at": lot.opened_at,
    }


def _closure_row(closure: Closure) -> Row:
    return {
        "lot_id": _lot_id(closure.lot),
        "fill_id": closure.fill_id,
        "quantity": closure.quantity,
        "price": closure.price,
        "realised": closure.realised,
        "closed_at": closure.closed_at,
    }


def _lot_id(lot: Lot) -> str:
    begun_by = (lot.activity_id,) if lot.activity_id else ()
    return derived_id("lot", lot.fill_id, lot.strategy, *begun_by)
