"""Each thing that the embedded broker refuses, with Alpaca's code and words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from support.trading import BEFORE_CLOSE, WINDOW, Bench, limit_order, market_order

from alchemiser_dagster.broker.simulated.refusal import RefusedOrderError
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.errors import DuplicateOrderError, OrderRejectedError
from alchemiser_dagster.records.order import OrderChange, OrderRequest, TimeInForce
from alchemiser_dagster.records.values import Side

RULES = SimulationRules(
    starting_cash=Decimal(10_000), non_fractionable=frozenset({"WHO"}), non_tradable=frozenset({"DDD"})
)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path, RULES)
    bench.hold({"AAA": "10"})
    return bench


def nothing(_bench: Bench) -> None:
    """Leave the account as it is."""


def open_sell(bench: Bench) -> None:
    bench.broker.submit(limit_order("AAA", Side.SELL, "8", "120.00", "resting"))


def open_buy(bench: Bench) -> None:
    bench.broker.submit(limit_order("BBB", Side.BUY, "160", "40.00", "resting"))


def market_closed(bench: Bench) -> None:
    bench.clock.sleep(timedelta(minutes=16).total_seconds())


def closing(quantity: str) -> OrderRequest:
    return market_order("AAA", Side.BUY, quantity).model_copy(update={"time_in_force": TimeInForce.CLOSE})


CASES = [
    (nothing, market_order("AAA", Side.SELL, "11"), "40310000", "insufficient qty available"),
    (nothing, market_order("BBB", Side.SELL, "1"), "40310000", "requested: 1, available: 0"),
    (open_sell, market_order("AAA", Side.SELL, "3"), "40310000", "requested: 3, available: 2"),
    (nothing, limit_order("BBB", Side.BUY, "250", "50.00"), "40310000", "insufficient buying power"),
    (open_buy, limit_order("CCC", Side.BUY, "200", "20.00"), "40310000", "insufficient buying power"),
    (nothing, market_order("BBB", Side.BUY, "175"), "40310000", "insufficient buying power"),
    (nothing, limit_order("AAA", Side.BUY, "1", "99.999"), "42210000", "sub-penny"),
    (nothing, limit_order("EEE", Side.BUY, "10", "0.50001"), "42210000", "sub-penny"),
    (nothing, market_order("DDD", Side.BUY, "1"), "42210000", "DDD is not tradable"),
    (nothing, market_order("NONE", Side.BUY, "1"), "40010001", "asset NONE not found"),
    (nothing, market_order("WHO", Side.BUY, "1.5"), "40310000", "WHO is not fractionable"),
    (nothing, market_order("AAA", Side.BUY, "0.0000000001"), "40010001", "9 decimal places"),
    (nothing, market_order("AAA", Side.BUY, "0.009"), "40310000", "minimal amount of order 1"),
    (nothing, market_order("AAA", Side.BUY, "1", "before-AAA"), "40010001", "client_order_id must be unique"),
    (nothing, closing("1.5"), "42210000", "fractional orders must be DAY orders"),
    (market_closed, market_order("AAA", Side.BUY, "1"), "42210000", "market is not open"),
    (open_sell, market_order("AAA", Side.BUY, "1"), "40310000", "potential wash trade detected"),
    (open_buy, market_order("BBB", Side.SELL, "1"), "40310000", "potential wash trade detected"),
]


@pytest.mark.parametrize(("prepare", "request_", "code", "words"), CASES)
def test_what_alpaca_refuses_is_refused_and_changes_nothing(
    bench: Bench, prepare: Callable[[Bench], None], request_: OrderRequest, code: str, words: str
) -> None:
    prepare(bench)
    before = (bench.broker.account(), bench.broker.positions(), bench.broker.open_orders())
    with pytest.raises(OrderRejectedError) as refused:
        bench.broker.submit(request_)
    assert f"code {code}" in str(refused.value)
    assert words in str(refused.value)
    assert refused.value.where == request_.symbol
    assert (bench.broker.account(), bench.broker.positions(), bench.broker.open_orders()) == before


def test_a_sub_dollar_limit_may_have_four_decimals(bench: Bench) -> None:
    assert bench.broker.submit(limit_order("EEE", Side.BUY, "10", "0.4999")).raw_status == "new"


def test_a_repeated_client_id_is_told_apart_from_other_refusals(bench: Bench) -> None:
    #
    with pytest.raises(DuplicateOrderError):
        bench.broker.submit(market_order("CCC", Side.BUY, "1", "before-AAA"))


EARLY_CLOSE = datetime(2024, 11, 29, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize("close", [BEFORE_CLOSE + WINDOW, EARLY_CLOSE])
@pytest.mark.parametrize(("before", "is_late"), [(600, False), (599, True)])
def test_orders_for_the_closing_auction_are_refused_ten_minutes_before_the_close(
    tmp_path: Path,
    close: datetime,
    before: int,
    is_late: bool,  # noqa: FBT001
) -> None:
    bench = Bench(tmp_path, RULES, clock=StandingClock(close - timedelta(seconds=before)))
    if not is_late:
        assert bench.broker.submit(closing("1")).raw_status == "accepted"
        return
    with pytest.raises(OrderRejectedError, match="cls orders are not accepted"):
        bench.broker.submit(closing("1"))


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (market_order("AAA", Side.SELL, "11"), (403, 40310000)),
        (market_order("AAA", Side.BUY, "1", "before-AAA"), (422, 40010001)),
        (limit_order("AAA", Side.BUY, "1", "99.999"), (422, 42210000)),
    ],
)
def test_a_refusal_is_what_a_server_answers_with(
    bench: Bench, request_: OrderRequest, answer: tuple[int, int]
) -> None:
    with pytest.raises(RefusedOrderError) as refused:
        bench.broker.submit(request_)
    refusal = refused.value.refusal
    assert (refusal.status, refusal.code) == answer
    assert refusal.message in str(refused.value)


def test_an_order_that_is_not_open_is_neither_canceled_nor_replaced(bench: Bench) -> None:
    (order,) = bench.broker.orders_since(BEFORE_CLOSE)
    change = OrderChange(client_order_id="new", quantity=Decimal(1), limit_price=Decimal(90))
    with pytest.raises(OrderRejectedError, match="not open"):
        bench.broker.cancel(order.broker_order_id)
    with pytest.raises(OrderRejectedError, match="not open"):
        bench.broker.replace(order.broker_order_id, change)


def test_a_refused_replacement_leaves_the_old_order_open(bench: Bench) -> None:
    old = bench.broker.submit(limit_order("BBB", Side.BUY, "10", "40.00", "resting"))
    too_much = OrderChange(client_order_id="new", quantity=Decimal(10_000), limit_price=Decimal(40))
    with pytest.raises(OrderRejectedError, match="buying power"):
        bench.broker.replace(old.broker_order_id, too_much)
    taken = OrderChange(client_order_id="resting", quantity=Decimal(1), limit_price=Decimal(40))
    with pytest.raises(DuplicateOrderError):
        bench.broker.replace(old.broker_order_id, taken)
    assert bench.broker.open_orders() == (old,)
