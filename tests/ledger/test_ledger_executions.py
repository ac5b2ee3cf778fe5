"""The book of executions: one plan per place in a session."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from support.mortal import Fate, Killed, MortalDatabase
from support.trading import ACCOUNT, BEFORE_CLOSE, NEXT_SESSION, SESSION, Bench, buy, plan_of

from alchemiser_dagster.errors import StorageError, SupersededError
from alchemiser_dagster.ledger.executions import ExecutionBook, ExecutionState

CASH = Decimal(1_000)
PLAN = plan_of(buy("AAA", "1"), cash=CASH)
OTHER = plan_of(buy("BBB", "1"), cash=CASH)
SECOND = plan_of(buy("BBB", "1"), cash=CASH, sequence=2)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def book(bench: Bench) -> ExecutionBook:
    return bench.environment().executions


def test_a_plan_is_begun_once(book: ExecutionBook) -> None:
    #
    assert book.begun(PLAN) is None
    first = book.open(PLAN, BEFORE_CLOSE)
    assert book.open(PLAN, BEFORE_CLOSE + timedelta(minutes=1)) == first == book.begun(PLAN)
    assert (first.state, first.opened_at, first.result_record_id) == (ExecutionState.OPEN, BEFORE_CLOSE, None)
    assert book.count(ACCOUNT, SESSION) == 1


def test_another_plan_in_the_same_place_is_superseded(book: ExecutionBook) -> None:
    #
    book.open(PLAN, BEFORE_CLOSE)
    for ask in (lambda: book.open(OTHER, BEFORE_CLOSE), lambda: book.begun(OTHER)):
        with pytest.raises(SupersededError, match=f"number 1 of session {SESSION}"):
            ask()
    assert book.find(OTHER.plan_id) is None


def test_a_closed_execution_names_its_result_and_closes_once(bench: Bench, book: ExecutionBook) -> None:
    book.open(PLAN, BEFORE_CLOSE)
    with bench.database.transaction() as connection:
        book.close(PLAN.plan_id, result_record_id="result-1", closed_at=BEFORE_CLOSE, connection=connection)
    closed = book.find(PLAN.plan_id)
    assert closed is not None
    assert (closed.state, closed.result_record_id) == (ExecutionState.CLOSED, "result-1")
    assert book.open_for(ACCOUNT, SESSION) is None
    with pytest.raises(StorageError, match="not open"):
        book.abandon(PLAN.plan_id, BEFORE_CLOSE)


def test_a_failed_transaction_leaves_the_execution_open(bench: Bench, book: ExecutionBook) -> None:
    #
    book.open(PLAN, BEFORE_CLOSE)
    database = MortalDatabase(str(bench.database.url), Fate(dies_at=1))
    with pytest.raises(Killed), database.transaction() as connection:
        book.close(PLAN.plan_id, result_record_id="result-1", closed_at=BEFORE_CLOSE, connection=connection)
    opened = book.open_for(ACCOUNT, SESSION)
    assert opened is not None
    assert opened.plan_record_id == PLAN.envelope.record_id


def test_plans_are_counted_whatever_became_of_them(book: ExecutionBook) -> None:
    book.open(PLAN, BEFORE_CLOSE)
    book.abandon(PLAN.plan_id, BEFORE_CLOSE)
    book.open(SECOND, BEFORE_CLOSE)
    assert book.count(ACCOUNT, SESSION) == 2
    assert book.count(ACCOUNT, NEXT_SESSION) == 0
    assert book.count("another", SESSION) == 0


def test_what_earlier_sessions_left_open_is_found(book: ExecutionBook) -> None:
    #
    book.open(PLAN, BEFORE_CLOSE)
    book.open(plan_of(buy("AAA", "1"), cash=CASH, session=NEXT_SESSION), BEFORE_CLOSE)
    assert [one.session for one in book.all_open(ACCOUNT)] == [SESSION, NEXT_SESSION]
