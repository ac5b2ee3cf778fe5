"""What the embedded broker tells beyond the protocol."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from support.trading import BEFORE_CLOSE, Bench, limit_order, market_order

from alchemiser_dagster.broker.simulated.queries import Listing, OrderQuery
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.records.values import Side

SECOND = BEFORE_CLOSE + timedelta(seconds=1)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return an account with an order filled, one canceled, two open; a second lies between each."""
    bench = Bench(tmp_path)
    bench.broker.submit(market_order("AAA", Side.BUY, "4", "filled"))
    bench.clock.sleep(1)
    canceled = bench.broker.submit(limit_order("BBB", Side.BUY, "1", "40.00", "canceled"))
    bench.broker.cancel(canceled.broker_order_id)
    bench.clock.sleep(1)
    bench.broker.submit(limit_order("BBB", Side.BUY, "1", "40.00", "open"))
    bench.clock.sleep(1)
    bench.broker.submit(limit_order("AAA", Side.SELL, "1", "140.00", "sell"))
    return bench


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (OrderQuery(), ["open", "sell"]),
        (OrderQuery(Listing.CLOSED), ["filled", "canceled"]),
        (OrderQuery(Listing.ALL), ["filled", "canceled", "open", "sell"]),
        (OrderQuery(Listing.ALL, newest_first=True, limit=3), ["sell", "open", "canceled"]),
        (OrderQuery(Listing.ALL, since=SECOND), ["canceled", "open", "sell"]),
        (OrderQuery(Listing.ALL, after=SECOND), ["open", "sell"]),
        (OrderQuery(Listing.ALL, until=SECOND), ["filled"]),
        (OrderQuery(Listing.ALL, symbols=("AAA",)), ["filled", "sell"]),
        (OrderQuery(Listing.ALL, side=Side.SELL), ["sell"]),
    ],
)
def test_orders_are_listed_as_asked_for(bench: Bench, query: OrderQuery, names: list[str]) -> None:
    assert [order.client_order_id for order in bench.broker.venue.orders(query)] == names


def test_an_order_has_the_instants_of_its_life(bench: Bench) -> None:
    filled, canceled, resting, _ = bench.broker.venue.orders(OrderQuery(Listing.ALL))
    assert (filled.submitted_at, filled.filled_at, filled.canceled_at) == (BEFORE_CLOSE, BEFORE_CLOSE, None)
    assert (canceled.filled_at, canceled.canceled_at, canceled.updated_at) == (None, SECOND, SECOND)
    assert (resting.expired_at, resting.replaced_at, resting.failed_at) == (None, None, None)


def test_an_order_is_found_by_the_brokers_id(bench: Bench) -> None:
    (sell,) = bench.broker.venue.orders(OrderQuery(side=Side.SELL))
    assert bench.broker.venue.order(sell.broker_order_id) == sell
    assert bench.broker.venue.order("nobody") is None


def test_a_fill_tells_what_its_order_had_filled_with_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SimulationRules(shares_per_look=Decimal(4)))
    bench.broker.submit(market_order("AAA", Side.BUY, "10", "thin"))
    bench.clock.sleep(1)
    for _ in range(2):
        bench.broker.open_orders()
    reports = bench.broker.venue.fills_since(BEFORE_CLOSE)
    assert [(one.cumulative_quantity, one.leaves_quantity) for one in reports] == [(4, 6), (8, 2), (10, 0)]
    assert {one.order.client_order_id for one in reports} == {"thin"}
    late = bench.broker.venue.fills_since(SECOND)
    assert late == reports[1:]
    assert bench.broker.fills_since(SECOND) == tuple(one.fill for one in late)
