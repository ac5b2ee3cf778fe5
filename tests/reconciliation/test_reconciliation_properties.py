from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reconciliation.reconciliation_days import (
    OPEN,
    Day,
    booked_order,
    clean_day,
    fill_of,
    order_report,
)

from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.reconciliation import BreakKind, ReconciliationReport, Severity
from alchemiser_dagster.records.values import Side

CRITICAL, WARNING, NOTE = Severity.CRITICAL, Severity.WARNING, Severity.NOTE
Expected = list[tuple[BreakKind, Severity]]


#
@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False))
def test_on_a_clean_day_no_break_is_invented(random: Random) -> None:
    day = clean_day(random)
    report = day.report()
    assert report.breaks == ()
    assert report.is_clean
    assert report.expected_cash == report.actual_cash
    assert report.compared.orders == len(day.facts.orders) > 0
    assert report.compared.fills == len(day.facts.fills) > 0
    assert report.compared.cash == 1


def drop_booked_fill(day: Day) -> tuple[Day, Expected]:
    return day.with_books(ledger_fills=day.books.ledger_fills[1:]), [(BreakKind.LATE_FILL, NOTE)]


def double_booked_fill(day: Day) -> tuple[Day, Expected]:
    again = day.books.ledger_fills[0].model_copy(update={"fill_id": "again"})
    spoiled = day.with_books(ledger_fills=(*day.books.ledger_fills, again))
    return spoiled, [(BreakKind.MISSING_FILL, WARNING)]


def misread_booked_fill(day: Day) -> tuple[Day, Expected]:
    first, *others = day.books.ledger_fills
    wrong = first.model_copy(update={"price": first.price + 1})
    return day.with_books(ledger_fills=(wrong, *others)), [(BreakKind.FILL_DETAIL, CRITICAL)]


def double_reported_fill(day: Day) -> tuple[Day, Expected]:
    order = day.facts.orders[-1]
    again = fill_of(order, "again", order.filled_quantity + Decimal("0.7"), Decimal(4_321))
    spoiled = day.with_facts(fills=(*day.facts.fills, again))
    spoiled = spoiled.with_books(ledger_fills=(*day.books.ledger_fills, again))
    return spoiled, [
        (BreakKind.OVERFILL, CRITICAL),
        (BreakKind.POSITION, CRITICAL),
        (BreakKind.CASH, CRITICAL),
    ]


def lose_reported_fill(day: Day) -> tuple[Day, Expected]:
    kept = day.facts.fills[:-1]
    return day.with_facts(fills=kept), [(BreakKind.MISSING_FILL, WARNING)]


def lose_fill_on_both_sides(day: Day) -> tuple[Day, Expected]:
    kept = day.facts.fills[:-1]
    return day.with_facts(fills=kept).with_books(ledger_fills=kept), [
        (BreakKind.MISSING_FILL, WARNING),
        (BreakKind.CASH, CRITICAL),
    ]


def lose_booked_order(day: Day) -> tuple[Day, Expected]:
    lost = day.books.ledger_orders[-1]
    spoiled = day.with_books(
        ledger_orders=day.books.ledger_orders[:-1],
        ledger_fills=tuple(f for f in day.books.ledger_fills if f.client_order_id != lost.client_order_id),
    )
    expected: Expected = [(BreakKind.UNRESOLVED_ORDER, CRITICAL)]
    if len(day.books.ledger_fills) > len(spoiled.books.ledger_fills):
        expected.append((BreakKind.UNKNOWN_FILL, CRITICAL))
    if lost.line_id not in {order.line_id for order in spoiled.books.ledger_orders}:
        expected.append((BreakKind.MISSING_ORDER, WARNING))
    return spoiled, expected


def lose_reported_order(day: Day) -> tuple[Day, Expected]:
    return day.with_facts(orders=day.facts.orders[1:]), [(BreakKind.MISSING_ORDER, CRITICAL)]


def forget_fate(day: Day) -> tuple[Day, Expected]:
    return day.with_booked(0, state=OrderState.UNKNOWN), [(BreakKind.ORDER_STATE, NOTE)]


def leave_intended(day: Day) -> tuple[Day, Expected]:
    never_sent = order_report("alc-never-1", "SPY", Side.BUY, Decimal(1), Decimal(0))
    intent = booked_order(never_sent, "line-0").model_copy(
        update={"state": OrderState.INTENDED, "broker_order_id": None}
    )
    spoiled = day.with_books(ledger_orders=(*day.books.ledger_orders, intent))
    return spoiled, [(BreakKind.UNRESOLVED_ORDER, CRITICAL)]


def mistake_cancel_for_expiry(day: Day) -> tuple[Day, Expected]:
    spoiled = day.with_booked(-1, state=OrderState.CANCELED).with_reported(-1, state=OrderState.EXPIRED)
    return spoiled, [(BreakKind.ORDER_STATE, WARNING)]


def believe_end_too_early(day: Day) -> tuple[Day, Expected]:
    spoiled = day.with_reported(-1, state=OrderState.PARTIALLY_FILLED)
    return spoiled, [(BreakKind.ORDER_STATE, CRITICAL)]


def misread_quantity(day: Day) -> tuple[Day, Expected]:
    quantity = day.books.ledger_orders[-1].quantity + 1
    return day.with_booked(-1, quantity=quantity), [(BreakKind.ORDER_STATE, CRITICAL)]


def misread_broker_id(day: Day) -> tuple[Day, Expected]:
    return day.with_booked(0, broker_order_id="another"), [(BreakKind.ORDER_STATE, CRITICAL)]


def leave_open(day: Day) -> tuple[Day, Expected]:
    waiting = order_report("alc-waiting-1", "SPY", Side.BUY, Decimal(1), Decimal(0))
    waiting = waiting.model_copy(update={"state": OrderState.ACKNOWLEDGED})
    spoiled = day.with_facts(orders=(*day.facts.orders, waiting), open_orders=(waiting,))
    spoiled = spoiled.with_books(ledger_orders=(*day.books.ledger_orders, booked_order(waiting, "line-0")))
    return spoiled, [(BreakKind.UNRESOLVED_ORDER, WARNING)]


def find_own_open_order_of_yesterday(day: Day) -> tuple[Day, Expected]:
    old = order_report("alc-yesterday-1", "SPY", Side.BUY, Decimal(1), Decimal(0))
    old = old.model_copy(update={"state": OrderState.ACKNOWLEDGED})
    return day.with_facts(open_orders=(old,)), [(BreakKind.UNRESOLVED_ORDER, CRITICAL)]


def buy_by_hand(day: Day) -> tuple[Day, Expected]:
    order = order_report("by-hand", "GLD", Side.BUY, Decimal(3), Decimal(3))
    fill = fill_of(order, "by-hand-1", Decimal(3), Decimal("12.34"))
    spoiled = day.with_facts(orders=(*day.facts.orders, order), fills=(*day.facts.fills, fill))
    return spoiled.with_shares("GLD", "3").with_cash("-37.02"), [(BreakKind.MANUAL_TRADE, WARNING)]


def leave_foreign_order_open(day: Day) -> tuple[Day, Expected]:
    order = order_report("by-hand", "SPY", Side.BUY, Decimal(3), Decimal(0))
    order = order.model_copy(update={"state": OrderState.ACKNOWLEDGED})
    return day.with_facts(open_orders=(order,)), [(BreakKind.FOREIGN_ORDER, WARNING)]


def fill_order_of_nobody(day: Day) -> tuple[Day, Expected]:
    order = order_report("long-ago", "GLD", Side.SELL, Decimal(3), Decimal(3))
    fill = fill_of(order, "long-ago-1", Decimal(3), Decimal("12.34"))
    return day.with_facts(fills=(*day.facts.fills, fill)), [(BreakKind.MANUAL_TRADE, WARNING)]


def trade_before_the_books_began(day: Day) -> tuple[Day, Expected]:
    order = order_report("long-ago", "GLD", Side.SELL, Decimal(3), Decimal(3))
    fill = fill_of(order, "long-ago-1", Decimal(3), Decimal("12.34")).model_copy(update={"filled_at": OPEN})
    return day.with_facts(fills=(*day.facts.fills, fill)), []


def find_shares(day: Day) -> tuple[Day, Expected]:
    return day.with_shares("SPY", "0.700001"), [(BreakKind.POSITION, CRITICAL)]


def round_shares(day: Day) -> tuple[Day, Expected]:
    return day.with_shares("SPY", "0.000000001"), [(BreakKind.ROUNDING, NOTE)]


def pay_in(day: Day) -> tuple[Day, Expected]:
    return day.with_cash("500"), [(BreakKind.CASH, CRITICAL)]


def take_a_cent(day: Day) -> tuple[Day, Expected]:
    return day.with_cash("-0.01"), [(BreakKind.ROUNDING, NOTE)]


def lose_opening(day: Day) -> tuple[Day, Expected]:
    return day.with_books(opening=None), [(BreakKind.NO_BASELINE, WARNING)]


SPOILERS: tuple[Callable[[Day], tuple[Day, Expected]], ...] = (
    drop_booked_fill,
    double_booked_fill,
    misread_booked_fill,
    double_reported_fill,
    lose_reported_fill,
    lose_fill_on_both_sides,
    lose_booked_order,
    lose_reported_order,
    forget_fate,
    leave_intended,
    mistake_cancel_for_expiry,
    believe_end_too_early,
    misread_quantity,
    misread_broker_id,
    leave_open,
    find_own_open_order_of_yesterday,
    buy_by_hand,
    leave_foreign_order_open,
    fill_order_of_nobody,
    round_shares,
    find_shares,
    trade_before_the_books_began,
    pay_in,
    take_a_cent,
    lose_opening,
)


def kinds_of(report: ReconciliationReport) -> Counter[tuple[BreakKind, Severity]]:
    return Counter((found.kind, found.severity) for found in report.breaks)


@pytest.mark.parametrize("spoil", SPOILERS, ids=lambda spoil: spoil.__name__)
@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_single_difference_is_found_and_named_rightly_and_nothing_else_is(
    spoil: Callable[[Day], tuple[Day, Expected]], random: Random
) -> None:
    spoiled, expected = spoil(clean_day(random))
    report = spoiled.report()
    assert kinds_of(report) == Counter(expected)
    assert report.is_clean == all(severity is NOTE for _, severity in expected)
    assert all(found.message and found.remedy and found.expected != found.actual for found in report.breaks)
    assert len({found.break_id for found in report.breaks}) == len(report.breaks)
    assert [found.severity for found in report.breaks] == sorted(
        (found.severity for found in report.breaks), key=[CRITICAL, WARNING, NOTE].index
    )
    assert spoiled.report() == report
