"""Lots by strategy: they follow from the fills, whenever and however often those become known."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger.lot_builders import ACCOUNT, START, Books, Order, fill_of, plan_of
from sqlalchemy import select

from alchemiser_dagster.errors import RiskError
from alchemiser_dagster.ledger.executions import ExecutionBook
from alchemiser_dagster.ledger.tables import fill_attributions, line_wishes, lot_closures, lots
from alchemiser_dagster.portfolio.attribution import UNASSIGNED
from alchemiser_dagster.records.order import Fill
from alchemiser_dagster.records.values import Side

BUY = Order("buy", Side.BUY, "40", {"alpha": "0.3", "beta": "0.1"})
MORE = Order("more", Side.BUY, "20", {"alpha": "0.3", "beta": "0.3"})
SELL = Order("sell", Side.SELL, "30", {"beta": "0.1"})
EXIT = Order("exit", Side.SELL, "100", {})
OTHER = Order("other", Side.BUY, "7", {"gamma": "0.07"}, symbol="BIL")
ORDERS = (BUY, MORE, SELL, EXIT, OTHER)


def rows_of(books: Books) -> dict[str, list[tuple[object, ...]]]:
    with books.database.reading() as connection:
        return {
            table.name: sorted(tuple(row) for row in connection.execute(select(table)))
            for table in (fill_attributions, lots, lot_closures)
        }


def open_lots(
    books: Books, strategy: str | None = None, symbol: str | None = None
) -> list[tuple[object, ...]]:
    return [
        (lot.strategy, lot.symbol, lot.fill_id, lot.left, lot.price)
        for lot in books.lots.open_lots(ACCOUNT, strategy, symbol)
    ]


@pytest.fixture
def books() -> Books:
    return Books(*ORDERS)


@pytest.fixture
def traded(books: Books) -> Books:
    books.fills.record(
        [
            fill_of(BUY, 1, "40", "10", 1),
            fill_of(OTHER, 2, "7", "90", 2),
            fill_of(SELL, 3, "29", "11", 3),
            fill_of(MORE, 4, "4", "12", 4),
        ]
    )
    return books


def test_a_purchase_opens_a_lot_for_each_strategy_that_lacks_shares(books: Books) -> None:
    books.fills.record([fill_of(BUY, 1, "20", "10.01", 1)])
    assert books.lots.attributions("fill-001") == {"alpha": 15, "beta": 5}
    assert open_lots(books) == [
        ("alpha", "SPY", "fill-001", 15, Decimal("10.01")),
        ("beta", "SPY", "fill-001", 5, Decimal("10.01")),
    ]


def test_a_sale_closes_the_lots_of_those_that_have_too_much(traded: Books) -> None:
    assert traded.lots.attributions("fill-003") == {"alpha": 29}
    assert traded.lots.attributions("fill-004") == {
        "alpha": Decimal("2.367346939"),
        "beta": Decimal("1.632653061"),
    }
    assert traded.lots.realised(ACCOUNT) == {"alpha": 29}
    assert open_lots(traded, "alpha") == [
        ("alpha", "SPY", "fill-001", 1, 10),
        ("alpha", "SPY", "fill-004", Decimal("2.367346939"), 12),
    ]


def test_lots_are_found_by_strategy_and_symbol(traded: Books) -> None:
    assert open_lots(traded, symbol="BIL") == [("gamma", "BIL", "fill-002", 7, 90)]
    assert open_lots(traded, "beta", "SPY")[0] == ("beta", "SPY", "fill-001", 10, 10)
    assert open_lots(traded, "beta", "BIL") == []
    assert traded.lots.open_lots("another") == ()


def test_what_was_earned_is_told_since_an_instant(traded: Books) -> None:
    at = START + timedelta(minutes=3)
    assert traded.lots.realised(ACCOUNT, since=at) == {"alpha": 29}
    assert traded.lots.realised(ACCOUNT, since=at + timedelta(seconds=1)) == {}
    assert traded.lots.realised("another") == {}


def test_shares_that_no_lot_covers_are_counted_and_earn_nothing(traded: Books) -> None:
    traded.fills.record([fill_of(EXIT, 5, "100", "13", 5)])
    assert open_lots(traded, symbol="SPY") == []
    assert traded.lots.unmatched(ACCOUNT) == {"SPY": 85}
    assert traded.lots.attributions("fill-005")[UNASSIGNED] == 85


def test_each_strategys_standing_is_what_it_holds_and_has_earned(traded: Books) -> None:
    told = {one.strategy: (one.symbols, one.cost, one.realised) for one in traded.lots.standings(ACCOUNT)}
    assert told == {
        "alpha": (("SPY",), 10 + Decimal("2.367346939") * 12, 29),
        "beta": (("SPY",), 100 + Decimal("1.632653061") * 12, 0),
        "gamma": (("BIL",), 630, 0),
    }


def test_a_fill_that_becomes_known_late_is_matched_as_if_it_had_been_known_in_time(
    books: Books,
) -> None:
    early, late = fill_of(BUY, 1, "10", "9", 1), fill_of(BUY, 2, "30", "10", 2)
    sale = fill_of(EXIT, 3, "20", "11", 3)
    books.fills.record([late, sale])
    assert books.lots.realised(ACCOUNT) == {"alpha": 15, "beta": 5}
    books.fills.record([early])
    assert books.lots.realised(ACCOUNT) == {"alpha": Decimal("22.5"), "beta": Decimal("7.5")}
    in_time = Books(*ORDERS)
    in_time.fills.record([early, late, sale])
    assert rows_of(books) == rows_of(in_time)


def test_a_fill_of_a_line_that_no_strategy_wanted_is_unassigned() -> None:
    order = Order("nobody", Side.BUY, "5", {})
    books = Books(order)
    books.fills.record([fill_of(order, 1, "5", "10", 1)])
    assert books.lots.attributions("fill-001") == {UNASSIGNED: 5}


def test_fills_that_are_refused_leave_the_lots_as_they_were(traded: Books) -> None:
    before = rows_of(traded)
    with pytest.raises(RiskError):
        traded.fills.record([fill_of(MORE, 5, "16", "10", 5), fill_of(MORE, 6, "1", "10", 6)])
    assert rows_of(traded) == before


def test_wishes_are_kept_once_with_the_execution(books: Books) -> None:
    ExecutionBook(books.database).open(plan_of(*ORDERS), START)
    with books.database.reading() as connection:
        kept = connection.execute(select(line_wishes).where(line_wishes.c.line_id == "line-more")).all()
    assert [(row.strategy, row.weight, row.shares) for row in kept] == [
        ("alpha", Decimal("0.3"), 30),
        ("beta", Decimal("0.3"), 30),
    ]


FILLS = st.lists(
    st.tuples(
        st.sampled_from(ORDERS),
        st.decimals("0.000000001", "4", places=9),
        st.decimals("0.0001", "90", places=4),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=7,
)


def fills_from(drawn: list[tuple[Order, Decimal, Decimal, int]]) -> list[Fill]:
    """One order's fills stay below what it asks for: at most 7 of it are drawn, of at most 1 share each."""
    return [
        fill_of(order, number, str(quantity / 4), str(price), minutes)
        for number, (order, quantity, price, minutes) in enumerate(drawn)
    ]


@settings(max_examples=40, deadline=None)
@given(drawn=FILLS, data=st.data())
def test_lots_are_the_same_in_whichever_way_the_fills_are_recorded(
    drawn: list[tuple[Order, Decimal, Decimal, int]], data: st.DataObject
) -> None:
    fills = fills_from(drawn)
    once, otherwise = Books(*ORDERS), Books(*ORDERS)
    assert once.fills.record(fills) == len(fills)
    known: set[str] = set()
    while known != {fill.fill_id for fill in fills}:
        part = data.draw(st.lists(st.sampled_from(fills), min_size=1))
        if data.draw(st.booleans()):
            with pytest.raises(KeyboardInterrupt):
                _record_and_die(otherwise, part)
            continue
        new = {fill.fill_id for fill in part} - known
        assert otherwise.fills.record(part) == len(new)
        known |= new
    assert rows_of(otherwise) == rows_of(once)
    assert otherwise.fills.record(fills) == 0
    assert rows_of(otherwise) == rows_of(once)
    once.database.close()
    otherwise.database.close()


def _record_and_die(books: Books, fills: list[Fill]) -> None:
    with books.database.transaction() as connection:
        books.fills.record(fills, connection)
        raise KeyboardInterrupt
