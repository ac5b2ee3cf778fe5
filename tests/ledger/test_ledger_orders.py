"""The books of orders and fills: legal steps only, each one kept, no fill twice."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.trading import ACCOUNT, BEFORE_CLOSE, SESSION, Bench, buy, limit_order, plan_of

from alchemiser_dagster.errors import RiskError, StorageError
from alchemiser_dagster.ledger.fills import FillBook
from alchemiser_dagster.ledger.order_rows import LedgerOrder, OrderIntent, OrderNews
from alchemiser_dagster.ledger.order_states import LEGAL_TRANSITIONS, may_follow
from alchemiser_dagster.ledger.orders import OrderBook
from alchemiser_dagster.records.order import BrokerOrder, Fill, OrderState, OrderType
from alchemiser_dagster.records.values import Side

PLAN = plan_of(buy("AAA", "10"), cash=Decimal(1_000))
ID = "alch-1"
SENT = OrderNews(OrderState.SENT, BEFORE_CLOSE)


def intent(order_id: str = ID, attempt: int = 1) -> OrderIntent:
    return OrderIntent(
        request=limit_order("AAA", Side.BUY, "10", "101.00", order_id),
        plan_id=PLAN.plan_id,
        line_id="line-1",
        attempt=attempt,
        account=ACCOUNT,
        session=SESSION,
        decision_price=Decimal(100),
        correlation_id="correlation-1",
    )


def report(state: OrderState, filled: str, order_id: str = ID) -> BrokerOrder:
    return BrokerOrder(
        broker_order_id="broker-1",
        client_order_id=order_id,
        symbol="AAA",
        side=Side.BUY,
        quantity=Decimal(10),
        filled_quantity=Decimal(filled),
        average_price=Decimal("100.5") if Decimal(filled) else None,
        order_type=OrderType.LIMIT,
        limit_price=Decimal(101),
        state=state,
        raw_status=state.value,
        submitted_at=BEFORE_CLOSE,
    )


def fill(fill_id: str, quantity: str, order_id: str = ID) -> Fill:
    return Fill(
        fill_id=fill_id,
        broker_order_id="broker-1",
        client_order_id=order_id,
        symbol="AAA",
        side=Side.BUY,
        quantity=Decimal(quantity),
        price=Decimal("100.01"),
        filled_at=BEFORE_CLOSE,
    )


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.environment().executions.open(PLAN, BEFORE_CLOSE)
    return bench


@pytest.fixture
def orders(bench: Bench) -> OrderBook:
    book = bench.environment().orders
    book.intend([intent()], BEFORE_CLOSE)
    return book


@pytest.fixture
def fills(bench: Bench, orders: OrderBook) -> FillBook:
    del orders
    return bench.environment().fills


def test_an_intent_comes_back_as_the_request_it_was(orders: OrderBook) -> None:
    #
    known = orders.find(ID)
    assert known is not None
    assert known.request() == intent().request
    assert (known.state, known.filled_quantity, known.unfilled) == (OrderState.INTENDED, 0, 10)


def test_an_intent_that_is_there_is_left_as_it_is(orders: OrderBook) -> None:
    #
    orders.note(ID, SENT)
    (known,) = orders.intend([intent()], BEFORE_CLOSE + timedelta(seconds=5))
    assert (known.state, known.created_at) == (OrderState.SENT, BEFORE_CLOSE)
    assert len(orders.events(ID)) == 2


def test_intents_are_written_together_or_not_at_all(bench: Bench, orders: OrderBook) -> None:
    #
    stranger = intent("alch-2")
    broken = OrderIntent(**{**vars(stranger), "plan_id": "nobody", "attempt": 2})
    with pytest.raises(StorageError):
        orders.intend([intent("alch-3", attempt=3), broken], BEFORE_CLOSE)
    assert [order.client_order_id for order in bench.environment().orders.of_plan(PLAN.plan_id)] == [ID]


def test_every_step_of_an_orders_life_is_kept(orders: OrderBook) -> None:
    orders.note(ID, SENT)
    orders.record(report(OrderState.ACKNOWLEDGED, "0"), BEFORE_CLOSE)
    orders.record(report(OrderState.PARTIALLY_FILLED, "4"), BEFORE_CLOSE)
    orders.record(report(OrderState.PARTIALLY_FILLED, "6"), BEFORE_CLOSE)
    known = orders.record(report(OrderState.FILLED, "10"), BEFORE_CLOSE)
    assert (known.state, known.filled_quantity, known.average_price) == (
        OrderState.FILLED,
        10,
        Decimal("100.5"),
    )
    assert known.broker_order_id == "broker-1"
    assert [(event.from_state, event.to_state, event.filled_quantity) for event in orders.events(ID)] == [
        (OrderState.PLANNED, OrderState.INTENDED, 0),
        (OrderState.INTENDED, OrderState.SENT, 0),
        (OrderState.SENT, OrderState.ACKNOWLEDGED, 0),
        (OrderState.ACKNOWLEDGED, OrderState.PARTIALLY_FILLED, 4),
        (OrderState.PARTIALLY_FILLED, OrderState.PARTIALLY_FILLED, 6),
        (OrderState.PARTIALLY_FILLED, OrderState.FILLED, 10),
    ]


def test_news_told_twice_changes_nothing(orders: OrderBook) -> None:
    #
    orders.note(ID, SENT)
    first = orders.record(report(OrderState.PARTIALLY_FILLED, "4"), BEFORE_CLOSE)
    again = orders.record(report(OrderState.PARTIALLY_FILLED, "4"), BEFORE_CLOSE + timedelta(seconds=9))
    assert again == first
    assert len(orders.events(ID)) == 3


def test_a_report_that_is_older_than_what_is_known_changes_nothing(orders: OrderBook) -> None:
    #
    orders.note(ID, SENT)
    known = orders.record(report(OrderState.PARTIALLY_FILLED, "4"), BEFORE_CLOSE)
    assert orders.record(report(OrderState.ACKNOWLEDGED, "0"), BEFORE_CLOSE) == known


def test_more_filled_than_asked_for_is_an_alarm(orders: OrderBook) -> None:
    #
    orders.note(ID, SENT)
    with pytest.raises(RiskError, match=r"10\.5 filled of an order for 10"):
        orders.record(report(OrderState.FILLED, "10.5"), BEFORE_CLOSE)


def test_an_order_that_ended_stays_ended(orders: OrderBook) -> None:
    orders.note(ID, SENT)
    orders.record(report(OrderState.CANCELED, "0"), BEFORE_CLOSE)
    with pytest.raises(StorageError, match="an order that is canceled can't become acknowledged"):
        orders.record(report(OrderState.ACKNOWLEDGED, "0"), BEFORE_CLOSE)


def test_an_order_that_was_never_intended_is_unknown_to_the_ledger(orders: OrderBook) -> None:
    with pytest.raises(StorageError, match="no such order"):
        orders.note("alch-nobody", SENT)
    assert orders.find("alch-nobody") is None


def test_no_order_is_filled_before_it_was_sent() -> None:
    # what our own gate refuses is rejected without being sent
    assert LEGAL_TRANSITIONS[OrderState.PLANNED] == {OrderState.INTENDED}
    never_sent = {OrderState.CANCELED, OrderState.REJECTED}
    assert LEGAL_TRANSITIONS[OrderState.INTENDED] == {OrderState.SENT} | never_sent
    assert all(not LEGAL_TRANSITIONS[state] for state in OrderState if state.is_terminal)
    assert set(LEGAL_TRANSITIONS) == set(OrderState)


STEPS = st.lists(st.tuples(st.sampled_from(list(OrderState)), st.integers(0, 10)), max_size=10)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_told_states_follow_the_table_and_fills_never_shrink(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[OrderState, int]]
) -> None:
    #
    bench = Bench(tmp_path_factory.mktemp("orders"))
    bench.environment().executions.open(PLAN, BEFORE_CLOSE)
    orders = bench.environment().orders
    known: LedgerOrder = orders.intend([intent()], BEFORE_CLOSE)[0]
    for state, filled in steps:
        try:
            after = orders.note(ID, OrderNews(state, BEFORE_CLOSE, filled_quantity=Decimal(filled)))
        except StorageError:
            assert not may_follow(known.state, state)
            continue
        assert after.state is known.state or may_follow(known.state, after.state)
        assert after.filled_quantity >= known.filled_quantity
        known = after
    events = orders.events(ID)
    assert events[0].from_state is OrderState.PLANNED
    assert events[-1].to_state is known.state
    assert all(late.from_state is early.to_state for early, late in itertools.pairwise(events))
    bench.database.close()


def test_orders_are_found_by_plan_session_and_what_is_unsettled(orders: OrderBook) -> None:
    orders.intend([intent("alch-2", attempt=2)], BEFORE_CLOSE + timedelta(seconds=1))
    orders.note(ID, OrderNews(OrderState.CANCELED, BEFORE_CLOSE))
    assert [order.client_order_id for order in orders.of_plan(PLAN.plan_id)] == [ID, "alch-2"]
    assert [order.client_order_id for order in orders.of_session(ACCOUNT, SESSION)] == [ID, "alch-2"]
    assert [order.client_order_id for order in orders.unsettled(ACCOUNT)] == ["alch-2"]
    assert orders.unsettled("another") == ()


def test_a_fill_is_kept_once(fills: FillBook) -> None:
    #
    assert fills.record([fill("fill-1", "4"), fill("fill-2", "6")]) == 2
    assert fills.record([fill("fill-2", "6"), fill("fill-1", "4")]) == 0
    assert [one.fill_id for one in fills.of_plan(PLAN.plan_id)] == ["fill-1", "fill-2"]
    assert fills.of_session(ACCOUNT, SESSION) == fills.of_plan(PLAN.plan_id)
    assert fills.of_plan(PLAN.plan_id)[0] == fill("fill-1", "4")


def test_fills_that_add_up_to_more_than_the_intent_are_an_alarm_and_none_is_kept(fills: FillBook) -> None:
    #
    with pytest.raises(RiskError, match="add up to 11"):
        fills.record([fill("fill-1", "4"), fill("fill-2", "7")])
    assert fills.of_plan(PLAN.plan_id) == ()


def test_a_fill_of_somebody_elses_order_is_left_out(fills: FillBook) -> None:
    assert fills.record([fill("fill-1", "4", "somebody-else")]) == 0
    assert fills.of_session(ACCOUNT, SESSION) == ()
