"""One set of books over many sessions, runs, crashes and processes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select
from support import spoiled_books as spoil
from support.books_bench import BooksBench
from support.books_shown import kinds, rows
from support.trading import ACCOUNT, SESSION, Bench, envelope_for

from alchemiser_dagster.errors import BusyError
from alchemiser_dagster.ledger import tables
from alchemiser_dagster.ledger.account_books import AccountBooks
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.order_rows import OrderNews
from alchemiser_dagster.reconciliation.gather import LOOK_BACK
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.posting import PostingKind
from alchemiser_dagster.records.reconciliation import BreakKind
from alchemiser_dagster.records.values import Side

BUY, SELL = Side.BUY, Side.SELL


def test_the_first_report_opens_the_books_with_the_first_snapshot(tmp_path: Path) -> None:
    books = BooksBench(tmp_path)
    books.bench.hold({"AAA": "5"})
    books.bench.clock.sleep(1)
    snapshot = books.look()
    books.trade("AAA", BUY, "1")
    books.look()
    report = books.reconcile()
    assert report.is_clean
    assert report.snapshot_id == snapshot.envelope.record_id
    assert [entry.kind for entry in report.posted] == [PostingKind.OPENING] * 2 + [PostingKind.FILL]
    assert books.balance().positions == {"AAA": 6}
    assert books.balance().opened_at == snapshot.taken_at
    assert books.reconcile().snapshot_id is None


#
def test_without_any_snapshot_nothing_is_opened_and_the_report_is_not_clean(tmp_path: Path) -> None:
    books = BooksBench(tmp_path)
    books.bench.hold({"AAA": "5"})
    report = books.reconcile()
    assert BreakKind.NO_BASELINE in kinds(report)
    assert not report.is_clean
    assert report.compared.cash == report.compared.positions == 0
    assert books.balance().opened_at is None
    books.look()
    assert BreakKind.NO_BASELINE not in kinds(books.reconcile())


def test_a_snapshot_from_before_activities_were_listed_opens_the_books_only_where_there_is_no_other(
    tmp_path: Path,
) -> None:
    books = BooksBench(tmp_path)
    journal = Journal(books.database)
    old = books.look()
    books.cash_moves("deposit", "100")
    new = books.look()
    versioned = new.envelope.model_copy(update={"record_id": "versioned", "code_version": "abc"})
    journal.append(new.model_copy(update={"envelope": versioned}))
    assert old.envelope.code_version == ""
    report = books.reconcile()
    assert report.snapshot_id == "versioned"
    assert report.breaks == ()


def test_what_happened_before_the_first_snapshot_is_in_it_without_a_word(tmp_path: Path) -> None:
    books = BooksBench(tmp_path)
    books.bench.hold({"AAA": "5"})
    books.cash_moves("dividend", "3.21", "AAA")
    books.split("AAA", "2")
    books.bench.clock.sleep(1)
    books.look()
    report = books.reconcile()
    assert report.breaks == ()
    assert books.balance().positions == {"AAA": 10}
    assert books.reconcile().breaks == ()


def test_our_fills_from_before_the_first_snapshot_are_in_it(tmp_path: Path) -> None:
    books = BooksBench(tmp_path)
    books.trade("AAA", BUY, "5")
    books.bench.clock.sleep(1)
    books.look()
    books.trade("AAA", BUY, "2")
    report = books.reconcile()
    assert report.is_clean
    assert books.balance().positions == {"AAA": 7}
    assert [entry.quantity for entry in report.posted if entry.kind is PostingKind.FILL] == [2]


def test_a_fill_of_an_order_written_after_the_snapshot_counts_even_where_the_brokers_clock_is_behind(
    tmp_path: Path,
) -> None:
    books = BooksBench(tmp_path)
    books.look()
    books.bench.clock.sleep(60)
    name = books.trade("AAA", BUY, "5", until="order")
    fill = spoil.fill_of(books, name)
    books.reader.hide_fill(fill.fill_id)
    books.reader.show_fill(fill.model_copy(update={"filled_at": fill.filled_at - timedelta(minutes=5)}))
    assert books.reconcile().is_clean
    assert books.balance().positions == {"AAA": 5}


def test_sessions_without_a_comparison_are_made_up_for(books: BooksBench) -> None:
    for _ in range(12):
        books.next_session()
        books.look()
        books.trade("CCC", BUY, "2")
        books.cash_moves("dividend", "1.10", "AAA")
    report = books.reconcile()
    assert kinds(report) == [BreakKind.DIVIDEND] * 12
    assert books.balance().positions["CCC"] == 24
    assert len(report.posted) == 24


def test_several_runs_a_session_each_post_what_is_new(books: BooksBench) -> None:
    for quantity in ("1", "2", "3"):
        books.trade("CCC", BUY, quantity)
        report = books.reconcile()
        assert [entry.quantity for entry in report.posted] == [Decimal(quantity)]
        assert report.is_clean
    assert books.reconcile().posted == ()


#
@pytest.mark.parametrize(
    "table", ["orders", "order_events", "fills", "postings", "journal", "breaks", "corporate_actions"]
)
def test_a_crash_before_any_write_leaves_nothing_and_running_again_comes_to_the_same_end(
    books: BooksBench, table: str
) -> None:
    books.next_session()
    books.trade("AAA", BUY, "3", until="ordered")
    books.split("BBB", "2")
    books.secretly(cash="100")
    before = rows(books)
    other = Bench(books.folder)
    event.listen(other.database.engine, "before_cursor_execute", _dies_at(table))
    with pytest.raises(_Died):
        books.reconcile(other.database)
    other.database.close()
    assert rows(books) == before
    report = books.reconcile()
    assert sorted(kinds(report)) == [BreakKind.CASH, BreakKind.LATE_FILL, BreakKind.SPLIT]
    assert books.balance().positions == {"AAA": 103, "BBB": 80}
    assert len(HaltBook(books.database).history(ACCOUNT)) == 1


class _Died(BaseException):
    pass


def _dies_at(table: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    def die(_connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        if statement.split(maxsplit=1)[0] in {"INSERT", "UPDATE"} and f" {table} " in f"{statement} ".replace(
            "(", " "
        ):
            raise _Died

    return die


def test_while_a_run_trades_the_account_nothing_is_compared(books: BooksBench) -> None:
    before = rows(books)

    def busy() -> None:
        raise BusyError("run-7 is trading the account")

    reconciler = books.reconciler()
    object.__setattr__(reconciler, "require_free", busy)
    with pytest.raises(BusyError):
        reconciler.reconcile(SESSION, lambda _: envelope_for("report"))
    assert rows(books) == before


def test_what_is_traded_while_the_broker_is_asked_is_not_half_seen(books: BooksBench) -> None:
    def trade_meanwhile(fills: object) -> object:
        books.reader.heal()
        books.trade("CCC", BUY, "2")
        return fills

    books.reader.changes["fills_since"] = trade_meanwhile
    report = books.reconcile()
    assert report.breaks == ()
    assert books.balance().positions["CCC"] == 2


def test_a_ledger_that_never_rests_is_not_compared(books: BooksBench) -> None:
    def trade_meanwhile(account: object) -> object:
        books.trade("CCC", BUY, "1", until="sent")
        return account

    books.reader.changes["account"] = trade_meanwhile
    with pytest.raises(BusyError, match="changed again and again"):
        books.reconcile()


def test_money_that_moves_between_two_answers_of_the_broker_is_no_break(books: BooksBench) -> None:
    def pay_meanwhile(positions: object) -> object:
        books.reader.heal()
        books.cash_moves("deposit", "100")
        return positions

    books.reader.changes["account"] = pay_meanwhile
    assert kinds(books.reconcile()) == [BreakKind.DEPOSIT]


#
def test_a_plan_that_was_only_looked_at_owes_nothing(books: BooksBench) -> None:
    name = books.trade("CCC", BUY, "2", until="begun")
    assert name
    assert kinds(books.reconcile()) == [BreakKind.MISSING_ORDER]
    with books.database.transaction() as connection:
        connection.execute(tables.line_wishes.delete())
        connection.execute(
            tables.executions.delete().where(
                tables.executions.c.plan_id.not_in(select(tables.orders.c.plan_id))
            )
        )
    books.next_session()
    assert books.reconcile().is_clean


def test_two_accounts_in_one_database_keep_books_of_their_own(books: BooksBench) -> None:
    assert AccountBooks(books.database).balance("another").posting_ids == frozenset()
    assert books.breaks.open_breaks("another") == ()


def test_an_order_that_never_reached_the_broker_is_not_asked_for_again_and_again(books: BooksBench) -> None:
    name = books.trade("AAA", BUY, "3", until="intended")
    books.orders.note(name, OrderNews(OrderState.CANCELED, books.now, "never sent: trading is halted"))
    asked: list[object] = []
    books.reader.changes["order_by_client_id"] = asked.append
    assert books.reconcile().breaks == ()
    assert asked == []


def test_an_order_that_is_older_than_the_window_is_asked_for_by_its_id(books: BooksBench) -> None:
    name = books.trade("AAA", BUY, "3")
    known = books.reader.changes
    known["orders_since"] = lambda orders: tuple(one for one in orders if one.client_order_id != name)
    assert books.reconcile().breaks == ()


def test_an_order_without_an_end_stays_in_sight_however_old_it_is(books: BooksBench) -> None:
    books.trade("AAA", BUY, "3", until="sent")
    for _ in range(LOOK_BACK + 3):
        books.next_session()
    report = books.reconcile()
    for kept in report.breaks:
        books.accept(kept)
    for _ in range(2 * LOOK_BACK):
        books.next_session()
        assert books.reconcile().compared.orders >= 1
