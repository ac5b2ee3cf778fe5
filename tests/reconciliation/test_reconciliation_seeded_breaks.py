"""Breaks made on purpose, over the embedded broker: each is found, named rightly, and nothing else is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from support import spoiled_books as spoil
from support.books_bench import BooksBench
from support.trading import ACCOUNT

from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.records.reconciliation import BreakKind, ReconciliationReport, Severity

NOTE, WARNING, CRITICAL = Severity.NOTE, Severity.WARNING, Severity.CRITICAL
Named = tuple[BreakKind, Severity, str | None]


@dataclass(frozen=True)
class Seed:
    """A way to spoil a day, and what has to be found, no more and no less.

    `cause` is part of the cause of one of the breaks; `prepare` runs before the session of the break.
    """

    spoil: Callable[[BooksBench], None]
    found: tuple[Named, ...]
    cause: str | None = None
    prepare: Callable[[BooksBench], None] | None = None


def nothing_more(books: BooksBench) -> None:
    del books


AAA, BBB, CCC = "AAA", "BBB", "CCC"
SEEDS: dict[str, Seed] = {
    "missing fill": Seed(
        spoil.fill_goes_missing, ((BreakKind.MISSING_FILL, WARNING, AAA),), "the broker's list"
    ),
    "trade taken back": Seed(
        spoil.trade_is_taken_back, ((BreakKind.MISSING_FILL, WARNING, CCC),), "took the trade"
    ),
    "fill carried out twice": Seed(
        spoil.fill_is_doubled_at_the_broker,
        ((BreakKind.OVERFILL, CRITICAL, AAA), (BreakKind.OVERFILL, CRITICAL, AAA)),
    ),
    "fill listed twice": Seed(
        spoil.fill_is_listed_twice, ((BreakKind.OVERFILL, CRITICAL, AAA), (BreakKind.OVERFILL, CRITICAL, AAA))
    ),
    "fill of another symbol": Seed(
        spoil.fill_of_another_symbol,
        ((BreakKind.UNKNOWN_FILL, CRITICAL, CCC),),
    ),
    "fill at another price": Seed(spoil.fill_has_another_price, ((BreakKind.FILL_DETAIL, CRITICAL, AAA),)),
    "fills lag behind their order": Seed(
        spoil.fills_lag_behind, ((BreakKind.MISSING_FILL, WARNING, AAA),), "list of fills is behind"
    ),
    "foreign fills lag behind": Seed(
        spoil.foreign_fills_lag_behind, ((BreakKind.MANUAL_TRADE, WARNING, CCC),), "list of fills is behind"
    ),
    "manual buy": Seed(
        spoil.manual_buy,
        ((BreakKind.MANUAL_TRADE, WARNING, CCC),),
        "order by-hand, which is not ours",
    ),
    "manual sell": Seed(spoil.manual_sale, ((BreakKind.MANUAL_TRADE, WARNING, AAA),)),
    "manual round trip": Seed(spoil.round_trip_by_hand, ((BreakKind.MANUAL_TRADE, WARNING, CCC),) * 2),
    "foreign order open": Seed(
        spoil.foreign_order_waits, ((BreakKind.FOREIGN_ORDER, WARNING, CCC),), "somebody else placed"
    ),
    "foreign order ended": Seed(
        spoil.foreign_order_ends_without_a_trade,
        ((BreakKind.FOREIGN_ORDER, NOTE, CCC),),
        "somebody else placed",
    ),
    "filled order with our id": Seed(
        spoil.order_with_our_id,
        ((BreakKind.UNRESOLVED_ORDER, CRITICAL, CCC), (BreakKind.UNKNOWN_FILL, CRITICAL, CCC)),
    ),
    "open order with our id": Seed(
        spoil.order_with_our_id_waits, ((BreakKind.UNRESOLVED_ORDER, CRITICAL, CCC),)
    ),
    "order unknown to the broker": Seed(
        spoil.order_is_unknown_to_the_broker, ((BreakKind.MISSING_ORDER, CRITICAL, AAA),)
    ),
    "order never sent, plan open": Seed(
        spoil.order_was_never_sent, ((BreakKind.UNRESOLVED_ORDER, WARNING, None),), "before the broker had it"
    ),
    "order lost, plan open": Seed(
        spoil.order_is_lost, ((BreakKind.UNRESOLVED_ORDER, WARNING, None),), "before the broker had it"
    ),
    "order of an earlier session never sent": Seed(
        nothing_more, ((BreakKind.UNRESOLVED_ORDER, CRITICAL, AAA),), prepare=spoil.order_was_never_sent
    ),
    "order of an earlier session lost": Seed(
        nothing_more, ((BreakKind.UNRESOLVED_ORDER, CRITICAL, AAA),), prepare=spoil.order_is_lost
    ),
    "order ended otherwise": Seed(spoil.other_end, ((BreakKind.ORDER_STATE, WARNING, AAA),)),
    "order of another quantity": Seed(spoil.other_quantity, ((BreakKind.ORDER_STATE, CRITICAL, AAA),)),
    "line left over": Seed(
        spoil.line_is_left_over, ((BreakKind.MISSING_ORDER, WARNING, None),), "before it came to this line"
    ),
    "late fill, same session": Seed(
        spoil.late_fill_same_session, ((BreakKind.LATE_FILL, NOTE, AAA),), "the run ended before"
    ),
    "late fill, order known": Seed(spoil.late_fill_without_order_news, ((BreakKind.LATE_FILL, NOTE, AAA),)),
    "late fill of an earlier session": Seed(
        spoil.more_turns_out_to_be_filled,
        ((BreakKind.LATE_FILL, NOTE, AAA),),
        prepare=spoil.believe_it_canceled,
    ),
    "dividend": Seed(
        lambda books: books.cash_moves("dividend", "12.34", "AAA"), ((BreakKind.DIVIDEND, NOTE, AAA),)
    ),
    "interest": Seed(lambda books: books.cash_moves("interest", "0.57"), ((BreakKind.INTEREST, NOTE, None),)),
    "fee": Seed(lambda books: books.cash_moves("fee", "0.03"), ((BreakKind.FEE, NOTE, None),)),
    "deposit": Seed(lambda books: books.cash_moves("deposit", "500"), ((BreakKind.DEPOSIT, NOTE, None),)),
    "withdrawal": Seed(
        lambda books: books.cash_moves("withdrawal", "500"), ((BreakKind.WITHDRAWAL, NOTE, None),)
    ),
    "split": Seed(
        lambda books: books.split("AAA", "2"), ((BreakKind.SPLIT, NOTE, AAA),), "2 shares for each"
    ),
    "reverse split": Seed(lambda books: books.split("AAA", "0.1"), ((BreakKind.SPLIT, NOTE, AAA),)),
    "reverse split with cash in lieu": Seed(
        spoil.reverse_split_with_cash_in_lieu,
        ((BreakKind.SPLIT, NOTE, CCC), (BreakKind.FEE, NOTE, CCC), (BreakKind.DIVIDEND, NOTE, CCC)),
    ),
    "split without a size": Seed(spoil.split_without_size, ((BreakKind.SPLIT, NOTE, AAA),)),
    "split that nobody lists": Seed(
        spoil.secret_split, ((BreakKind.POSITION, WARNING, AAA),), "like a split, 3:1"
    ),
    "reverse split that nobody lists": Seed(
        spoil.secret_reverse_split, ((BreakKind.POSITION, WARNING, AAA),), "like a split, 1:10"
    ),
    "split listed too early": Seed(
        spoil.split_is_listed_before_it_happens,
        ((BreakKind.POSITION, WARNING, AAA), (BreakKind.SPLIT, NOTE, AAA)),
        "does not show it yet",
    ),
    "dividend listed too early": Seed(
        spoil.dividend_is_listed_before_it_is_paid,
        ((BreakKind.CASH, WARNING, None), (BreakKind.DIVIDEND, NOTE, AAA)),
        "does not show it yet",
    ),
    "symbol change": Seed(
        lambda books: books.rename("BBB", "NEW"),
        ((BreakKind.SYMBOL_CHANGE, NOTE, BBB), (BreakKind.SYMBOL_CHANGE, NOTE, "NEW")),
        "BBB becomes NEW",
    ),
    "symbol change without a size": Seed(
        spoil.new_symbol_without_size,
        ((BreakKind.SYMBOL_CHANGE, NOTE, BBB), (BreakKind.SYMBOL_CHANGE, NOTE, "NEW")),
    ),
    "symbol change that nobody lists": Seed(
        spoil.secret_symbol_change,
        ((BreakKind.POSITION, WARNING, BBB), (BreakKind.POSITION, WARNING, "NEW")),
        "from BBB to NEW",
    ),
    "transfer in": Seed(lambda books: books.transfer("CCC", "11"), ((BreakKind.TRANSFER, NOTE, CCC),)),
    "transfer out": Seed(lambda books: books.transfer("AAA", "-11"), ((BreakKind.TRANSFER, NOTE, AAA),)),
    "merger": Seed(spoil.merger, ((BreakKind.OTHER_ACTIVITY, WARNING, BBB),), "of the broker's own words"),
    "money of an odd name": Seed(spoil.odd_money, ((BreakKind.OTHER_ACTIVITY, WARNING, None),)),
    "odd name without a size": Seed(spoil.odd_word_without_size, ((BreakKind.OTHER_ACTIVITY, NOTE, AAA),)),
    "dust of shares": Seed(spoil.dust_of_shares, ((BreakKind.ROUNDING, NOTE, AAA),), "rounds fractions"),
    "dust of cash": Seed(
        spoil.dust_of_cash, ((BreakKind.ROUNDING, NOTE, None),), "to the cent in its own way"
    ),
    "more than dust of cash": Seed(spoil.more_than_dust_of_cash, ((BreakKind.CASH, CRITICAL, None),)),
    "a cent without a trade": Seed(
        lambda books: books.secretly(cash="0.01"), ((BreakKind.CASH, CRITICAL, None),)
    ),
    "shares from nowhere": Seed(
        lambda books: books.secretly(AAA="7.7"), ((BreakKind.POSITION, CRITICAL, AAA),)
    ),
    "shares gone": Seed(lambda books: books.secretly(BBB="-40"), ((BreakKind.POSITION, CRITICAL, BBB),)),
    "money from nowhere": Seed(lambda books: books.secretly(cash="500"), ((BreakKind.CASH, CRITICAL, None),)),
    "negative cash": Seed(
        spoil.debt, ((BreakKind.NEGATIVE_CASH, CRITICAL, None), (BreakKind.WITHDRAWAL, NOTE, None))
    ),
    "manual buy and deposit": Seed(
        spoil.manual_buy_and_deposit,
        ((BreakKind.MANUAL_TRADE, WARNING, CCC), (BreakKind.DEPOSIT, NOTE, None)),
    ),
    "manual buy and money from nowhere": Seed(
        spoil.manual_buy_and_secret_money,
        ((BreakKind.MANUAL_TRADE, WARNING, CCC), (BreakKind.CASH, CRITICAL, None)),
    ),
    "manual buy and split that nobody lists": Seed(
        spoil.manual_buy_and_secret_split,
        ((BreakKind.MANUAL_TRADE, WARNING, AAA), (BreakKind.POSITION, WARNING, AAA)),
    ),
    "manual buy and shares from nowhere": Seed(
        spoil.manual_buy_and_more_shares,
        (
            (BreakKind.POSITION, CRITICAL, AAA),
            (BreakKind.CASH, CRITICAL, None),
            (BreakKind.MANUAL_TRADE, WARNING, AAA),
        ),
    ),
    "one of two manual trades does not show": Seed(
        spoil.two_manual_trades_of_which_one_does_not_show, ((BreakKind.MANUAL_TRADE, WARNING, CCC),) * 2
    ),
}


def named(report: ReconciliationReport) -> Counter[Named]:
    return Counter((found.kind, found.severity, found.symbol) for found in report.breaks)


def spoiled(books: BooksBench, seed: Seed) -> ReconciliationReport:
    if seed.prepare:
        seed.prepare(books)
    books.next_session()
    seed.spoil(books)
    return books.reconcile()


#
@pytest.mark.parametrize("name", SEEDS)
def test_a_seeded_break_is_found_and_named_rightly_and_nothing_else_is(books: BooksBench, name: str) -> None:
    seed = SEEDS[name]
    report = spoiled(books, seed)
    assert named(report) == Counter(seed.found)
    assert report.is_clean == all(severity is NOTE for _, severity, _ in seed.found)
    assert all(found.message and found.remedy and found.expected != found.actual for found in report.breaks)
    assert all(found.cause for found in report.breaks if found.severity is not CRITICAL)
    if seed.cause:
        assert any(seed.cause in (found.cause or "") for found in report.breaks)
    assert books.locked() == {symbol for _, severity, symbol in seed.found if symbol and severity is not NOTE}
    is_halted = any(severity is CRITICAL and symbol is None for _, severity, symbol in seed.found)
    assert books.level() is (HaltLevel.HALT if is_halted else HaltLevel.NONE)


#
@pytest.mark.parametrize("name", SEEDS)
def test_a_break_stays_as_it_is_while_it_lasts_and_is_accepted_once_and_for_good(
    books: BooksBench, name: str
) -> None:
    first = spoiled(books, SEEDS[name])
    balance = books.balance()
    books.bench.clock.sleep(60)
    again = books.reconcile()
    lasting = [found for found in first.breaks if found.severity is not NOTE]
    assert {found.break_id for found in again.breaks} == {found.break_id for found in lasting}
    assert {kept.break_id for kept in books.open_breaks()} == {found.break_id for found in lasting}
    assert all(kept.last_seen_at > kept.first_seen_at for kept in books.open_breaks())
    assert books.balance() == balance
    assert len(HaltBook(books.database).history(ACCOUNT)) == sum(found.halts for found in first.breaks)
    for found in lasting:
        assert books.accept(found)
        assert not books.accept(found, by="Bob")
    assert books.locked() == set()
    books.bench.clock.sleep(60)
    after = books.reconcile()
    assert after.is_clean
    assert after.breaks == ()
    assert books.open_breaks() == ()
