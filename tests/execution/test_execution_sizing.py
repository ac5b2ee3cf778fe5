"""Prices, sizes, chains of attempts and the outcome: pure rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.trading import BEFORE_CLOSE, PRICES, SESSION, buy, sell

from alchemiser_dagster.broker.rounding import up_to_cent
from alchemiser_dagster.execution.line_chain import LineChain
from alchemiser_dagster.execution.outcome import judge
from alchemiser_dagster.execution.pricing import Terms, objection_to
from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.execution.sizing import Means, Wish, size
from alchemiser_dagster.execution.walk import Step, StepKind
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.order import OrderState, OrderType, TimeInForce
from alchemiser_dagster.records.plan import PlanLine
from alchemiser_dagster.records.values import Outcome

RULES = ExecutionRules()
NEGLIGIBLE = Decimal(5)


def quote(bid: str, ask: str) -> Quote:
    return Quote(symbol="AAA", bid=Decimal(bid), ask=Decimal(ask), observed_at=BEFORE_CLOSE)


def order(line: PlanLine, quantity: str, filled: str, state: OrderState, attempt: int = 1) -> LedgerOrder:
    return LedgerOrder(
        client_order_id=f"{line.line_id}-{attempt}",
        broker_order_id="broker-1",
        plan_id="plan",
        line_id=line.line_id,
        account="account",
        session=SESSION,
        symbol=line.symbol,
        side=line.side,
        attempt=attempt,
        quantity=Decimal(quantity),
        order_type=OrderType.MARKET,
        limit_price=None,
        time_in_force=TimeInForce.DAY,
        decision_price=line.reference_price,
        state=state,
        filled_quantity=Decimal(filled),
        average_price=None,
        detail="",
        correlation_id="correlation",
        created_at=BEFORE_CLOSE,
        updated_at=BEFORE_CLOSE,
    )


@pytest.mark.parametrize(
    ("bid", "ask", "objection"),
    [
        ("0", "100.10", "not two-sided"),
        ("100.10", "0", "not two-sided"),
        ("100.20", "100.10", "not two-sided"),
        ("98.00", "102.00", "too wide"),
        ("111.00", "111.10", "too far"),
        ("89.00", "89.10", "too far"),
    ],
)
def test_a_quote_that_is_no_price_is_objected_to(bid: str, ask: str, objection: str) -> None:
    #
    assert objection in str(objection_to(quote(bid, ask), buy("AAA", "1"), BEFORE_CLOSE, RULES))


def test_age_counts_only_where_the_rules_set_a_limit() -> None:
    #
    later, line = BEFORE_CLOSE + timedelta(minutes=16), buy("AAA", "1")
    fresh = quote("99.99", "100.01")
    assert objection_to(fresh, line, BEFORE_CLOSE, RULES) is None
    assert "too old" in str(objection_to(fresh, line, later, RULES))
    ageless = RULES.model_copy(update={"oldest_quote": None})
    assert objection_to(fresh, line, later, ageless) is None


LINES = st.lists(
    st.tuples(st.sampled_from(sorted(PRICES)), st.decimals("0.000000001", "500", places=9), st.booleans()),
    max_size=8,
)


@settings(max_examples=60)
@given(wanted=LINES, power=st.decimals("-10", "20000", places=2))
def test_buys_never_need_more_than_there_is_nor_more_than_was_planned(
    wanted: list[tuple[str, Decimal, bool]], power: Decimal
) -> None:
    #
    wishes = [
        Wish(
            buy(symbol, str(amount), fractionable=fraction),
            1,
            amount,
            terms_for_line(symbol),
            quote_of(symbol),
        )
        for symbol, amount, fraction in wanted
    ]
    sized = size(wishes, Means({}, power), RULES)
    cost = sum((up_to_cent(one.quantity * one.wish.terms.worst_price) for one in sized), Decimal(0))
    assert cost <= max(power, Decimal(0))
    for one in sized:
        assert 0 <= one.quantity <= one.wish.quantity
        assert one.reason or one.quantity == one.wish.quantity
        assert (
            one.quantity % (Decimal("0.000000001") if one.wish.line.fractionable else 1) == 0
            or not one.reason
        )


def terms_for_line(symbol: str) -> Terms:
    price = Decimal(repr(PRICES[symbol]))
    return Terms(Step(StepKind.LIMIT), price, price)


def quote_of(symbol: str) -> Quote:
    price = Decimal(repr(PRICES[symbol]))
    return Quote(symbol=symbol, bid=price, ask=price, observed_at=BEFORE_CLOSE)


def test_a_sell_is_never_larger_than_what_is_free() -> None:
    #
    wish = Wish(sell("AAA", "10"), 1, Decimal(10), terms_for_line("AAA"), quote_of("AAA"))
    for free, expected in (("12", "10"), ("10", "10"), ("3.5", "3.5"), ("0", "0")):
        (sized,) = size([wish], Means({"AAA": Decimal(free)}, Decimal(0)), RULES)
        assert sized.quantity == Decimal(expected)
        assert bool(sized.reason) is (Decimal(expected) < 10)
    (sized,) = size([wish], Means({}, Decimal(0)), RULES)
    assert sized.quantity == 0


def test_only_what_died_with_a_rest_is_tried_again() -> None:
    #
    line = sell("AAA", "10")
    for state, left in (
        (OrderState.CANCELED, 6),
        (OrderState.EXPIRED, 6),
        (OrderState.REJECTED, 0),
        (OrderState.UNKNOWN, 0),
        (OrderState.PARTIALLY_FILLED, 0),
    ):
        assert LineChain(line, (order(line, "10", "4", state),)).left_to_try(3) == left
    assert LineChain(line, (order(line, "10", "4", OrderState.CANCELED),)).left_to_try(1) == 0
    assert LineChain(line, ()).left_to_try(3) == 10


def test_what_a_smaller_order_left_is_tried_again_and_counts_as_not_asked_for() -> None:
    #
    line = sell("AAA", "10")
    first = order(line, "8", "3", OrderState.CANCELED)
    second = order(line, "4", "4", OrderState.FILLED, attempt=2)
    assert LineChain(line, (first, second)).left_to_try(9) == 3
    assert LineChain(line, (first, second)).not_asked_for(2) == 3
    refused = order(line, "2", "0", OrderState.REJECTED, attempt=3)
    assert LineChain(line, (first, second, refused)).not_asked_for(9) == 1
    assert LineChain(line, ()).not_asked_for(9) == 10


def test_a_refused_replacement_says_nothing_of_the_line() -> None:
    line = sell("AAA", "10")
    old = order(line, "10", "0", OrderState.CANCELED)
    refused = replace(order(line, "10", "0", OrderState.REJECTED, attempt=2), replaces=old.client_order_id)
    assert LineChain(line, (old, refused)).left_to_try(9) == 10
    alive = replace(old, state=OrderState.ACKNOWLEDGED)
    assert LineChain(line, (alive, refused)).left_to_try(9) == 0


SOLD = sell("AAA", "10")
BOUGHT = buy("CCC", "10")


@pytest.mark.parametrize(
    ("chains", "outcome"),
    [
        ((), Outcome.NOTHING_TO_DO),
        ((LineChain(SOLD, (order(SOLD, "10", "10", OrderState.FILLED),)),), Outcome.TRADED),
        ((LineChain(SOLD, (order(SOLD, "9.96", "9.96", OrderState.FILLED),)),), Outcome.TRADED),
        ((LineChain(SOLD, (order(SOLD, "9.94", "9.94", OrderState.FILLED),)),), Outcome.PARTIAL),
        ((LineChain(SOLD, (order(SOLD, "10", "9.99", OrderState.UNKNOWN),)),), Outcome.PARTIAL),
        ((LineChain(SOLD, (order(SOLD, "10", "0", OrderState.REJECTED),)),), Outcome.FAILED),
        ((LineChain(SOLD, ()), LineChain(BOUGHT, ())), Outcome.FAILED),
        ((LineChain(buy("CCC", "0.01"), ()),), Outcome.NOTHING_TO_DO),
        (
            (
                LineChain(SOLD, (order(SOLD, "10", "10", OrderState.FILLED),)),
                LineChain(BOUGHT, (order(BOUGHT, "10", "0", OrderState.REJECTED),)),
            ),
            Outcome.PARTIAL,
        ),
    ],
)
def test_the_outcome_follows_from_what_the_broker_confirmed(
    chains: tuple[LineChain, ...], outcome: Outcome
) -> None:
    #
    assert judge(chains, NEGLIGIBLE).outcome is outcome


def test_the_reason_names_what_is_not_done() -> None:
    done = LineChain(SOLD, (order(SOLD, "10", "10", OrderState.FILLED),))
    assert judge((done, LineChain(BOUGHT, ())), NEGLIGIBLE).reason == "1 of 2 lines are done; not buy CCC"
