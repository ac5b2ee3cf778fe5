"""The life of a break: seen again, cleared, accepted, halting once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from support import spoiled_books as spoil
from support.books_bench import BooksBench
from support.trading import ACCOUNT, SESSION, envelope_for

from alchemiser_dagster.errors import ConfigurationError
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.reconciliation.gather import LOOK_BACK
from alchemiser_dagster.records.break_acceptance import BreakAcceptance
from alchemiser_dagster.records.halt import HaltChange, HaltLevel
from alchemiser_dagster.records.values import Side

BUY, SELL = Side.BUY, Side.SELL


#
@pytest.mark.parametrize(
    ("seed", "heals"),
    [
        (spoil.foreign_order_waits, lambda books: books.next_session()),
        (lambda books: books.secretly(AAA="7.7"), lambda books: books.secretly(AAA="-7.7")),
        (lambda books: books.secretly(cash="5"), lambda books: books.secretly(cash="-5")),
        (spoil.fill_goes_missing, lambda books: books.reader.heal()),
        (spoil.fills_lag_behind, lambda books: books.reader.heal()),
        (spoil.other_end, lambda books: books.reader.heal()),
        (spoil.split_is_listed_before_it_happens, lambda books: books.secretly(AAA="100")),
        (spoil.dividend_is_listed_before_it_is_paid, lambda books: books.secretly(cash="12.34")),
        (spoil.debt, lambda books: books.cash_moves("deposit", "100")),
        (spoil.line_is_left_over, lambda books: books.next_session()),
    ],
)
def test_a_break_clears_by_itself_when_the_difference_goes_away(books, seed, heals) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    books.next_session()
    seed(books)
    books.reconcile()
    (found,) = books.open_breaks()
    heals(books)
    after = books.reconcile()
    assert after.is_clean
    assert books.open_breaks() == ()
    assert books.locked() == set()
    kept = books.breaks.find(ACCOUNT, found.break_id)
    assert (kept.state, kept.resolved_by) == ("cleared", "reconciliation")
    assert after.envelope.record_id in (kept.reason or "")
    with pytest.raises(ConfigurationError, match="has cleared by itself"):
        books.accept(kept)


#
def test_a_break_stays_however_many_sessions_pass_and_what_it_is_about_stays_in_sight(
    books: BooksBench,
) -> None:
    books.next_session()
    books.by_hand("CCC", BUY, "5")
    first = books.reconcile()
    for _ in range(3 * LOOK_BACK):
        books.next_session()
        report = books.reconcile()
        assert [found.break_id for found in report.breaks] == [found.break_id for found in first.breaks]
        assert report.since == first.since
    assert books.locked() == {"CCC"}
    books.accept(first.breaks[0])
    assert books.reconcile().is_clean
    books.next_session()
    late = books.reconcile()
    assert late.since is not None
    assert first.since is not None
    assert late.since > first.since


def test_without_a_comparison_of_the_books_a_break_of_the_books_stays(books: BooksBench) -> None:
    books.secretly(AAA="7.7")
    report = books.reconcile()
    (found,) = report.breaks
    blind = report.model_copy(
        update={
            "breaks": (),
            "compared": report.compared.model_copy(update={"cash": 0, "positions": 0}),
            "envelope": report.envelope.model_copy(update={"record_id": "blind"}),
        }
    )
    with books.database.transaction() as connection:
        books.breaks.observe(blind, connection)
    assert [kept.break_id for kept in books.open_breaks()] == [found.break_id]


def test_the_same_difference_that_comes_back_is_a_new_break(books: BooksBench) -> None:
    books.secretly(cash="5")
    (first,) = books.reconcile().breaks
    books.secretly(cash="-5")
    assert books.reconcile().is_clean
    books.secretly(cash="5")
    (second,) = books.reconcile().breaks
    assert second.break_id != first.break_id
    books.accept(second)
    books.secretly(cash="5")
    (third,) = books.reconcile().breaks
    assert third.break_id not in {first.break_id, second.break_id}


#
def test_a_break_halts_once_even_after_a_person_resumed_and_a_new_one_halts_again(books: BooksBench) -> None:
    books.secretly(cash="5")
    (found,) = books.reconcile().breaks
    held = HaltBook(books.database).in_force(ACCOUNT)
    assert held is not None
    assert (held.level, held.by, held.is_tripped) == (HaltLevel.HALT, "unexplained break", True)
    assert held.reason == found.message
    _resume(books)
    books.reconcile()
    assert books.level() is HaltLevel.NONE
    books.secretly(cash="1")
    books.reconcile()
    assert books.level() is HaltLevel.HALT


def _resume(books: BooksBench) -> None:
    envelope = envelope_for("resumed")
    change = HaltChange(
        envelope=envelope,
        session=SESSION,
        level=HaltLevel.NONE,
        by="Ada",
        reason="I know of it",
        is_tripped=False,
    )
    HaltBook(books.database).change(change)


def test_an_acceptance_is_journaled_with_who_why_and_what_was_posted(books: BooksBench) -> None:
    books.secretly(AAA="7.7")
    (found,) = books.reconcile().breaks
    assert books.accept(found)
    word = Journal(books.database).latest(BreakAcceptance, RecordQuery(account=ACCOUNT))
    assert word is not None
    assert (word.break_id, word.by, word.reason) == (found.break_id, "Ada", "I know of it")
    assert [(entry.symbol, entry.quantity) for entry in word.posted] == [("AAA", Decimal("7.7"))]
    assert books.balance().positions["AAA"] == Decimal("107.7")
    kept = books.breaks.find(ACCOUNT, found.break_id[:6])
    assert (kept.state, kept.resolved_by, kept.reason) == ("accepted", "Ada", "I know of it")


@pytest.mark.parametrize("beginning", ["", "no such"])
def test_a_beginning_that_fits_no_break_or_several_is_refused(books: BooksBench, beginning: str) -> None:
    books.secretly(AAA="7.7", BBB="1.1")
    books.reconcile()
    with pytest.raises(ConfigurationError, match="breaks have an id that begins with"):
        books.breaks.find(ACCOUNT, beginning)
