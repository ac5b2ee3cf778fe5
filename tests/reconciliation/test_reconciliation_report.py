from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from reconciliation.reconciliation_days import (
    OPEN,
    SESSION,
    Day,
    baseline,
    booked_order,
    books_of,
    envelope,
    facts_of,
    fill_of,
    is_own_id,
    order_report,
    plan_line,
    plan_of,
    result_of,
)

from alchemiser_dagster.errors import SessionError
from alchemiser_dagster.reconciliation import reconcile
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.reconciliation import BreakKind, Severity
from alchemiser_dagster.records.values import Side

HELD = {"SPY": Decimal(10)}
SALE = order_report("alc-1", "SPY", Side.SELL, Decimal(10), Decimal(10))
FILL = fill_of(SALE, "fill-1", Decimal(10), Decimal("400.0025"))


def sold_day() -> Day:
    return Day(
        books_of(
            baseline(Decimal(100), HELD),
            plan_of((plan_line(0, "SPY", Side.SELL, Decimal(10)),)),
            result_of(),
            (booked_order(SALE, "line-0"),),
            (FILL,),
        ),
        facts_of(Decimal("4100.02"), {}, (SALE,), (FILL,)),
    )


def untouched_day() -> Day:
    return Day(books_of(baseline(Decimal(100), HELD)), facts_of(Decimal(100), HELD))


def test_the_report_names_the_records_it_compared_and_counts_what_it_compared() -> None:
    report = sold_day().report()
    assert (report.snapshot_id, report.plan_id, report.result_id) == ("snapshot-1", "plan-1", "result-1")
    assert report.compared.model_dump() == {"orders": 1, "fills": 1, "positions": 1, "cash": 1}
    assert (report.expected_cash, report.actual_cash) == (Decimal("4100.02"), Decimal("4100.02"))
    assert report.is_clean


#
def test_a_day_without_a_trade_is_clean_when_positions_and_cash_are_as_before() -> None:
    report = untouched_day().report()
    assert report.is_clean
    assert (report.plan_id, report.result_id) == (None, None)


#
def test_a_day_without_a_baseline_is_never_clean() -> None:
    report = untouched_day().with_books(opening=None).report()
    assert not report.is_clean
    assert report.compared.model_dump() == {"orders": 0, "fills": 0, "positions": 0, "cash": 0}
    assert [found.kind for found in report.breaks] == [BreakKind.NO_BASELINE]
    assert report.expected_cash == report.actual_cash == 100


def test_fractions_of_a_cent_that_the_broker_keeps_are_no_break() -> None:
    assert untouched_day().with_cash("0.004").report().is_clean


def test_a_break_says_what_was_expected_what_is_and_what_to_do() -> None:
    (found,) = untouched_day().with_shares("SPY", "-2.50").report().breaks
    assert (found.kind, found.severity, found.symbol) == (BreakKind.POSITION, Severity.CRITICAL, "SPY")
    assert (found.expected, found.actual, found.cause) == ("10 shares", "7.5 shares", None)
    assert found.message == "-2.5 shares of SPY: explained by nothing that is known"
    assert found.remedy.startswith("Look at the broker for a manual trade")
    (entry,) = found.adjustments
    assert (entry.symbol, entry.quantity, entry.amount) == ("SPY", Decimal("-2.5"), 0)


def test_a_manual_trade_is_labelled_and_not_absorbed() -> None:
    order = order_report("by-hand", "SPY", Side.SELL, Decimal(4), Decimal(4))
    fill = fill_of(order, "by-hand-1", Decimal(4), Decimal(400))
    day = untouched_day().with_facts(orders=(order,), fills=(fill,))
    report = day.with_shares("SPY", "-4").with_cash("1600").report()
    (found,) = report.breaks
    assert (found.kind, found.severity, found.symbol) == (BreakKind.MANUAL_TRADE, Severity.WARNING, "SPY")
    assert found.message == "somebody else traded in this account: sell 4 SPY"
    assert found.cause == "order by-hand, which is not ours"
    assert [(entry.quantity, entry.amount) for entry in found.adjustments] == [(-4, 1600)]
    assert (report.expected_cash, report.actual_cash) == (100, 1700)
    assert [(line.expected, line.actual) for line in report.books] == [(10, 6)]


def test_a_manual_trade_from_before_the_books_began_explains_no_later_difference() -> None:
    order = order_report("by-hand", "SPY", Side.BUY, Decimal(4), Decimal(4))
    early = fill_of(order, "by-hand-1", Decimal(4), Decimal(400)).model_copy(update={"filled_at": OPEN})
    day = untouched_day().with_facts(orders=(order,), fills=(early,))
    assert day.report().breaks == ()
    (position, _) = day.with_shares("SPY", "4.1").with_cash("-60").report().breaks
    assert (position.kind, position.severity) == (BreakKind.POSITION, Severity.CRITICAL)


def test_two_causes_together_explain_what_neither_does_alone() -> None:
    order = order_report("by-hand", "SPY", Side.BUY, Decimal(1), Decimal(1))
    fill = fill_of(order, "by-hand-1", Decimal(1), Decimal(400))
    day = sold_day().with_facts(orders=(SALE, order), fills=(fill,)).with_shares("SPY", "1").with_cash("-400")
    breaks = day.report().breaks
    assert {found.kind for found in breaks} == {BreakKind.MANUAL_TRADE, BreakKind.MISSING_FILL}
    moved = [entry for found in breaks for entry in found.adjustments]
    assert sum(entry.quantity for entry in moved) == -9
    assert sum(entry.amount for entry in moved) == Decimal("3600.02")


def test_a_known_cause_is_named_before_rounding_is_suspected() -> None:
    order = order_report("by-hand", "SPY", Side.SELL, Decimal("0.01"), Decimal("0.01"))
    fill = fill_of(order, "by-hand-1", Decimal("0.01"), Decimal(1))
    day = sold_day().with_facts(orders=(SALE, order), fills=(FILL, fill))
    opening = baseline(Decimal(100), {"SPY": Decimal("10.01")})
    (found,) = day.with_books(opening=opening).with_cash("0.01").report().breaks
    assert found.kind is BreakKind.MANUAL_TRADE


@pytest.mark.parametrize(
    ("cash", "kind"),
    [("0.01", BreakKind.ROUNDING), ("-0.01", BreakKind.ROUNDING), ("0.02", BreakKind.CASH)],
)
def test_cash_may_be_off_by_a_cent_for_each_fill_that_is_posted(cash: str, kind: BreakKind) -> None:
    report = sold_day().with_cash(cash).report()
    assert [found.kind for found in report.breaks] == [kind]
    posted = sum(entry.amount for entry in report.posted)
    assert (posted == report.actual_cash) == (kind is BreakKind.ROUNDING)


@pytest.mark.parametrize(
    ("shares", "kind"), [("0.000000999", BreakKind.ROUNDING), ("-0.000001", BreakKind.POSITION)]
)
def test_shares_may_be_off_by_less_than_a_millionth(shares: str, kind: BreakKind) -> None:
    assert [found.kind for found in untouched_day().with_shares("SPY", shares).report().breaks] == [kind]


@pytest.mark.parametrize(
    ("after", "cause"),
    [
        ("20", "looks like a split, 2:1"),
        ("30", "looks like a split, 3:1"),
        ("15", "looks like a split, 3:2"),
        ("1", "looks like a split, 1:10"),
        ("12.5", "looks like a split, 5:4"),
        ("3.333333333", "looks like a split, 1:3"),
        ("13", None),
        ("20.00001", None),
        ("0", None),
    ],
)
def test_a_position_that_changed_in_a_usual_ratio_looks_like_a_split(after: str, cause: str | None) -> None:
    (found,) = untouched_day().with_shares("SPY", Decimal(after) - 10).report().breaks
    assert (found.kind, found.cause) == (BreakKind.POSITION, cause)
    assert found.severity is (Severity.WARNING if cause else Severity.CRITICAL)


def test_shares_of_one_symbol_for_as_many_of_another_look_like_a_new_symbol() -> None:
    breaks = untouched_day().with_shares("SPY", "-10").with_shares("SPX", "10").report().breaks
    assert {(found.symbol, found.cause) for found in breaks} == {
        (symbol, "looks like a change of symbol from SPY to SPX") for symbol in ("SPY", "SPX")
    }
    two = untouched_day().with_shares("SPY", "-10").with_shares("SPX", "10").with_shares("SPZ", "10")
    assert {found.cause for found in two.report().breaks} == {None}


def test_our_fill_counts_even_where_the_brokers_clock_is_behind_ours() -> None:
    early = FILL.model_copy(update={"filled_at": FILL.filled_at.replace(hour=16)})
    assert sold_day().with_facts(fills=(early,)).with_books(ledger_fills=(early,)).report().is_clean


def test_an_order_that_the_broker_refused_and_never_kept_is_no_break() -> None:
    refused = booked_order(
        order_report("alc-2", "SPY", Side.SELL, Decimal(1), Decimal(0)), "line-0"
    ).model_copy(update={"state": OrderState.REJECTED, "broker_order_id": None})
    day = sold_day()
    assert day.with_books(ledger_orders=(*day.books.ledger_orders, refused)).report().is_clean


def test_a_fill_that_nobody_wrote_down_is_adopted_with_its_order() -> None:
    day = sold_day().with_booked(0, state=OrderState.ACKNOWLEDGED, filled_quantity=Decimal(0))
    report = day.with_books(ledger_fills=()).report()
    assert [(found.kind, found.severity) for found in report.breaks] == [(BreakKind.LATE_FILL, Severity.NOTE)]
    assert [fill.fill_id for fill in report.adopted] == ["fill-1"]
    assert [order.client_order_id for order in day.with_books(ledger_fills=()).result().adoption.orders] == [
        "alc-1"
    ]


#
def test_attempts_that_together_fill_more_than_the_plans_line_are_an_overfill() -> None:
    more = order_report("alc-2", "SPY", Side.SELL, Decimal(1), Decimal(1))
    fill = fill_of(more, "fill-2", Decimal(1), Decimal(400))
    day = sold_day().with_facts(orders=(SALE, more), fills=(FILL, fill)).with_cash("400")
    day = day.with_books(
        opening=baseline(Decimal(100), {"SPY": Decimal(11)}),
        ledger_orders=(booked_order(SALE, "line-0"), booked_order(more, "line-0")),
        ledger_fills=(FILL, fill),
    )
    (found,) = day.report().breaks
    assert (found.kind, found.severity, found.symbol) == (BreakKind.OVERFILL, Severity.CRITICAL, "SPY")
    assert (found.expected, found.actual) == ("at most 10 shares", "11 shares")


#
def test_an_order_of_an_earlier_plan_that_filled_more_than_it_asked_for_is_an_overfill() -> None:
    day = sold_day().with_books(plan=plan_of(()))
    less = {"quantity": Decimal(9), "filled_quantity": Decimal(9)}
    kinds = [found.kind for found in day.with_booked(0, **less).with_reported(0, **less).report().breaks]
    assert kinds == [BreakKind.OVERFILL]


@pytest.mark.parametrize(
    "result", [None, result_of("another-plan", sold_day().books.plan.lines), result_of()]
)
def test_a_line_that_was_neither_ordered_nor_left_out_for_a_reason_is_named(result: object) -> None:
    plan = sold_day().books.plan
    (found,) = untouched_day().with_books(plan=plan, result=result).report().breaks
    assert (found.kind, found.severity, found.actual) == (
        BreakKind.MISSING_ORDER,
        Severity.WARNING,
        "neither",
    )


def test_a_line_that_was_left_out_for_a_reason_is_no_break() -> None:
    plan = sold_day().books.plan
    assert untouched_day().with_books(plan=plan, result=result_of(skipped=plan.lines)).report().is_clean


#
def test_the_same_break_found_again_has_the_same_id_and_another_one_has_not() -> None:
    ids = [
        untouched_day().with_shares("SPY", change).report().breaks[0].break_id
        for change in ("1.1", "1.100000000", "2.2")
    ]
    assert ids[0] == ids[1] != ids[2]


def test_a_record_of_another_session_is_refused() -> None:
    day = sold_day()
    with pytest.raises(SessionError, match="the rebalance_plan is of session 2024-11-29"):
        reconcile(day.books, day.facts, date(2024, 11, 27), is_own_id, envelope("report-1"))
    assert day.report().session == SESSION


#
@pytest.mark.parametrize(
    ("booked", "reported"),
    [
        ({"quantity": Decimal(11)}, {}),
        ({"broker_order_id": "another"}, {}),
        ({"symbol": "SPX"}, {}),
        ({"side": Side.BUY}, {}),
        ({}, {"filled_quantity": Decimal(11)}),
        ({"filled_quantity": Decimal(4)}, {"filled_quantity": Decimal(3), "state": OrderState.CANCELED}),
        ({}, {"state": OrderState.UNKNOWN}),
        ({}, {"filled_quantity": Decimal(0), "state": OrderState.ACKNOWLEDGED}),
        ({"state": OrderState.FILLED, "filled_quantity": Decimal(9)}, {}),
    ],
)
def test_what_the_broker_tells_of_another_order_or_less_of_the_same_is_not_adopted(
    booked: dict[str, object], reported: dict[str, object]
) -> None:
    day = sold_day().with_booked(0, state=OrderState.CANCELED, filled_quantity=Decimal(0))
    day = day.with_booked(0, **booked).with_reported(0, **reported)
    assert day.result().adoption.orders == ()


@pytest.mark.parametrize("state", [OrderState.SENT, OrderState.UNKNOWN, OrderState.ACKNOWLEDGED])
def test_an_order_that_ended_unseen_is_adopted_and_one_that_only_works_is_not(state: OrderState) -> None:
    day = sold_day().with_booked(0, state=state, filled_quantity=Decimal(0)).with_books(ledger_fills=())
    untouched = day.with_facts(fills=()).with_shares("SPY", "10")
    for ended in (OrderState.CANCELED, OrderState.EXPIRED, OrderState.REJECTED):
        told = untouched.with_reported(0, state=ended, filled_quantity=Decimal(0)).result()
        assert [order.state for order in told.adoption.orders] == [ended]
    works = untouched.with_reported(0, state=OrderState.ACKNOWLEDGED, filled_quantity=Decimal(0)).result()
    assert works.adoption.orders == ()


@pytest.mark.parametrize(
    ("cash", "kinds"),
    [
        ("0", [BreakKind.MISSING_FILL]),
        ("0.01", [BreakKind.MISSING_FILL]),
        ("0.02", [BreakKind.CASH, BreakKind.MISSING_FILL]),
    ],
)
def test_the_average_price_of_fills_that_are_not_listed_yet_explains_cash_to_a_cent(
    cash: str, kinds: list[BreakKind]
) -> None:
    day = sold_day().with_books(ledger_fills=()).with_facts(fills=())
    day = day.with_reported(0, average_price=Decimal("400.0025")).with_cash(cash)
    assert [found.kind for found in day.report().breaks] == kinds


def test_the_fills_of_an_order_from_before_the_window_are_not_missed() -> None:
    old = order_report("by-hand", "SPY", Side.BUY, Decimal(4), Decimal(2)).model_copy(
        update={"submitted_at": OPEN - timedelta(days=1), "state": OrderState.PARTIALLY_FILLED}
    )
    (found,) = untouched_day().with_facts(open_orders=(old,)).report().breaks
    assert found.kind is BreakKind.FOREIGN_ORDER
