"""The rows of lots: they follow from the fills, and are rewritten where a fill becomes known late.

Each time, the story of the account's lots in a symbol is told from its first fill, and only rows that are not
as the story says are changed. So the rows are the same whatever was recorded when, once or twice (R-19).
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.ledger.insertion import Row
from alchemiser_dagster.ledger.row_changes import RowChanges, changes
from alchemiser_dagster.ledger.tables import fill_attributions, fills, lot_closures, lots
from alchemiser_dagster.ledger.wishes import read_wishes
from alchemiser_dagster.portfolio.lot_matching import Attribution, Closure, Lot, LotStory, Trade, tell_lots
from alchemiser_dagster.records.values import Side


def settle_lots(connection: Connection, account: str, symbol: str) -> None:
    """Make attributions, lots and closures of the account in the symbol what its fills say."""
    story = tell_lots(_trades(connection, account, symbol))
    attributions = _attribution_changes(connection, account, symbol, story)
    opened = _lot_changes(connection, account, symbol, story)
    closures = _closure_changes(connection, account, symbol, story)
    for outdated in (closures, opened, attributions):
        outdated.delete(connection)
    for missing in (attributions, opened, closures):
        missing.insert(connection)


def _trades(connection: Connection, account: str, symbol: str) -> Iterator[Trade]:
    wishes = read_wishes(connection, account, symbol)
    statement = select(fills).where(fills.c.account == account, fills.c.symbol == symbol)
    for row in connection.execute(statement):
        yield Trade(
            fill_id=row.fill_id,
            side=Side(row.side),
            quantity=row.quantity,
            price=row.price,
            at=row.filled_at,
            wishes=wishes.get(row.client_order_id, ()),
        )


def _attribution_changes(connection: Connection, account: str, symbol: str, story: LotStory) -> RowChanges:
    statement = (
        select(fill_attributions)
        .join(fills, fills.c.fill_id == fill_attributions.c.fill_id)
        .where(fills.c.account == account, fills.c.symbol == symbol)
    )
    present = connection.execute(statement).mappings()
    return changes(fill_attributions, present, map(_attribution_row, story.attributions))


def _lot_changes(connection: Connection, account: str, symbol: str, story: LotStory) -> RowChanges:
    statement = select(lots).where(lots.c.account == account, lots.c.symbol == symbol)
    present = connection.execute(statement).mappings()
    return changes(lots, present, (_lot_row(lot, account, symbol) for lot in story.lots))


def _closure_changes(connection: Connection, account: str, symbol: str, story: LotStory) -> RowChanges:
    statement = (
        select(lot_closures)
        .join(lots, lots.c.lot_id == lot_closures.c.lot_id)
        .where(lots.c.account == account, lots.c.symbol == symbol)
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


def _lot_row(lot: Lot, account: str, symbol: str) -> Row:
    return {
        "lot_id": _lot_id(lot),
        "account": account,
        "strategy": lot.strategy,
        "symbol": symbol,
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
    return derived_id("lot", lot.fill_id, lot.strategy)
