"""What became known late, and what companies do to their shares: ledger, books and lots follow."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from support import spoiled_books as spoil
from support.books_bench import BooksBench, opened
from support.books_shown import kinds, rows
from support.trading import ACCOUNT, Bench

from alchemiser_dagster.broker.simulated.behaviour import SymbolBehaviour
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.errors import BusyError
from alchemiser_dagster.ledger.lots import LotBook
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.reconciliation import BreakKind, Severity
from alchemiser_dagster.records.values import Side

BUY, SELL = Side.BUY, Side.SELL


#
def test_a_late_fill_brings_the_order_the_fills_and_the_lots_to_what_the_broker_says(
    books: BooksBench,
) -> None:
    books.next_session()
    spoil.believe_it_canceled(books)
    (order,) = (one for one in books.orders.of_session(ACCOUNT, books.session))
    books.next_session()
    spoil.more_turns_out_to_be_filled(books)
    report = books.reconcile()
    assert kinds(report) == [BreakKind.LATE_FILL]
    assert [fill.quantity for fill in report.adopted] == [3]
    after = books.orders.find(order.client_order_id)
    assert after is not None
    assert (after.state, after.filled_quantity) == (OrderState.FILLED, 3)
    last = books.orders.events(order.client_order_id)[-1]
    assert (last.from_state, last.to_state) == (OrderState.CANCELED, OrderState.FILLED)
    assert last.detail == "adopted by the reconciliation: the broker says filled"
    assert sum(lot.left for lot in LotBook(books.database).open_lots(ACCOUNT, symbol="AAA")) == 103
    assert books.reconcile().breaks == ()


def test_an_account_that_never_rests_is_not_compared(tmp_path: Path) -> None:
    thin = SimulationRules(behaviours={"CCC": SymbolBehaviour(shares_per_look=Decimal("0.001"))})
    books = opened(tmp_path, bench=Bench(tmp_path, thin))
    books.trade("CCC", BUY, "30")
    before = rows(books)
    with pytest.raises(BusyError, match="changed each time"):
        books.reconcile()
    assert rows(books) == before


def test_an_order_that_ended_while_nobody_looked_is_brought_to_its_end(tmp_path: Path) -> None:
    halted = SimulationRules(behaviours={"CCC": SymbolBehaviour(halted=True)})
    books = opened(tmp_path, bench=Bench(tmp_path, halted))
    name = books.trade("CCC", BUY, "30")
    assert kinds(books.reconcile()) == [BreakKind.UNRESOLVED_ORDER]
    books.next_session()
    assert [(found.kind, found.severity) for found in books.reconcile().breaks] == [
        (BreakKind.ORDER_STATE, Severity.NOTE)
    ]
    order = books.orders.find(name)
    assert order is not None
    assert order.state is OrderState.EXPIRED


@pytest.mark.parametrize("ratio", ["2", "0.1", "1.5"])
def test_a_split_adjusts_the_books_and_the_lots_once(books: BooksBench, ratio: str) -> None:
    books.next_session()
    books.split("AAA", ratio)
    for _ in range(2):
        assert books.reconcile().is_clean
        assert books.balance().positions["AAA"] == 100 * Decimal(ratio)
        (lot,) = LotBook(books.database).open_lots(ACCOUNT, symbol="AAA")
        assert lot.left == 100 * Decimal(ratio)
    assert len(LotBook(books.database).actions(ACCOUNT)) == 1


@pytest.mark.parametrize("is_sized", [True, False])
def test_a_new_symbol_moves_the_books_and_the_lots(books: BooksBench, *, is_sized: bool) -> None:
    books.next_session()
    books.rename("BBB", "NEW") if is_sized else spoil.new_symbol_without_size(books)
    assert books.reconcile().is_clean
    assert books.balance().positions == {"AAA": 100, "NEW": 40}
    (lot,) = LotBook(books.database).open_lots(ACCOUNT, symbol="NEW")
    assert lot.left == 40


def test_a_split_without_a_size_that_fits_no_ratio_explains_nothing(books: BooksBench) -> None:
    books.next_session()
    spoil.split_without_size(books)
    books.secretly(AAA="-7.7")
    (found,) = books.reconcile().breaks
    assert (found.kind, found.severity) == (BreakKind.POSITION, Severity.CRITICAL)
