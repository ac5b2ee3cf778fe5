from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.alpaca import NOON, limit_buy, new_broker, order_json
from support.scripted_server import Reply, scripted_server

from alchemiser_dagster.broker.alpaca.parsing.orders import Expected, order_of
from alchemiser_dagster.broker.alpaca.payload import json_of
from alchemiser_dagster.records.order import BrokerOrder, OrderState, OrderType
from alchemiser_dagster.records.values import Side

REQUEST = limit_buy()
EXPECTED = Expected(
    at=NOON,
    client_order_id=REQUEST.client_order_id,
    symbol=REQUEST.symbol,
    side=REQUEST.side,
    quantity=REQUEST.quantity,
    order_type=REQUEST.order_type,
    limit_price=REQUEST.limit_price,
)
ALPACAS_WORDS = {
    "new": OrderState.ACKNOWLEDGED,
    "partially_filled": OrderState.PARTIALLY_FILLED,
    "filled": OrderState.FILLED,
    "done_for_day": OrderState.ACKNOWLEDGED,
    "canceled": OrderState.CANCELED,
    "expired": OrderState.EXPIRED,
    "replaced": OrderState.CANCELED,
    "pending_cancel": OrderState.ACKNOWLEDGED,
    "pending_replace": OrderState.ACKNOWLEDGED,
    "pending_review": OrderState.ACKNOWLEDGED,
    "accepted": OrderState.ACKNOWLEDGED,
    "pending_new": OrderState.ACKNOWLEDGED,
    "accepted_for_bidding": OrderState.ACKNOWLEDGED,
    "stopped": OrderState.ACKNOWLEDGED,
    "rejected": OrderState.REJECTED,
    "suspended": OrderState.ACKNOWLEDGED,
    "calculated": OrderState.ACKNOWLEDGED,
    "held": OrderState.ACKNOWLEDGED,
}
NEEDED_FOR_THE_STATE = ("id", "status", "filled_qty", "filled_avg_price")
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=50) | st.just("-1"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def parsed(**changes: object) -> BrokerOrder:
    order = order_of(order_json(**changes), EXPECTED)
    assert order is not None
    return order


def filled_of(state: OrderState) -> str:
    return {OrderState.FILLED: "1.5", OrderState.PARTIALLY_FILLED: "0.5"}.get(state, "0")


@pytest.mark.parametrize("word", ALPACAS_WORDS)
def test_each_of_alpacas_words_is_a_state(word: str) -> None:
    state = ALPACAS_WORDS[word]
    assert parsed(status=word, filled_qty=filled_of(state)).state is state
    assert parsed(status=word, filled_qty="1.5").raw_status == word


@given(st.text().filter(lambda word: word not in ALPACAS_WORDS))
def test_a_status_that_nobody_knows_is_unknown_and_kept(word: str) -> None:
    #
    order = parsed(status=word)
    assert (order.state, order.raw_status) == (OrderState.UNKNOWN, word)


@pytest.mark.parametrize("gone", order_json())
@pytest.mark.parametrize("is_nulled", [True, False])
def test_any_one_field_may_be_null_or_missing(gone: str, *, is_nulled: bool) -> None:
    # the order is there, so that is no error; it is unknown where the state can't be known
    content = order_json(**{gone: None})
    if not is_nulled:
        del content[gone]
    order = order_of(content, EXPECTED)
    assert order is not None
    known = OrderState.UNKNOWN if gone in NEEDED_FOR_THE_STATE else OrderState.PARTIALLY_FILLED
    assert order.state is known
    assert order.symbol == "SPY"
    assert order.side is Side.BUY
    assert order.quantity == Decimal("1.5")
    assert order.client_order_id == "alc-1"
    assert order.limit_price == Decimal("410.1")


@given(st.dictionaries(st.sampled_from(sorted(order_json())), anything))
def test_no_accepted_order_is_an_error_whatever_its_fields_are(changes: dict[str, object]) -> None:
    #
    order = parsed(**changes)
    assert order.remaining_quantity >= 0
    assert order.state is OrderState.UNKNOWN or order.raw_status in ALPACAS_WORDS


@given(
    st.lists(st.sampled_from(sorted(order_json()))),
    st.dictionaries(st.sampled_from(sorted(order_json())), st.none()),
)
def test_no_accepted_order_is_an_error_whatever_is_missing(
    gone: list[str], nulled: dict[str, object]
) -> None:
    #
    content = {name: value for name, value in order_json(**nulled).items() if name not in gone}
    assert order_of(content, EXPECTED) is not None


def test_an_accepted_order_with_nothing_in_it_is_what_was_asked_for_and_unknown() -> None:
    # R-26, over the wire
    with scripted_server(Reply.of({})) as server:
        order = new_broker(server.url).submit(limit_buy())
    assert order == BrokerOrder(
        broker_order_id="",
        client_order_id="alc-1",
        symbol="SPY",
        side=Side.BUY,
        quantity=Decimal("1.5"),
        filled_quantity=Decimal(0),
        average_price=None,
        order_type=OrderType.LIMIT,
        limit_price=Decimal("410.10"),
        state=OrderState.UNKNOWN,
        raw_status="",
        submitted_at=NOON,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "filled", "filled_qty": "0.5"},
        {"status": "filled", "filled_qty": "0"},
        {"status": "filled", "filled_qty": "1.5", "filled_avg_price": "0"},
        {"status": "canceled", "filled_qty": None},
        {"status": "canceled", "filled_qty": "-1"},
        {"status": "canceled", "filled_qty": "NaN"},
    ],
)
def test_a_status_that_its_numbers_contradict_is_unknown(changes: dict[str, object]) -> None:
    # what is filled decides what is still sent
    assert parsed(**changes).state is OrderState.UNKNOWN


def test_numbers_are_decimals_whether_they_come_as_text_or_as_numbers() -> None:
    #
    content = json_of(b'{"qty": 0.30000000000000004, "filled_qty": 0.1, "filled_avg_price": 1e2}')
    order = order_of(content, EXPECTED)
    assert order is not None
    assert (order.quantity, order.filled_quantity) == (Decimal("0.30000000000000004"), Decimal("0.1"))
    assert order.average_price == Decimal(100)


def test_an_instant_keeps_microseconds_of_nanoseconds() -> None:
    assert parsed().submitted_at == datetime(2026, 3, 3, 17, 0, 0, 123456, UTC)


def test_an_order_by_value_and_a_stop_order_of_somebody_else_can_be_listed() -> None:
    # foreign orders are respected, so they have to be read
    by_value = order_json(qty=None, notional="500", type="market", limit_price=None, filled_qty="1.2")
    stop = order_json(type="trailing_stop", order_type="trailing_stop", limit_price=None)
    legs = order_json(symbol="", side="", order_class="mleg", legs=[order_json(symbol="SPY260320C00400000")])
    with scripted_server(Reply.of([by_value, stop, legs | {"id": "other"}])) as server:
        orders = new_broker(server.url).open_orders()
    assert [order.symbol for order in orders][-1] == "SPY260320C00400000"


@pytest.mark.parametrize("replaces", [None, "61e69015-8549-4bfd-b9c3-01e75843f47d"])
def test_a_replaced_order_names_the_other(replaces: str | None) -> None:
    order = parsed(status="replaced", replaced_by="new-id", replaces=replaces, filled_qty="0")
    assert (order.state, order.replaced_by, order.replaces) == (OrderState.CANCELED, "new-id", replaces)
