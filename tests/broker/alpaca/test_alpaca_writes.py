from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from ssl import SSLCertVerificationError, SSLEOFError

import pytest
import requests
import urllib3
from support.alpaca import SHORT, limit_buy, new_broker, order_json
from support.scripted_server import Manner, Reply, ScriptedServer, refusing_server, scripted_server
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import MaxRetryError

from alchemiser_dagster.broker.alpaca.broker import AlpacaBroker
from alchemiser_dagster.broker.alpaca.causes import outcome_of
from alchemiser_dagster.broker.alpaca.exchange import Broken, Unsent
from alchemiser_dagster.errors import (
    DuplicateOrderError,
    OrderError,
    OrderFateUnknownError,
    OrderNotSentError,
    OrderRejectedError,
)
from alchemiser_dagster.records.order import OrderChange

Write = Callable[[AlpacaBroker], object]
WRITES: dict[str, Write] = {
    "POST": lambda broker: broker.submit(limit_buy()),
    "PATCH": lambda broker: broker.replace("an-id", change()),
    "DELETE": lambda broker: broker.cancel("an-id"),
}
NOT_SENT = {429: OrderNotSentError}
REJECTED = dict.fromkeys((400, 401, 403, 404, 405, 410, 413, 415, 422), OrderRejectedError)
UNKNOWN = dict.fromkeys(
    (301, 302, 307, 308, 304, 402, 406, 408, 409, 425, 451, 500, 501, 502, 503, 504, 520),
    OrderFateUnknownError,
)
STATUSES: dict[int, type[OrderError]] = NOT_SENT | REJECTED | UNKNOWN
BROKEN = (
    Manner.HALF_HEADERS,
    Manner.HALF_BODY,
    Manner.HALF_CHUNKED,
    Manner.DRIP,
    Manner.SILENCE,
    Manner.CLOSE_UNREAD,
    Manner.CLOSE_READ,
    Manner.RESET_UNREAD,
    Manner.RESET_READ,
)


def change() -> OrderChange:
    return OrderChange(client_order_id="alc-2", limit_price=limit_buy().limit_price)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


def failure_of(write: Write, broker: AlpacaBroker) -> OrderError:
    with pytest.raises(OrderError) as caught:
        write(broker)
    return caught.value


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("status", STATUSES)
def test_every_status_says_what_is_known_of_the_order_and_is_sent_once(
    server: ScriptedServer, method: str, status: int
) -> None:
    #
    server.play(
        Reply.of({"code": status * 100_000, "message": "no"}, status, Location=f"{server.url}/v2/elsewhere")
    )
    error = failure_of(WRITES[method], new_broker(server.url))
    assert type(error) is STATUSES[status]
    assert [seen.method for seen in server.seen] == [method]


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("manner", BROKEN)
def test_an_answer_that_breaks_off_leaves_the_fate_unknown_and_is_sent_once(
    server: ScriptedServer, method: str, manner: Manner
) -> None:
    #
    body = Reply.of(order_json()).body
    server.play(Reply(body=body, manner=manner))
    error = failure_of(WRITES[method], new_broker(server.url))
    assert type(error) is OrderFateUnknownError
    assert server.attempts == 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b"<html>504</html>", b"null", b"[]", b'"x"', b"NaN", b"[" * 90_000]
)
def test_an_accepted_order_whose_answer_is_no_order_has_an_unknown_fate(
    server: ScriptedServer, body: bytes
) -> None:
    #
    server.play(Reply(body=body))
    assert type(failure_of(WRITES["POST"], new_broker(server.url))) is OrderFateUnknownError
    assert server.attempts == 1


def test_nobody_listens_so_nothing_was_sent() -> None:
    #
    with refusing_server() as url:
        broker = new_broker(url)
        assert [type(failure_of(write, broker)) for write in WRITES.values()] == [OrderNotSentError] * 3


def test_a_name_that_nobody_knows_means_that_nothing_was_sent() -> None:
    #
    assert type(failure_of(WRITES["POST"], new_broker("http://alpaca.invalid"))) is OrderNotSentError


def test_a_server_that_takes_no_connection_means_that_nothing_was_sent(server: ScriptedServer) -> None:
    # TLS asked of a server that speaks none
    error = failure_of(WRITES["POST"], new_broker(server.url.replace("http:", "https:")))
    assert isinstance(error, OrderNotSentError | OrderFateUnknownError)
    assert server.seen == []


@pytest.mark.parametrize(
    "manner", [Manner.CLOSE_READ, Manner.RESET_READ, Manner.CLOSE_UNREAD, Manner.SILENCE]
)
def test_a_proxy_that_took_the_order_and_broke_off_leaves_its_fate_unknown(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, manner: Manner
) -> None:
    # the library reports it in the same words as a proxy that could not be reached
    monkeypatch.setenv("http_proxy", server.url)
    server.play(Reply(manner=manner))
    assert type(failure_of(WRITES["POST"], new_broker("http://alpaca.invalid"))) is OrderFateUnknownError
    assert server.attempts == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_away_means_that_nothing_was_sent(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    #
    with refusing_server() as url:
        monkeypatch.setenv(f"{scheme}_proxy", url)
        error = failure_of(WRITES["POST"], new_broker(f"{scheme}://alpaca.invalid"))
    assert type(error) is OrderNotSentError
    assert "proxy" in error.what


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (SSLCertVerificationError("self-signed certificate"), Unsent),
        (SSLEOFError("the other side hung up"), Broken),
    ],
)
def test_of_tls_only_a_certificate_that_is_not_trusted_means_that_nothing_was_sent(
    cause: Exception, kind: type[Unsent | Broken]
) -> None:
    # any other failure may come after the order went out
    refused = MaxRetryError(HTTPConnectionPool("localhost"), "/", urllib3.exceptions.SSLError(cause))
    assert type(outcome_of(requests.exceptions.SSLError(refused))) is kind


@pytest.mark.parametrize(
    "message",
    [
        "client_order_id must be unique",
        "client order id already exists",
        "Duplicate order: ClientOrderId alc-1 was used",
        "client_order_id must be unique within the account",
    ],
)
def test_a_repeated_client_order_id_is_told_apart_however_it_is_worded(
    server: ScriptedServer, message: str
) -> None:
    #
    server.play(Reply.of({"code": 40010001, "message": message}, 422))
    assert type(failure_of(WRITES["POST"], new_broker(server.url))) is DuplicateOrderError


def test_a_client_order_id_that_is_wrong_otherwise_is_a_plain_rejection(server: ScriptedServer) -> None:
    server.play(
        Reply.of({"code": 40010001, "message": "client_order_id must be at most 128 characters"}, 422)
    )
    assert type(failure_of(WRITES["POST"], new_broker(server.url))) is OrderRejectedError


def test_a_rejection_says_alpacas_own_words_and_code(server: ScriptedServer) -> None:
    #
    server.play(
        Reply.of({"code": 40310000, "message": "insufficient qty available for order (requested: 2)"}, 403)
    )
    error = failure_of(WRITES["POST"], new_broker(server.url))
    assert error.what == "insufficient qty available for order (requested: 2) (403, code 40310000)"


def test_silence_ends_with_the_timeout(server: ScriptedServer) -> None:
    # that the test ends is what it says
    server.play(Reply(manner=Manner.SILENCE))
    assert "no answer in time" in failure_of(WRITES["POST"], new_broker(server.url)).what


def test_a_late_answer_is_not_waited_for(server: ScriptedServer) -> None:
    server.play(replace(Reply.of(order_json()), delay=3 * SHORT))
    assert type(failure_of(WRITES["POST"], new_broker(server.url))) is OrderFateUnknownError
    assert len(server.sent("POST")) == 1
