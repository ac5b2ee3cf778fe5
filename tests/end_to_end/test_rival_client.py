"""What the bare client of Alpaca's own library does where a gateway times out after the order was accepted.

This documents the rival: it sends the order again, and every time it is accepted. The system's own client is
held to one order by the same plan.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from alpaca.common.exceptions import APIError
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, TimeInForce
from alpaca.trading.requests import MarketOrderRequest
from support.alpaca_bench import AlpacaBench, served_here
from support.faulty_world import KEY, SECRET, FaultyWorld, faulty_world
from support.trading import line

from alchemiser_dagster.look_alike.fault_plan import FaultPlan, Status, When
from alchemiser_dagster.records.values import Outcome, Side


def gateway_times_out_after_acceptance(times: int | None) -> FaultPlan:
    """Return the plan that both clients meet."""
    fault = Status(method="POST", path="/v2/orders", status=504, when=When.AFTER, is_json=False, times=times)
    return FaultPlan(faults=(fault,))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[FaultyWorld]:
    with faulty_world(tmp_path) as served:
        yield served


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The client's waits between two tries, which no argument of its constructor changes."""
    naps: list[float] = []
    monkeypatch.setattr(time, "sleep", naps.append)
    return naps


@pytest.fixture
def rival(served: FaultyWorld) -> TradingClient:
    return TradingClient(KEY, SECRET, paper=True, url_override=served.address)


def buy(client: TradingClient) -> None:
    client.submit_order(
        MarketOrderRequest(symbol="AAA", qty=10, side=OrderSide.BUY, time_in_force=TimeInForce.DAY)
    )


@pytest.mark.parametrize(("times", "orders"), [(1, 2), (2, 3), (3, 4)])
def test_the_bare_client_sends_an_order_again_and_buys_it_again(
    served: FaultyWorld, rival: TradingClient, naps: list[float], times: int, orders: int
) -> None:
    served.plan(gateway_times_out_after_acceptance(times))
    buy(rival)
    assert [order["status"] for order in served.orders()] == ["filled"] * orders
    assert served.world.venue.positions()[0].quantity == 10 * orders
    assert naps == [3] * times


def test_the_bare_client_gives_up_with_four_orders_and_calls_it_an_error(
    served: FaultyWorld, rival: TradingClient, naps: list[float]
) -> None:
    served.plan(gateway_times_out_after_acceptance(None))
    with pytest.raises(APIError):
        buy(rival)
    assert len(served.orders()) == 4
    assert len(naps) == 3


@pytest.mark.parametrize("times", [1, 2, 3, None])
def test_the_system_sends_it_once_and_finds_it(tmp_path: Path, times: int | None) -> None:
    #
    with served_here(tmp_path) as look_alike:
        look_alike.reset()
        bench = AlpacaBench(tmp_path, look_alike)
        plan = bench.plan(line("AAA", Side.BUY, "10"))
        broken = gateway_times_out_after_acceptance(times).model_dump(mode="json")
        look_alike.plan_faults(*broken["faults"])
        result = bench.execute(plan)
        bench.close()
        assert result.outcome is Outcome.TRADED
        assert [asked["method"] for asked in look_alike.requests()].count("POST") == 1
        assert look_alike.held() == {"AAA": 10}
