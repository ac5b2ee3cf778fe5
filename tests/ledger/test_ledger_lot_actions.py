"""Splits and new symbols in the books of lots: kept once, and the same lots whatever becomes known when."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger.lot_builders import ACCOUNT, START, Books, Order, fill_of
from sqlalchemy import select

from alchemiser_dagster.ledger.tables import corporate_actions, fill_attributions, lot_closures, lots
from alchemiser_dagster.records.corporate_action import CorporateAction
from alchemiser_dagster.records.order import Fill
from alchemiser_dagster.records.values import Side

BUY = Order("buy", Side.BUY, "40", {"alpha": "0.3", "beta": "0.1"})
AGAIN = Order("again", Side.BUY, "40", {"alpha": "1.2", "beta": "0.4"})
EXIT = Order("exit", Side.SELL, "400", {})
RENAMED = Order("renamed", Side.SELL, "400", {}, symbol="VOO")
ORDERS = (BUY, AGAIN, EXIT, RENAMED)


def action(
    minutes: int, ratio: str = "1", symbol: str = "SPY", new_symbol: str = "SPY", account: str = ACCOUNT
) -> CorporateAction:
    return CorporateAction(
        activity_id=f"{account}-{minutes}",
        account=account,
        symbol=symbol,
        new_symbol=new_symbol,
        ratio=Decimal(ratio),
        effective_at=START + timedelta(minutes=minutes),
    )


def rows_of(books: Books) -> dict[str, list[tuple[object, ...]]]:
    with books.database.reading() as connection:
        return {
            table.name: sorted(tuple(row) for row in connection.execute(select(table)))
            for table in (fill_attributions, lots, lot_closures, corporate_actions)
        }


def left(books: Books) -> list[tuple[object, ...]]:
    found = books.lots.open_lots(ACCOUNT)
    return [(lot.strategy, lot.symbol, lot.left, lot.price, lot.opened_at) for lot in found]


@pytest.fixture
def books() -> Books:
    books = Books(*ORDERS)
    books.fills.record([fill_of(BUY, 1, "40", "100.01", 1)])
    return books


def test_a_split_is_applied_to_the_lots_once(books: Books) -> None:
    at, cost = START + timedelta(minutes=1), sum(lot.cost for lot in books.lots.open_lots(ACCOUNT))
    assert books.lots.apply(action(5, "4"))
    assert left(books) == [
        ("alpha", "SPY", 120, Decimal("25.0025"), at),
        ("beta", "SPY", 40, Decimal("25.0025"), at),
    ]
    assert sum(lot.cost for lot in books.lots.open_lots(ACCOUNT)) == cost
    before = rows_of(books)
    assert not books.lots.apply(action(5, "4"))
    assert rows_of(books) == before
    assert books.lots.actions(ACCOUNT) == (action(5, "4"),)


def test_a_new_symbol_moves_the_lots_and_what_was_earned_stays(books: Books) -> None:
    books.fills.record([fill_of(EXIT, 2, "10", "110.01", 2)])
    earned = books.lots.realised(ACCOUNT)
    books.lots.apply(action(5, symbol="SPY", new_symbol="VOO"))
    assert books.lots.realised(ACCOUNT) == earned
    assert {lot.symbol for lot in books.lots.open_lots(ACCOUNT)} == {"VOO"}
    books.fills.record([fill_of(RENAMED, 3, "30", "120.01", 9)])
    assert books.lots.open_lots(ACCOUNT) == ()
    assert sum(books.lots.realised(ACCOUNT).values()) == 10 * 10 + 30 * 20
    assert books.lots.unmatched(ACCOUNT) == {}


def test_a_fill_keeps_its_own_units_in_what_is_attributed(books: Books) -> None:
    books.lots.apply(action(5, "4"))
    assert books.lots.attributions("fill-001") == {"alpha": 30, "beta": 10}


def test_an_action_of_another_account_changes_nothing(books: Books) -> None:
    before = left(books)
    assert books.lots.apply(action(5, "2", account="another"))
    assert left(books) == before
    assert books.lots.actions(ACCOUNT) == ()


def test_an_action_whose_transaction_fails_is_not_kept(books: Books) -> None:
    before = rows_of(books)
    with pytest.raises(KeyboardInterrupt):
        _apply_and_die(books)
    assert rows_of(books) == before


def test_a_fill_from_before_a_split_that_becomes_known_late_is_split_too(books: Books) -> None:
    books.lots.apply(action(5, "2"))
    books.fills.record([fill_of(EXIT, 3, "60", "60.005", 9)])
    books.fills.record([fill_of(AGAIN, 2, "10", "90", 2)])
    in_time = Books(*ORDERS)
    in_time.fills.record([fill_of(BUY, 1, "40", "100.01", 1), fill_of(AGAIN, 2, "10", "90", 2)])
    in_time.lots.apply(action(5, "2"))
    in_time.fills.record([fill_of(EXIT, 3, "60", "60.005", 9)])
    assert rows_of(books) == rows_of(in_time)
    assert sum(lot.left for lot in books.lots.open_lots(ACCOUNT)) == 40


def _apply_and_die(books: Books) -> None:
    with books.database.transaction() as connection:
        books.lots.apply(action(5, "2"), connection)
        raise KeyboardInterrupt


FACTS: list[Fill | CorporateAction] = [
    fill_of(BUY, 1, "40", "100.01", 1),
    fill_of(EXIT, 2, "7.123456789", "101", 4),
    fill_of(AGAIN, 3, "11", "33.37", 6),
    fill_of(EXIT, 4, "3", "34", 8),
    fill_of(RENAMED, 5, "29.5", "12", 12),
    action(5, "3"),
    action(7, "0.333333333333333333"),
    action(10, "1.5", "SPY", "VOO"),
]


@settings(max_examples=25, deadline=None)
@given(order=st.permutations(FACTS))
def test_lots_are_the_same_in_whichever_order_fills_and_actions_become_known(
    order: list[Fill | CorporateAction],
) -> None:
    books, in_time = Books(*ORDERS), Books(*ORDERS)
    for target, facts in ((books, order), (in_time, FACTS)):
        for fact in facts:
            if isinstance(fact, Fill):
                target.fills.record([fact])
            else:
                target.lots.apply(fact)
    assert rows_of(books) == rows_of(in_time)
    books.database.close()
    in_time.database.close()
