from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.alpaca import NOON, account_json, new_broker, new_clock, order_json
from support.scripted_server import Manner, Reply, ScriptedServer, refusing_server, scripted_server

from alchemiser_dagster.broker.alpaca.reads import ATTEMPTS
from alchemiser_dagster.errors import BrokerError, OrderError

GOOD = Reply.of(account_json())
PASSING = {
    "408": Reply.of({}, 408),
    "429": Reply.of({"code": 42910000, "message": "too many requests"}, 429),
    "500": Reply.of({}, 500),
    "502": Reply(502, b"<html>bad gateway</html>"),
    "503": Reply.of({}, 503),
    "504": Reply.of({}, 504),
    "not JSON": Reply(body=b"<html>"),
    "empty": Reply(body=b""),
    "half headers": Reply(manner=Manner.HALF_HEADERS),
    "half a body": Reply(body=GOOD.body, manner=Manner.HALF_BODY),
    "half a chunk": Reply(body=GOOD.body, manner=Manner.HALF_CHUNKED),
    "silence": Reply(manner=Manner.SILENCE),
    "close": Reply(manner=Manner.CLOSE_READ),
    "close unread": Reply(manner=Manner.CLOSE_UNREAD),
    "reset": Reply(manner=Manner.RESET_READ),
    "reset unread": Reply(manner=Manner.RESET_UNREAD),
}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.mark.parametrize("fault", PASSING)
def test_a_read_is_asked_again_after_a_fault_that_may_pass(server: ScriptedServer, fault: str) -> None:
    #
    server.play(PASSING[fault], PASSING[fault], GOOD)
    clock = new_clock()
    assert str(new_broker(server.url, clock).account().cash) == "1000.25"
    assert server.attempts == 3
    assert clock.now() > NOON


@pytest.mark.parametrize("fault", ["500", "close", "half a body", "not JSON"])
def test_a_read_is_given_up_after_a_few_attempts(server: ScriptedServer, fault: str) -> None:
    #
    server.play(PASSING[fault])
    clock = new_clock()
    with pytest.raises(BrokerError) as caught:
        new_broker(server.url, clock).account()
    assert server.attempts == ATTEMPTS
    assert (clock.now() - NOON).total_seconds() < 15
    assert caught.value.where == server.url.removeprefix("http://")
    assert caught.value.remedy
    assert not isinstance(caught.value, OrderError)


def test_a_server_that_is_away_is_an_error_with_a_remedy() -> None:
    #
    said = r"could not be reached: nobody takes the connection.*alpaca\.base_url names a running server"
    with refusing_server() as url, pytest.raises(BrokerError, match=said):
        new_broker(url).account()


@pytest.mark.parametrize("status", [401, 403])
def test_keys_that_are_not_accepted_are_said_at_once_with_the_remedy(
    server: ScriptedServer, status: int
) -> None:
    #
    server.play(Reply.of({"code": 40110000, "message": "request is not authorized"}, status))
    with pytest.raises(BrokerError) as caught:
        new_broker(server.url).account()
    assert server.attempts == 1
    assert str(caught.value) == (
        f"{server.url.removeprefix('http://')}: the broker refuses: request is not authorized "
        f"({status}, code 40110000). Check alpaca.key_id and alpaca.secret_key: the keys of a paper account "
        "work in paper mode only, those of a live account in live mode only"
    )


def test_a_feed_that_the_plan_does_not_allow_names_the_setting(server: ScriptedServer) -> None:
    #
    server.play(Reply.of({"message": "subscription does not permit querying recent SIP data"}, 403))
    with pytest.raises(BrokerError, match=r"market_data\.feed for bars, market_data\.quote_feed for quotes"):
        new_broker(server.url).quotes(["SPY"])
    assert server.attempts == 1


@pytest.mark.parametrize("status", [301, 302, 307, 404])
def test_an_address_that_is_not_alpacas_is_said_at_once(server: ScriptedServer, status: int) -> None:
    #
    server.play(Reply(status, b"<html>", {"Location": f"{server.url}/elsewhere"}))
    with pytest.raises(BrokerError, match=r"Check alpaca\.base_url"):
        new_broker(server.url).account()
    assert server.attempts == 1


def test_an_order_is_absent_only_where_alpaca_itself_says_so(server: ScriptedServer) -> None:
    # somebody else's 404 would make an order that exists be sent again
    server.play(
        Reply.of({"code": 40410000, "message": "order not found for alc-1"}, 404),
        Reply(404, b"<html>not found</html>"),
    )
    broker = new_broker(server.url)
    assert broker.order_by_client_id("alc-1") is None
    with pytest.raises(BrokerError):
        broker.order_by_client_id("alc-1")


@pytest.mark.parametrize("content", [{}, None, [], order_json(symbol=None), order_json(id=None)])
def test_an_order_that_can_not_be_identified_is_an_error_not_an_absence(
    server: ScriptedServer, content: object
) -> None:
    #
    server.play(Reply.of(content))
    with pytest.raises(BrokerError):
        new_broker(server.url).order_by_client_id("alc-1")


def test_a_limit_that_is_used_up_is_waited_for_until_it_starts_anew(server: ScriptedServer) -> None:
    #
    reset = int(NOON.timestamp()) + 37
    server.play(
        Reply.of(
            {"code": 42910000, "message": "rate limit exceeded"},
            429,
            X_RateLimit_Limit="200",
            X_RateLimit_Remaining="0",
            X_RateLimit_Reset=str(reset),
        ),
        GOOD,
    )
    clock = new_clock()
    new_broker(server.url, clock).account()
    assert clock.now().timestamp() > reset
    assert server.attempts == 2


def test_retry_after_is_waited_for_too(server: ScriptedServer) -> None:
    #
    server.play(Reply.of({}, 429, Retry_After="20"), GOOD)
    clock = new_clock()
    new_broker(server.url, clock).account()
    assert (clock.now() - NOON).total_seconds() >= 20


def test_a_server_that_keeps_failing_is_left_alone_and_an_order_is_not_sent(server: ScriptedServer) -> None:
    #
    server.play(Reply.of({}, 500))
    broker = new_broker(server.url)
    for _ in range(2):
        with pytest.raises(BrokerError):
            broker.account()
    asked = server.attempts
    with pytest.raises(OrderError, match="left alone for a while"):
        broker.cancel("an-id")
    assert server.attempts == asked == 5
