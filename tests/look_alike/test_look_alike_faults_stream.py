"""The real stream client hears an order's life, and hears it wrong where the plan says so."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import websockets
from alpaca.trading.models import TradeUpdate
from alpaca.trading.stream import TradingStream
from support.faulty_world import KEY, SECRET, FaultyWorld, faulty_world
from support.known_faults import STREAM_FAULTS, market_plans
from support.trading import BEFORE_CLOSE

PATIENCE = 5
BELOW = "90"
WAKING = "to-wake-the-client"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[FaultyWorld]:
    with faulty_world(tmp_path) as served:
        yield served


def stream_of(served: FaultyWorld) -> str:
    return served.address.replace("http", "ws") + "/stream"


class Heard:
    """What the real client was told; a test waits for so many events, bounded."""

    def __init__(self) -> None:
        self.updates: list[TradeUpdate] = []
        self._changed = threading.Condition()

    async def hear(self, update: TradeUpdate) -> None:
        if update.order.client_order_id == WAKING:
            return
        with self._changed:
            self.updates.append(update)
            self._changed.notify_all()

    def events(self, count: int) -> list[str]:
        """Return the events once there are so many; fail where they don't come."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.updates) >= count, PATIENCE), self._said()
            return self._said()

    def _said(self) -> list[str]:
        return [getattr(update.event, "value", update.event) for update in self.updates]


@contextmanager
def listening(served: FaultyWorld) -> Iterator[Heard]:
    """Run alpaca-py's own stream in a thread, from when it listens until the end."""
    heard = Heard()
    stream = TradingStream(KEY, SECRET, paper=True, url_override=stream_of(served))
    stream.subscribe_trade_updates(heard.hear)
    thread = threading.Thread(target=stream.run, daemon=True)
    with one_more_listener(served):
        thread.start()
    yield heard
    stream.stop()
    wake(served)
    thread.join(2 * PATIENCE)
    assert not thread.is_alive(), "the client's stream did not stop"


def wake(served: FaultyWorld) -> None:
    """Send the client one more event: it looks for its end between two."""
    served.ask("DELETE", "/sim/faults")
    served.ask("POST", "/sim/clock", json={"now": BEFORE_CLOSE.isoformat()})
    served.order(WAKING, symbol="EEE", limit_price="0.4")


@contextmanager
def one_more_listener(served: FaultyWorld) -> Iterator[None]:
    """Wait at the end until one more client listens than at the beginning."""
    before = listeners(served)
    yield
    for _ in range(PATIENCE * 50):
        if listeners(served) > before:
            return
        threading.Event().wait(0.02)
    pytest.fail("nobody listens")


def listeners(served: FaultyWorld) -> int:
    return int(served.ask("GET", "/sim/stream").json()["listeners"])


def test_the_real_client_hears_a_buy_from_new_to_fill(served: FaultyWorld) -> None:
    with listening(served) as heard:
        served.order("bought")
        assert heard.events(2) == ["new", "fill"]
    fill = heard.updates[1]
    assert (fill.order.client_order_id, fill.order.status.value) == ("bought", "filled")
    assert (fill.qty, fill.position_qty) == (10, 10)
    assert fill.price == pytest.approx(100, rel=0.01)
    assert fill.execution_id is not None
    assert fill.timestamp == served.world.clock.now()


def test_partial_fills_come_one_by_one_each_with_what_is_held(served: FaultyWorld) -> None:
    behaviour = {"shares_per_look": "4"}
    served.plan(None, {"kind": "symbol", "symbols": ["AAA"], "behaviour": behaviour})
    with listening(served) as heard:
        served.order()
        served.orders()
        served.orders()
        assert heard.events(4) == ["new", "partial_fill", "partial_fill", "fill"]
    assert [(update.qty, update.position_qty) for update in heard.updates[1:]] == [(4, 4), (4, 8), (2, 10)]
    assert [update.order.filled_qty for update in heard.updates] == ["0", "4", "8", "10"]


def test_a_cancellation_and_an_expiry_are_told(served: FaultyWorld) -> None:
    served.plan(None, {"kind": "slow broker", "cancel_seconds": 5})
    with listening(served) as heard:
        resting = served.order("canceled", limit_price=BELOW).json()["id"]
        served.order("expired", limit_price=BELOW)
        served.ask("DELETE", f"/v2/orders/{resting}")
        served.wind(6)
        served.orders()
        served.wind(3600)
        served.orders()
        assert heard.events(5) == ["new", "new", "pending_cancel", "canceled", "expired"]
    assert [update.order.client_order_id for update in heard.updates[2:]] == ["canceled"] * 2 + ["expired"]


def test_a_replacement_is_told_of_both_orders(served: FaultyWorld) -> None:
    with listening(served) as heard:
        resting = served.order("old", limit_price=BELOW).json()["id"]
        change = {"limit_price": "91", "client_order_id": "new"}
        served.ask("PATCH", f"/v2/orders/{resting}", json=change)
        assert sorted(heard.events(3)) == ["new", "new", "replaced"]
    by_id = {update.order.client_order_id: update.order for update in heard.updates}
    assert by_id["new"].replaces == by_id["old"].id


def test_a_replacement_that_a_fill_overtook_is_told_as_refused(served: FaultyWorld) -> None:
    served.plan(market_plans("AAA")["fill during cancel"])
    with listening(served) as heard:
        resting = served.order("old", limit_price=BELOW).json()["id"]
        served.ask("PATCH", f"/v2/orders/{resting}", json={"limit_price": "91", "client_order_id": "next"})
        served.wind(6)
        served.orders()
        assert heard.events(4) == ["new", "fill", "rejected", "order_replace_rejected"]
    assert [update.order.client_order_id for update in heard.updates] == ["old", "old", "next", "old"]


def test_an_order_that_the_broker_rejects_is_told(served: FaultyWorld) -> None:
    served.plan(market_plans("AAA")["rejected after acceptance"])
    with listening(served) as heard:
        served.order()
        served.orders()
        assert heard.events(2)[-1] == "rejected"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("duplicated event", ["new", "fill", "fill", "new", "fill"]),
        ("reordered events", ["fill", "new", "new", "fill"]),
        ("missing event", ["new", "new", "fill"]),
    ],
)
def test_a_fault_of_the_stream_changes_what_is_heard_and_nothing_else(
    served: FaultyWorld, name: str, expected: list[str]
) -> None:
    served.plan(None, STREAM_FAULTS[name].model_dump(mode="json"))
    with listening(served) as heard:
        served.order("first")
        served.order("second")
        assert heard.events(len(expected)) == expected
        assert served.counts() == [1]
        assert [order["status"] for order in served.orders()] == ["filled", "filled"]


def test_the_real_client_comes_back_after_a_disconnect(served: FaultyWorld) -> None:
    served.plan(None, STREAM_FAULTS["disconnect"].model_dump(mode="json"))
    with listening(served) as heard:
        served.order("lost")
        with one_more_listener(served):
            pass
        served.order("heard")
        assert heard.events(2) == ["new", "fill"]
    assert {update.order.client_order_id for update in heard.updates} == {"heard"}


def test_orders_accepted_without_an_answer_are_told_too(served: FaultyWorld) -> None:
    served.plan(None, {"kind": "late acceptance", "after_requests": 1, "answer": "gateway timeout"})
    with listening(served) as heard:
        served.order("late")
        served.ask("GET", "/v2/clock")
        assert heard.events(2) == ["new", "fill"]


@asynccontextmanager
async def connected(served: FaultyWorld) -> AsyncIterator[Any]:
    async with websockets.connect(stream_of(served), proxy=None) as client:
        yield client


async def say(client: Any, message: object) -> None:
    await client.send(json.dumps(message))


async def hear(client: Any) -> Any:
    said = await asyncio.wait_for(client.recv(), PATIENCE)
    assert isinstance(said, bytes), "a paper account speaks in binary frames"
    return json.loads(said)


@pytest.mark.parametrize(
    "message",
    [
        {"action": "authenticate", "data": {"key_id": KEY, "secret_key": "wrong"}},
        {"action": "listen", "data": {"streams": ["trade_updates"]}},
        ["no", "object"],
    ],
)
def test_who_has_not_the_keys_is_told_so_and_let_go(served: FaultyWorld, message: object) -> None:
    async def talk() -> None:
        async with connected(served) as client:
            await say(client, message)
            assert (await hear(client))["data"]["status"] == "unauthorized"
            with pytest.raises(websockets.ConnectionClosed) as raised:
                await asyncio.wait_for(client.recv(), PATIENCE)
            assert raised.value.rcvd.code == 1008

    asyncio.run(talk())


@pytest.mark.parametrize(
    "keys",
    [
        {"action": "authenticate", "data": {"key_id": KEY, "secret_key": SECRET}},
        {"action": "auth", "key": KEY, "secret": SECRET},
    ],
)
def test_both_forms_of_keys_are_accepted(served: FaultyWorld, keys: object) -> None:
    async def talk() -> None:
        async with connected(served) as client:
            await say(client, keys)
            assert await hear(client) == {
                "stream": "authorization",
                "data": {"status": "authorized", "action": "authenticate"},
            }
            await say(client, {"action": "listen", "data": {"streams": ["trade_updates"]}})
            assert await hear(client) == {"stream": "listening", "data": {"streams": ["trade_updates"]}}
            await asyncio.to_thread(served.order)
            assert (await hear(client))["data"]["event"] == "new"

    asyncio.run(talk())


def test_a_reset_stream_is_reset(served: FaultyWorld) -> None:
    served.plan(None, {"kind": "stream disconnect"})

    async def talk() -> None:
        async with connected(served) as client:
            await say(client, {"action": "auth", "key": KEY, "secret": SECRET})
            await hear(client)
            await say(client, {"action": "listen", "data": {"streams": ["trade_updates"]}})
            await hear(client)
            await asyncio.to_thread(served.order)
            with pytest.raises(websockets.ConnectionClosedError):
                await asyncio.wait_for(client.recv(), PATIENCE)

    asyncio.run(talk())
