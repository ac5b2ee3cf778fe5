from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from reconciliation.reconciliation_days import (
    SESSION,
    Day,
    account,
    baseline,
    booked_order,
    envelope,
    fill_of,
    is_own_id,
    order_report,
    plan_line,
    plan_of,
    positions,
    result_of,
)

from alchemiser_dagster.errors import SessionError
from alchemiser_dagster.reconciliation import Books, BrokerFacts, reconcile
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.reconciliation import BreakKind, Severity
from alchemiser_dagster.records.values import Side

HELD = {"SPY": Decimal(10)}
SALE = order_report("alc-1", "SPY", Side.SELL, Decimal(10), Decimal(10))
FILL = fill_of(SALE, "fill-1", Decimal(10), Decimal("400.0025"))


def sold_day() -> Day:
    return Day(
        Books(
            baseline=baseline(Decimal(100), HELD),
            plan=plan_of((plan_line(0, "SPY", Side.SELL, Decimal(10)),)),
            result=result_of(),
            ledger_orders=(booked_order(SALE, "line-0"),),
            ledger_fills=(FILL,),
        ),
        BrokerFacts(
            account=account(Decimal("4100.02")), positions=(), orders=(SALE,), fills=(FILL,), open_orders=()
        ),
    )


def untouched_day() -> Day:
    return Day(
        Books(
            baseline=baseline(Decimal(100), HELD), plan=None, result=None, ledger_orders=(), ledger_fills=()
        ),
        BrokerFacts(
            account=account(Decimal(100)), positions=positions(HELD), orders=(), fills=(), open_orders=()
        ),
    )


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
    report = untouched_day().with_books(baseline=None).report()
    assert not report.is_clean
    assert report.compared.model_dump() == {"orders": 0, "fills": 0, "positions": 0, "cash": 0}
    assert [found.kind for found in report.breaks] == [BreakKind.NO_BASELINE]
    assert report.expected_cash == report.actual_cash == 100


def test_fractions_of_a_cent_that_the_broker_keeps_are_no_break() -> None:
    assert untouched_day().with_cash("0.004").report().is_clean


def test_a_break_says_what_was_expected_what_is_and_what_to_do() -> None:
    (found,) = untouched_day().with_shares("SPY", "-2.50").report().breaks
    assert (found.kind, found.severity, found.symbol) == (BreakKind.POSITION, Severity.CRITICAL, "SPY")
    assert (found.expected, found.actual) == ("10 shares", "7.5 shares")
    assert found.message == "-2.5 shares of SPY are explained by nothing that is known"
    assert found.remedy.startswith("Look in the broker's activities")


def test_a_manual_trade_is_labelled_and_not_absorbed() -> None:
    order = order_report("by-hand", "SPY", Side.SELL, Decimal(4), Decimal(4))
    fill = fill_of(order, "by-hand-1", Decimal(4), Decimal(400))
    day = untouched_day().with_facts(orders=(order,), fills=(fill,))
    report = day.with_shares("SPY", "-4").with_cash("1600").report()
    assert {found.kind: found.message for found in report.breaks} == {
        BreakKind.FOREIGN_ORDER: "order by-hand is not ours: somebody else trades in this account",
        BreakKind.POSITION: "-4 shares of SPY are explained by fills of orders that are not ours",
        BreakKind.CASH: "+1600 of cash is explained by fills of orders that are not ours",
    }
    assert (report.expected_cash, report.actual_cash) == (100, 1700)


def test_a_manual_trade_from_before_the_baseline_explains_no_later_difference() -> None:
    order = order_report("by-hand", "SPY", Side.BUY, Decimal(4), Decimal(4))
    taken_at = untouched_day().books.baseline.taken_at
    early = fill_of(order, "by-hand-1", Decimal(4), Decimal(400)).model_copy(
        update={"filled_at": taken_at.replace(hour=15)}
    )
    day = untouched_day().with_facts(orders=(order,), fills=(early,))
    assert [found.kind for found in day.report().breaks] == [BreakKind.FOREIGN_ORDER]
    (position, _) = day.with_shares("SPY", "4").report().breaks
    assert (position.kind, position.severity) == (BreakKind.POSITION, Severity.CRITICAL)


def test_two_causes_together_explain_what_neither_does_alone() -> None:
    order = order_report("by-hand", "SPY", Side.BUY, Decimal(1), Decimal(1))
    fill = fill_of(order, "by-hand-1", Decimal(1), Decimal(400))
    day = sold_day().with_facts(orders=(SALE, order), fills=(fill,)).with_shares("SPY", "1").with_cash("-400")
    messages = {found.kind: found.message for found in day.report().breaks}
    causes = "fills of orders that are not ours and fills that the ledger has and the broker does not list"
    assert messages[BreakKind.POSITION] == f"-9 shares of SPY are explained by {causes}"
    assert messages[BreakKind.CASH] == f"+3600.02 of cash is explained by {causes}"


def test_a_known_cause_is_named_before_rounding_is_suspected() -> None:
    order = order_report("by-hand", "SPY", Side.SELL, Decimal("0.01"), Decimal("0.01"))
    fill = fill_of(order, "by-hand-1", Decimal("0.01"), Decimal(1))
    day = sold_day().with_facts(orders=(SALE, order), fills=(FILL, fill)).with_cash("0.01")
    messages = {found.kind: found.message for found in day.report().breaks}
    assert messages[BreakKind.CASH] == "+0.01 of cash is explained by fills of orders that are not ours"


def test_our_fill_counts_even_where_the_brokers_clock_is_behind_ours() -> None:
    early = FILL.model_copy(update={"filled_at": FILL.filled_at.replace(hour=16)})
    assert sold_day().with_facts(fills=(early,)).with_books(ledger_fills=(early,)).report().is_clean


def test_an_order_that_the_broker_refused_and_never_kept_is_no_break() -> None:
    refused = booked_order(
        order_report("alc-2", "SPY", Side.SELL, Decimal(1), Decimal(0)), "line-0"
    ).model_copy(update={"state": OrderState.REJECTED, "broker_order_id": None})
    day = sold_day()
    assert day.with_books(ledger_orders=(*day.books.ledger_orders, refused)).report().is_clean


def test_a_fill_that_was_booked_late_leaves_its_order_and_its_fill_as_breaks() -> None:
    day = sold_day().with_booked(0, state=OrderState.ACKNOWLEDGED, filled_quantity=Decimal(0))
    report = day.with_books(ledger_fills=()).report()
    assert [(found.kind, found.severity) for found in report.breaks] == [
        (BreakKind.ORDER_STATE, Severity.CRITICAL),
        (BreakKind.UNKNOWN_FILL, Severity.CRITICAL),
    ]


#
def test_attempts_that_together_fill_more_than_the_plans_line_are_an_overfill() -> None:
    more = order_report("alc-2", "SPY", Side.SELL, Decimal(1), Decimal(1))
    fill = fill_of(more, "fill-2", Decimal(1), Decimal(400))
    day = sold_day().with_facts(orders=(SALE, more), fills=(FILL, fill)).with_cash("400")
    day = day.with_books(
        baseline=baseline(Decimal(100), {"SPY": Decimal(11)}),
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
        for change in ("1", "1.000000000", "2")
    ]
    assert ids[0] == ids[1] != ids[2]


def test_a_record_of_another_session_is_refused() -> None:
    day = sold_day()
    with pytest.raises(SessionError, match="the account_snapshot is of session 2024-11-29"):
        reconcile(day.books, day.facts, date(2024, 11, 27), is_own_id, envelope("report-1"))
    assert day.report().session == SESSION
