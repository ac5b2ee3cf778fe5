from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.alpaca import account_json, limit_buy, new_broker, new_clock, new_wire, order_json
from support.scripted_server import Manner, Reply, ScriptedServer, scripted_server

from alchemiser_dagster.broker.alpaca.client import GuardedTradingClient
from alchemiser_dagster.errors import OrderFateUnknownError


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


def test_a_connection_is_used_again(server: ScriptedServer) -> None:
    # a handshake for each of 60 orders would cost seconds
    server.play(Reply.of(account_json()), *[Reply.of(order_json())] * 20, Reply(204, b""), Reply.of([]))
    broker = new_broker(server.url)
    broker.account()
    for _ in range(20):
        broker.submit(limit_buy())
    broker.cancel("an-id")
    broker.positions()
    assert (len(server.seen), server.connections) == (23, 1)


def test_a_refusal_does_not_cost_the_connection(server: ScriptedServer) -> None:
    server.play(Reply.of({"message": "asset not found"}, 404), Reply.of(account_json()))
    broker = new_broker(server.url)
    broker.assets(["NONE"])
    broker.account()
    assert server.connections == 1


def test_a_connection_that_the_server_closed_meanwhile_does_not_double_an_order(
    server: ScriptedServer,
) -> None:
    #
    server.play(
        Reply(body=Reply.of(account_json()).body, manner=Manner.WHOLE_THEN_CLOSE), Reply.of(order_json())
    )
    broker = new_broker(server.url)
    broker.account()
    server.wait_until_closed()
    broker.submit(limit_buy())
    assert len(server.sent("POST")) == 1
    assert server.connections == 2


@pytest.mark.parametrize("manner", [Manner.CLOSE_UNREAD, Manner.RESET_UNREAD, Manner.CLOSE_READ])
def test_a_kept_connection_that_closes_under_an_order_leaves_its_fate_unknown(
    server: ScriptedServer, manner: Manner
) -> None:
    # a library that opens another connection and sends again would double the order
    server.play(Reply.of(account_json()), Reply(manner=manner), Reply.of(order_json()))
    broker = new_broker(server.url)
    broker.account()
    with pytest.raises(OrderFateUnknownError):
        broker.submit(limit_buy())
    assert server.attempts == 2
    assert server.connections == 1


def test_what_the_library_builds_itself_goes_over_the_same_wire(server: ScriptedServer) -> None:
    # no method of the client has a way of its own
    server.play(Reply.of({}, 504))
    client = GuardedTradingClient(new_wire(server.url, new_clock()), new_clock())
    with pytest.raises(OrderFateUnknownError):
        client.cancel_orders()
    with pytest.raises(OrderFateUnknownError):
        client.close_all_positions(cancel_orders=True)
    assert [(seen.method, seen.target) for seen in server.seen] == [
        ("DELETE", "/v2/orders"),
        ("DELETE", "/v2/positions?cancel_orders=true"),
    ]


def test_every_request_has_a_timeout(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    #
    from requests.adapters import HTTPAdapter

    timeouts: list[object] = []
    send = HTTPAdapter.send

    def noted(adapter: HTTPAdapter, request: object, **options: object) -> object:
        timeouts.append(options["timeout"])
        return send(adapter, request, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(HTTPAdapter, "send", noted)
    server.play(Reply.of(account_json()), Reply.of(order_json()), Reply.of(order_json()), Reply(204, b""))
    broker = new_broker(server.url)
    broker.account()
    broker.submit(limit_buy())
    broker.cancel("an-id")
    assert timeouts == [(0.3, 0.3)] * 3
