from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from support.scripted_server import Manner, Reply, ScriptedServer, refusing_server, scripted_server

from alchemiser_dagster.broker.alpaca.look_alike_clock import LookAlikeClock
from alchemiser_dagster.errors import BrokerError, ConfigurationError

NINE = datetime(2026, 3, 3, 14, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


def told(instant: datetime, *, runs: bool = False) -> Reply:
    return Reply.of({"now": instant.isoformat(), "runs": runs})


def test_it_stands_where_the_look_alike_stands(server: ScriptedServer) -> None:
    #
    server.play(told(NINE))
    clock = LookAlikeClock(server.url)
    assert clock.now() == clock.now() == NINE
    assert clock.now().tzinfo is UTC
    assert server.seen[0].target == "/sim/clock"


def test_it_goes_on_where_the_look_alike_runs(server: ScriptedServer) -> None:
    server.play(told(NINE, runs=True))
    clock = LookAlikeClock(f"{server.url}/v2")
    first = clock.now()
    while clock.now() == first:
        pass
    assert NINE <= first < clock.now()


def test_sleeping_winds_the_look_alike_on_and_takes_over_its_time(server: ScriptedServer) -> None:
    server.play(told(NINE), told(NINE + timedelta(seconds=12)))
    clock = LookAlikeClock(server.url)
    clock.sleep(10)
    assert clock.now() == NINE + timedelta(seconds=12)
    (seen,) = server.sent("POST")
    assert seen.content == {"advance_seconds": 10}


def test_a_server_without_such_a_clock_is_no_look_alike(server: ScriptedServer) -> None:
    #
    server.play(Reply.of({"message": "Not Found"}, 404))
    with pytest.raises(ConfigurationError, match="no look-alike"):
        LookAlikeClock(server.url)


@pytest.mark.parametrize(
    "reply",
    [
        Reply.of({}),
        Reply.of([]),
        Reply(body=b"<html>"),
        Reply.of({"now": "2026-03-03", "runs": False}),
        Reply.of({"now": NINE.isoformat()}),
        Reply.of({}, 500),
        Reply.of({}, 302),
        Reply(manner=Manner.CLOSE_READ),
        Reply(manner=Manner.SILENCE),
        Reply(body=b"x" * 100, manner=Manner.HALF_BODY),
    ],
)
def test_a_clock_that_does_not_tell_the_time_is_an_error(server: ScriptedServer, reply: Reply) -> None:
    #
    server.play(reply)
    with pytest.raises(BrokerError):
        LookAlikeClock(server.url, timeout=0.3)


def test_a_look_alike_that_is_away_is_an_error_with_a_remedy() -> None:
    #
    with refusing_server() as url, pytest.raises(BrokerError, match="Check that it is running"):
        LookAlikeClock(url)
