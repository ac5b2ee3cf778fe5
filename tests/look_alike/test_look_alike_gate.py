"""Who is let in and how often; what the request log keeps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.look_alike_world import HEADERS, KEY, SECRET, Served, served

from alchemiser_dagster.look_alike.rate_limit import RateLimit
from alchemiser_dagster.look_alike.terms import Terms

START = datetime(2024, 11, 27, 20, 45, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, terms=Terms(requests_per_minute=5)) as one:
        yield one


class TwoClocks:
    """The look-alike's clock and the machine's, each moved by hand."""

    def __init__(self) -> None:
        self.instant, self.seconds = START, 0.0

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, 40110000),
        ({"APCA-API-KEY-ID": KEY}, 401, 40110000),
        ({"APCA-API-KEY-ID": KEY, "APCA-API-SECRET-KEY": "wrong"}, 403, 40310000),
        ({"APCA-API-KEY-ID": "wrong", "APCA-API-SECRET-KEY": SECRET}, 403, 40310000),
    ],
)
def test_without_the_keys_nothing_is_answered_and_nothing_ordered(
    world: Served, headers: dict[str, str], status: int, code: int
) -> None:
    for method, path in (("GET", "/v2/account"), ("GET", "/v2/stocks/snapshots"), ("POST", "/v2/orders")):
        body = {"symbol": "AAA", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}
        answer = world.ask(method, path, headers=headers, json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert world.get("/sim/state")["orders"] == {}


def test_the_control_endpoints_need_no_keys(world: Served) -> None:
    assert world.ask("GET", "/sim/clock", headers={}).status_code == 200


def test_every_answer_tells_what_is_left_and_the_one_too_many_is_refused(world: Served) -> None:
    #
    answers = [world.ask("GET", path) for path in ("/v2/clock", "/v2/nothing", "/v2/orders/x")]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["4", "3", "2"]
    assert {answer.headers["X-RateLimit-Limit"] for answer in answers} == {"5"}
    reset = {answer.headers["X-RateLimit-Reset"] for answer in answers}
    assert reset == {str(int((START + timedelta(seconds=60)).timestamp()))}
    assert [world.order().status_code for _ in range(3)] == [200, 200, 429]
    refused = world.ask("GET", "/v2/account")
    assert (refused.json()["code"], refused.headers["X-RateLimit-Remaining"]) == (42910000, "0")
    assert len(world.get("/sim/state")["orders"]) == 2


def test_winding_the_clock_on_frees_the_window(world: Served) -> None:
    for _ in range(5):
        world.get("/v2/clock")
    world.ask("POST", "/sim/clock", json={"advance_seconds": 59})
    assert world.ask("GET", "/v2/clock").status_code == 429
    world.ask("POST", "/sim/clock", json={"advance_seconds": 1})
    assert world.ask("GET", "/v2/clock").headers["X-RateLimit-Remaining"] == "4"


def test_trading_and_data_are_counted_apart(world: Served) -> None:
    for _ in range(5):
        world.get("/v2/clock")
    answer = world.ask("GET", "/v2/stocks/snapshots", params={"symbols": "AAA"})
    assert (answer.status_code, answer.headers["X-RateLimit-Remaining"]) == (200, "4")


def test_real_time_frees_the_window_of_a_clock_that_stands() -> None:
    clock = TwoClocks()
    limit = RateLimit(clock, 1)
    assert limit.take().granted
    clock.seconds = 59.9
    assert not limit.take().granted
    clock.seconds = 60.0
    assert limit.take().granted


@given(
    st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=60),
    st.integers(1, 5),
)
def test_no_minute_ever_has_more_than_the_limit_and_the_reset_is_kept(waits: list[float], most: int) -> None:
    clock = TwoClocks()
    limit = RateLimit(clock, most)
    granted: list[datetime] = []
    for wait in waits:
        clock.sleep(wait)
        allowance = limit.take()
        if allowance.granted:
            granted.append(clock.now())
        else:
            assert allowance.remaining == 0
            assert allowance.reset >= clock.now().timestamp()
        within = [at for at in granted if clock.now() - at < timedelta(seconds=60)]
        assert len(within) <= most
        assert allowance.remaining == most - len(within)


def test_the_log_keeps_each_request_with_its_client_order_id_and_no_key(world: Served) -> None:
    #
    world.resting(client_order_id="mine")
    world.order(qty="0")
    world.get("/v2/orders:by_client_order_id", client_order_id="mine")
    world.ask("GET", "/v2/account", headers={})
    entries = world.get("/sim/requests")
    assert [entry["number"] for entry in entries] == [1, 2, 3, 4]
    assert [(entry["method"], entry["path"]) for entry in entries[:2]] == [("POST", "/v2/orders")] * 2
    assert [entry["status"] for entry in entries] == [200, 422, 200, 401]
    assert [entry["decided"] for entry in entries] == [200, 422, 200, None]
    assert entries[0]["client_order_id"] == "mine"
    assert entries[2]["query"] == "client_order_id=mine"
    text = world.ask("GET", "/sim/requests").text
    assert not any(value in text for value in HEADERS.values())
    assert world.ask("DELETE", "/sim/requests").status_code == 204
    assert world.get("/sim/requests") == []


def test_keys_are_in_no_representation() -> None:
    #
    assert not any(value in f"{Terms()!r}{Terms()}" for value in HEADERS.values())
