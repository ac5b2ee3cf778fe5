"""The value of an account over sessions, from real comparisons: what is paid in or out is told apart."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from support.books_bench import BooksBench, opened
from support.trading import ACCOUNT

from alchemiser_dagster.ledger.equity_history import equity_marks, posted_as
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.lots_then import changed_since, realised_since, shares_at
from alchemiser_dagster.portfolio.profit import EquityMark, Profits, profits_of
from alchemiser_dagster.portfolio.strategy_profit import HeldShares, Shares, outcomes_of
from alchemiser_dagster.records.reconciliation import BreakKind
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.sessions import TradingCalendar

CALENDAR = TradingCalendar()


@pytest.fixture
def books(tmp_path: Path) -> BooksBench:
    return opened(tmp_path)


def marks(books: BooksBench) -> tuple[EquityMark, ...]:
    return equity_marks(Journal(books.database), ACCOUNT)


def profits(books: BooksBench) -> Profits:
    return profits_of(marks(books), CALENDAR)


def price_rises(books: BooksBench, symbol: str, by: str) -> None:
    books.bench.feed.prices[symbol] += float(by)


def test_the_history_begins_with_the_snapshot_that_opened_the_books(books: BooksBench) -> None:
    first, second = marks(books)
    assert first.at <= second.at
    assert (first.session, second.session) == (books.session, books.session)
    found = profits(books)
    assert found.day is None
    assert found.start is not None
    assert found.start.since == first
    assert found.start.amount == second.equity - first.equity


def test_only_prices_dividends_interest_and_fees_are_profit(books: BooksBench) -> None:
    books.next_session()
    price_rises(books, "AAA", "0.50")  # 100 shares
    for kind, amount in (("deposit", "2500"), ("withdrawal", "300"), ("fee", "1.5"), ("dividend", "7")):
        books.cash_moves(kind, amount, "AAA" if kind == "dividend" else None)
    report = books.reconcile()
    day = profits(books).day
    assert day is not None
    assert day.amount == Decimal("55.5")
    assert day.is_certain
    assert [posting.amount for posting in posted_as(report, [BreakKind.FEE])] == [Decimal("-1.5")]


def test_a_deposit_is_taken_off_once_however_often_books_are_compared(books: BooksBench) -> None:
    books.next_session()
    books.cash_moves("deposit", "2500")
    for _ in range(3):
        books.reconcile()
    books.next_session()
    books.reconcile()
    assert [mark.flow for mark in marks(books)] == [0, 0, 2500, 0, 0, 0]
    found = profits(books)
    assert found.day is not None
    assert (found.day.amount, found.month and found.month.amount) == (0, 0)


def test_a_deposit_of_days_without_a_run_is_no_profit_and_those_days_have_none(books: BooksBench) -> None:
    before = profits(books).start
    books.next_session()
    books.cash_moves("deposit", "2500")
    books.next_session()
    books.reconcile()
    found = profits(books)
    assert found.day is None
    assert found.start is not None
    assert before is not None
    assert found.start.amount == before.amount


def test_shares_that_came_and_money_that_nobody_explained_make_it_uncertain(books: BooksBench) -> None:
    books.next_session()
    books.transfer("AAA", "5")
    books.reconcile()
    books.next_session()
    books.secretly(cash="77")
    books.reconcile()
    assert [mark.is_certain for mark in marks(books)] == [True, True, False, False]
    day = profits(books).day
    assert day is not None
    assert not day.is_certain


def prices(books: BooksBench) -> dict[str, Decimal]:
    return {symbol: Decimal(str(price)) for symbol, price in books.bench.feed.prices.items()}


def shares_of(held: tuple[HeldShares, ...]) -> dict[str, Decimal]:
    return {one.symbol: sum(o.quantity for o in held if o.symbol == one.symbol) or Decimal(0) for one in held}


def test_what_was_held_at_an_instant_and_earned_since_adds_up_to_the_accounts_profit(
    books: BooksBench,
) -> None:
    before_at = books.now
    before = Shares(shares_at(books.database, ACCOUNT, before_at), prices(books))
    assert shares_of(before.held) == {"AAA": 100, "BBB": 40}
    books.next_session()
    price_rises(books, "AAA", "2")
    price_rises(books, "BBB", "-1")
    books.trade("AAA", Side.SELL, "60")
    books.trade("BBB", Side.BUY, "10")
    books.reconcile()
    assert shares_of(shares_at(books.database, ACCOUNT, before_at)) == {"AAA": 100, "BBB": 40}
    now = Shares(shares_at(books.database, ACCOUNT, books.now), prices(books))
    assert shares_of(now.held) == {"AAA": 40, "BBB": 50}
    earned = realised_since(books.database, ACCOUNT, before_at)
    assert not changed_since(books.database, ACCOUNT, before_at)
    total = sum(one.profit for one in outcomes_of(now, before, earned) if one.profit is not None)
    day = profits(books).day
    assert day is not None
    assert abs(total - day.amount) < Decimal("0.05")


def test_a_split_is_a_change_since_the_day_before_and_none_since_the_day_after(books: BooksBench) -> None:
    before = books.now
    books.next_session()
    books.split("AAA", "2")
    books.reconcile()
    assert changed_since(books.database, ACCOUNT, before) == {"AAA"}
    assert not changed_since(books.database, ACCOUNT, books.now)
