"""Whole notices, written out: what a person reads (R-41)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from notify.notify_builders import ACCOUNT_NUMBER, CORRELATION, NOON, SESSION, plan, report, result, snapshot

from alchemiser_dagster.notify import (
    Failure,
    Notice,
    NoticeLevel,
    Skip,
    TradingReasons,
    TradingRecords,
    compose_failure,
    compose_skip,
    compose_trading,
    failed_symbols,
)
from alchemiser_dagster.notify.notice import facts_in_lines
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.plan import PlanSkip, RebalancePlan, SkipReason
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.records.values import Mode, Outcome

FILLED, REJECTED, UNKNOWN = OrderState.FILLED, OrderState.REJECTED, OrderState.UNKNOWN
CANCELED, INTENDED = OrderState.CANCELED, OrderState.INTENDED


IN_SHORT = (
    "All 2 trades were filled: bought 1,234.50 USD, sold 0.00 USD. The account is worth 100,123.46 USD, "
    "what today earned is not known yet. Books and broker agree."
)


def group_of(told: Notice, name: str) -> dict[str, str]:
    return next(group.facts for group in told.groups if group.name == name)


def trading(
    done: ExecutionResult, planned: RebalancePlan, reconciled: ReconciliationReport | None
) -> TradingRecords:
    return TradingRecords(snapshot=snapshot(), plan=planned, result=done, report=reconciled)


def test_a_day_that_traded_says_all_that_a_trading_notice_holds() -> None:
    done = result(Outcome.TRADED, SPY=FILLED, BIL=FILLED)
    told = compose_trading(trading(done, plan("SPY", "BIL"), report()), NOON)
    assert told.level is NoticeLevel.INFO
    assert told.title == "Traded: 2 of 2 trades filled, 100,123.46 USD (paper, session 2024-11-29)"
    assert [group.name for group in told.groups] == ["", "profit and loss", "trades", "health"]
    assert facts_in_lines(told.groups[0].facts).splitlines() == [
        f"in short: {IN_SHORT}",
        "success: yes",
        "outcome: traded",
        "mode: paper",
        "session: 2024-11-29",
        "orders placed: 2",
        "orders filled: 2",
        "bought: 1,234.50 USD",
        "sold: 0.00 USD",
        "cost of execution: unknown",
        "total value: 100,123.46 USD",
        "failed symbols: none",
        "reconciliation: clean",
        "error: none",
        "code: none",
        "correlation id: correlation-1",
    ]


def test_a_day_that_traded_says_what_trading_cost() -> None:
    done = result(Outcome.TRADED, SPY=FILLED, BIL=FILLED)
    costs = zip(done.orders, ("0.50", "-0.101"), strict=True)
    orders = tuple(
        order.model_copy(update={"slippage": Decimal(cost), "quoted_mid": Decimal(100)})
        for order, cost in costs
    )
    told = compose_trading(trading(done.model_copy(update={"orders": orders}), plan("SPY"), None), NOON)
    assert "cost of execution: 0.40 USD (10.0 bp)" in told.body.splitlines()


def test_a_day_without_a_fill_says_nothing_of_what_trading_cost() -> None:
    told = compose_trading(trading(result(Outcome.NOTHING_TO_DO), plan(), None), NOON)
    assert "cost of execution" not in told.body


@pytest.mark.parametrize(
    ("fragile", "line"),
    [
        ((), "fragile decisions: none"),
        (
            ("one (3.20 bp: price of A above 1)", "two (0.00 bp: x)"),
            "fragile decisions: one (3.20 bp: price of A above 1); two (0.00 bp: x)",
        ),
    ],
)
def test_a_notice_says_why_and_names_fragile_decisions(fragile: tuple[str, ...], line: str) -> None:
    reasons = TradingReasons({"one": "Holds 100 % A.", "two": "Holds 100 % cash."}, fragile)
    records = TradingRecords(snapshot(), plan(), result(Outcome.NOTHING_TO_DO), None, reasons)
    reasons_told = facts_in_lines(group_of(compose_trading(records, NOON), "reasons"))
    assert reasons_told.splitlines() == [line, "why one: Holds 100 % A.", "why two: Holds 100 % cash."]


def test_of_many_strategies_the_first_are_told_and_the_rest_is_counted() -> None:
    names = [f"strategy_{number}" for number in range(20)]
    sentences = dict.fromkeys(names, "Wants 100 % A.")
    reasons = TradingReasons(sentences, tuple(f"{name} (1.00 bp: x)" for name in names))
    records = TradingRecords(snapshot(), plan(), result(Outcome.NOTHING_TO_DO), None, reasons)
    told = group_of(compose_trading(records, NOON), "reasons")
    fragile, *why = facts_in_lines(told).splitlines()
    assert fragile.endswith("strategy_4 (1.00 bp: x); and 15 more")
    assert why[4:] == [
        "why strategy_4: Wants 100 % A.",
        "why the others: 15 more; `alchemiser explain` tells each",
    ]


def test_nothing_to_do_is_a_success() -> None:
    told = compose_trading(trading(result(Outcome.NOTHING_TO_DO), plan(), None), NOON)
    assert (told.level, told.title) == (
        NoticeLevel.INFO,
        "Nothing to do, 100,000.50 USD (paper, session 2024-11-29)",
    )
    assert {
        "success: yes",
        "orders placed: 0",
        "total value: 100,000.50 USD",
        "reconciliation: not done yet",
    } <= set(told.body.splitlines())


def test_a_partial_day_names_the_symbols_that_failed_and_why() -> None:
    done = result(Outcome.PARTIAL, "a buy was rejected", SPY=FILLED, BIL=REJECTED, TLT=INTENDED)
    refused = done.orders[1].model_copy(update={"detail": "no buying power"})
    done = done.model_copy(update={"orders": (done.orders[0], refused, done.orders[2])})
    told = compose_trading(trading(done, plan("SPY", "BIL", "TLT"), report()), NOON)
    assert (told.level, told.title) == (
        NoticeLevel.WARNING,
        "Traded in part: 1 of 3 trades filled, 100,123.46 USD (paper, session 2024-11-29)",
    )
    assert {
        "success: no",
        "orders placed: 2",
        "orders filled: 1",
        "failed symbols: BIL, TLT",
        "buy BIL: nothing of 2 filled, a new position, rejected: no buying power",
        "buy TLT: nothing of 2 filled, a new position, never sent",
        "error: a buy was rejected",
        "code: order-rejected",
    } <= set(told.body.splitlines())


def test_a_trade_of_several_orders_counts_once_in_the_title() -> None:
    #
    done = result(Outcome.TRADED, SPY=FILLED)
    walked = done.orders[0].model_copy(update={"state": CANCELED})
    done = done.model_copy(update={"orders": (walked, walked, *done.orders)})
    told = compose_trading(trading(done, plan("SPY"), report()), NOON)
    assert told.title == "Traded: 1 of 1 trades filled, 100,123.46 USD (paper, session 2024-11-29)"
    assert {"orders placed: 3", "orders filled: 1", "failed symbols: none"} <= set(told.body.splitlines())


def test_what_is_left_alone_is_told_with_its_reason_what_is_not_tradable_first() -> None:
    #
    skips = (
        PlanSkip(symbol="BIL", difference=Decimal(-3), reason=SkipReason.BELOW_MINIMUM),
        *(
            PlanSkip(symbol=f"D{number}", difference=Decimal(10 + number), reason=SkipReason.WITHIN_DRIFT)
            for number in range(5)
        ),
        PlanSkip(symbol="TLT", difference=Decimal(1), reason=SkipReason.NOT_TRADABLE),
    )
    planned = plan("SPY").model_copy(update={"skips": skips})
    told = compose_trading(trading(result(Outcome.TRADED, SPY=FILLED), planned, report()), NOON)
    assert facts_in_lines(group_of(told, "trades")).splitlines()[1:] == [
        "left alone TLT: 1.00 USD to buy, not tradable",
        *(
            f"left alone D{number}: {10 + number}.00 USD to buy, within the tolerated drift"
            for number in (4, 3, 2, 1)
        ),
        "more left alone: 2",
    ]


@pytest.mark.parametrize(
    ("done", "level", "title", "code"),
    [
        (
            result(Outcome.FAILED, "lost", SPY=UNKNOWN, BIL=REJECTED),
            NoticeLevel.ERROR,
            "Failed: 0 of 1 trades filled",
            "order-unknown",
        ),
        (
            result(Outcome.FAILED, "late", SPY=CANCELED),
            NoticeLevel.ERROR,
            "Failed: 0 of 1 trades filled",
            "order",
        ),
        (result(Outcome.SKIPPED, "the market is closed"), NoticeLevel.WARNING, "Skipped", "skipped"),
    ],
)
def test_what_failed_has_a_level_a_title_and_a_code(
    done: ExecutionResult, level: NoticeLevel, title: str, code: str
) -> None:
    told = compose_trading(trading(done, plan("SPY"), None), NOON)
    assert told.level is level
    assert told.title == f"{title}, 100,000.50 USD (paper, session 2024-11-29)"
    assert {f"error: {done.reason}", f"code: {code}", "success: no"} <= set(told.body.splitlines())


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (report("SPY: 2 expected, 1 held", "cash"), "critical: SPY: 2 expected, 1 held; critical: cash"),
        (report(compared=0), "nothing was compared"),
    ],
)
def test_books_that_differ_are_no_success_however_well_the_orders_went(
    found: ReconciliationReport, line: str
) -> None:
    told = compose_trading(trading(result(Outcome.TRADED, SPY=FILLED), plan("SPY"), found), NOON)
    assert told.level is NoticeLevel.WARNING
    assert {
        "success: no",
        f"reconciliation: {line}",
        "error: the broker and the books differ",
        "code: reconciliation",
    } <= set(told.body.splitlines())


def test_a_line_whose_second_order_was_filled_did_not_fail() -> None:
    first = result(Outcome.TRADED, SPY=CANCELED)
    second = result(Outcome.TRADED, SPY=FILLED)
    both = first.model_copy(update={"orders": first.orders + second.orders})
    assert failed_symbols(plan("SPY"), both) == ()


def test_a_failure_names_step_error_code_and_what_to_do() -> None:
    failure = Failure(CORRELATION, Mode.LIVE, None, "market_data", "SPY has no bar", "data", 0)
    told = compose_failure(failure, NOON)
    assert (told.level, told.title) == (NoticeLevel.ERROR, "Failed at market_data (live, session unknown)")
    assert told.body.splitlines() == [
        "in short: The run stopped while it brought the market data up to date. It had sent no order.",
        "success: no",
        "outcome: failed",
        "mode: live",
        "session: unknown",
        "step: market_data",
        "error: SPY has no bar",
        "code: data",
        "orders sent: 0",
        "next: Run `alchemiser doctor` to see which bars are missing or wrong",
        "correlation id: correlation-1",
        "story: `alchemiser story correlation-1`",
    ]


def test_a_failure_of_an_unknown_kind_says_what_to_do_too() -> None:
    told = compose_failure(
        Failure(CORRELATION, Mode.LIVE, SESSION, "plan", "division by zero", "error"), NOON
    )
    assert "next: Look at `alchemiser status`, then run again: no order is sent a second time" in told.body


def test_a_skipped_run_says_why() -> None:
    told = compose_skip(Skip(CORRELATION, Mode.PAPER, SESSION, "another run holds the account"), NOON)
    assert (told.level, told.title) == (NoticeLevel.WARNING, "Skipped (paper, session 2024-11-29)")
    assert "reason: another run holds the account" in told.body


def test_however_a_run_ends_its_end_has_one_key() -> None:
    notices = [
        compose_trading(trading(result(Outcome.TRADED), plan(), None), NOON),
        compose_failure(Failure(CORRELATION, Mode.LIVE, None, "hook", "a", "error"), NOON),
        compose_failure(Failure(CORRELATION, Mode.LIVE, SESSION, "sensor", "b", "data"), NOON),
        compose_skip(Skip(CORRELATION, Mode.PAPER, SESSION, "c"), NOON),
    ]
    assert len({told.key for told in notices}) == 1
    other = compose_skip(Skip("correlation-2", Mode.PAPER, SESSION, "c"), NOON)
    assert other.key != notices[0].key


def test_no_notice_names_the_account() -> None:
    told = compose_trading(trading(result(Outcome.TRADED), plan(), report()), NOON)
    assert ACCOUNT_NUMBER not in told.title + told.body
