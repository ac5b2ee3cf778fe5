"""Each fault does on the wire what its name says, and leaves or leaves not an order behind."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from support.small_market import SmallMarket, served

ORDER = {"symbol": "SPY", "qty": "1", "side": "buy", "client_order_id": "mine"}
GIVES_UP = 0.15


class Client:
    """`requests` as it is, on one kept connection, without any retry."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.session = requests.Session()
        self.session.mount("http://", HTTPAdapter(max_retries=0))

    def ask(self, method: str, path: str, timeout: float = 5, **more: Any) -> requests.Response:
        return self.session.request(method, self.address + path, timeout=timeout, **more)

    def order(self, timeout: float = 5) -> requests.Response:
        return self.ask("POST", "/v2/orders", timeout, json=ORDER)

    def count(self) -> int:
        return len(self.ask("GET", "/v2/orders").json())


@pytest.fixture
def market() -> SmallMarket:
    return SmallMarket()


@pytest.fixture
def client(market: SmallMarket) -> Iterator[Client]:
    with served(market.app) as address:
        client = Client(address)
        assert client.ask("GET", "/v2/account").json()["status"] == "ACTIVE"
        yield client
        client.session.close()


def innermost(error: BaseException) -> BaseException:
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return error


POST = {"method": "POST", "path": "/v2/orders"}
SIDES = [("before", 0), ("after", 1)]


@pytest.mark.parametrize(("when", "orders"), SIDES)
def test_a_reset_is_a_reset(market: SmallMarket, client: Client, when: str, orders: int) -> None:
    market.plan({"kind": "reset", "when": when, **POST})
    with pytest.raises(requests.ConnectionError) as raised:
        client.order()
    cause = innermost(raised.value)
    assert isinstance(cause, OSError)
    assert cause.errno == errno.ECONNRESET  # one that was closed has the same type, but no number
    assert client.count() == orders


@pytest.mark.parametrize(("when", "orders"), SIDES)
def test_a_drop_closes_without_an_answer(market: SmallMarket, client: Client, when: str, orders: int) -> None:
    market.plan({"kind": "drop", "when": when, **POST})
    with pytest.raises(requests.ConnectionError, match="Remote end closed connection without response"):
        client.order()
    assert client.count() == orders


@pytest.mark.parametrize(("when", "orders"), SIDES)
def test_silence_lasts_until_the_client_gives_up(
    market: SmallMarket, client: Client, when: str, orders: int
) -> None:
    market.plan({"kind": "silence", "when": when, **POST})
    with pytest.raises(requests.ReadTimeout):
        client.order(GIVES_UP)
    assert client.count() == orders


@pytest.mark.parametrize(("when", "orders"), SIDES)
@pytest.mark.parametrize("status", [429, 500, 502, 504])
def test_a_status_is_answered_in_alpacas_words(
    market: SmallMarket, client: Client, status: int, when: str, orders: int
) -> None:
    market.plan({"kind": "status", "status": status, "when": when, "headers": {"Retry-After": "2"}, **POST})
    answer = client.order()
    assert answer.status_code == status
    assert answer.json()["code"] == status * 100_000 + 10_000
    assert answer.headers["Retry-After"] == "2"
    assert client.count() == orders


def test_a_gateway_answers_with_a_page_that_is_no_json(market: SmallMarket, client: Client) -> None:
    market.plan({"kind": "status", "status": 502, "is_json": False})
    answer = client.order()
    assert answer.headers["Content-Type"] == "text/html"
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_a_delay_outlasts_a_short_patience_only(market: SmallMarket, client: Client) -> None:
    market.plan({"kind": "delay", "seconds": 0.4, "when": "after", "times": 2, **POST})
    with pytest.raises(requests.ReadTimeout):
        client.order(GIVES_UP)
    assert client.order().json()["id"] == "order-2"
    assert client.count() == 2


def test_half_a_body_is_an_incomplete_read_of_an_order_that_exists(
    market: SmallMarket, client: Client
) -> None:
    market.plan({"kind": "half body", **POST})
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        client.order()
    assert client.count() == 1


def test_half_of_an_empty_body_is_no_answer(market: SmallMarket, client: Client) -> None:
    market.plan({"kind": "half body", "method": "DELETE"})
    with pytest.raises(requests.ConnectionError, match="Remote end closed"):
        client.ask("DELETE", "/v2/orders/order-1")


def test_an_unknown_status_stands_in_every_order_of_the_answer(market: SmallMarket, client: Client) -> None:
    market.plan({"kind": "unknown status", "word": "pondering", "times": 2})
    assert client.order().json() == {**ORDER, "id": "order-1", "status": "pondering", "filled_qty": "0"}
    assert [order["status"] for order in client.ask("GET", "/v2/orders").json()] == ["pondering"]
    assert [order["status"] for order in client.ask("GET", "/v2/orders").json()] == ["new"]


def test_null_fields_are_null_and_the_others_stay(market: SmallMarket, client: Client) -> None:
    market.plan({"kind": "null fields", "fields": ["filled_qty", "qty"], **POST})
    answer = client.order().json()
    assert (answer["filled_qty"], answer["qty"], answer["status"]) == (None, None, "new")
    assert market.orders[0]["qty"] == "1"


ANSWERS = {
    "silence": requests.ReadTimeout,
    "drop": requests.ConnectionError,
    "reset": requests.ConnectionError,
}


@pytest.mark.parametrize("answer", [*ANSWERS, "gateway timeout"])
def test_a_late_acceptance_comes_after_so_many_further_requests(
    market: SmallMarket, client: Client, answer: str
) -> None:
    market.plan({"kind": "late acceptance", "after_requests": 2, "answer": answer, **POST})
    if answer in ANSWERS:
        with pytest.raises(ANSWERS[answer]):
            client.order(GIVES_UP)
    else:
        assert client.order().status_code == 504
    assert [client.count() for _ in range(3)] == [0, 0, 1]


def test_a_late_acceptance_waits_for_the_clock(market: SmallMarket, client: Client) -> None:
    market.plan({"kind": "late acceptance", "after_seconds": 30, "answer": "drop", **POST})
    with pytest.raises(requests.ConnectionError):
        client.order()
    assert [client.count() for _ in range(3)] == [0, 0, 0]
    client.ask("POST", "/sim/clock", json={"advance_seconds": 29.9})
    assert client.count() == 0
    client.ask("POST", "/sim/clock", json={"advance_seconds": 0.1})
    assert client.count() == 1


def test_control_endpoints_never_go_wrong(market: SmallMarket, client: Client) -> None:
    market.plan({"kind": "reset", "times": None})
    assert client.ask("POST", "/sim/clock", json={"advance_seconds": 1}).status_code == 200
    with pytest.raises(requests.ConnectionError):
        client.order()


def test_other_connections_live_on_when_one_is_reset(market: SmallMarket, client: Client) -> None:
    other = Client(client.address)
    other.ask("GET", "/v2/account")
    market.plan({"kind": "reset", **POST})
    with pytest.raises(requests.ConnectionError):
        client.order()
    assert other.count() == 0
    other.session.close()


@pytest.mark.parametrize("fault", [{"kind": "silence"}, {"kind": "delay", "seconds": 60}])
def test_a_server_that_ends_leaves_nobody_waiting(
    market: SmallMarket, caplog: pytest.LogCaptureFixture, fault: dict[str, Any]
) -> None:
    #
    failed: list[BaseException] = []

    def wait_for_ever(client: Client) -> None:
        try:
            client.ask("GET", "/v2/account", timeout=30)
        except requests.ConnectionError as error:
            failed.append(error)

    market.plan(fault)
    with served(market.app) as address:
        waiting = threading.Thread(target=wait_for_ever, args=(Client(address),))
        waiting.start()
        other = Client(address)
        while market.faults.report().faults[0].fired == 0:
            other.ask("POST", "/sim/clock", json={"advance_seconds": 1})
        other.session.close()
    waiting.join(10)
    assert len(failed) == 1
    assert not [record for record in caplog.records if record.exc_info]
