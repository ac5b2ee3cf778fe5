from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr
from support.alpaca import (
    ACCOUNT_NUMBER,
    KEY_ID,
    KEYS,
    SECRET_KEY,
    Terms,
    account_json,
    limit_buy,
    new_broker,
    new_clock,
    new_wire,
)
from support.scripted_server import Manner, Reply, ScriptedServer, refusing_server, scripted_server

from alchemiser_dagster.broker.alpaca.broker import AlpacaBroker
from alchemiser_dagster.broker.alpaca.client import GuardedTradingClient
from alchemiser_dagster.broker.alpaca.keys import AccountKeys
from alchemiser_dagster.errors import AlchemiserError, ConfigurationError, RiskError
from alchemiser_dagster.settings.sections import AlpacaSettings

SECRETS = (KEY_ID, SECRET_KEY, ACCOUNT_NUMBER)
MEANT = "123456789"
TELLTALE = {"message": f"{SECRET_KEY} of {KEY_ID} at {ACCOUNT_NUMBER} is wrong"}
ECHO = Reply(400, f"<pre>APCA-API-KEY-ID: {KEY_ID}\nAPCA-API-SECRET-KEY: {SECRET_KEY}</pre>".encode())
REPLIES = {
    "refused": Reply.of(TELLTALE, 403),
    "rejected": Reply.of(TELLTALE, 422),
    "failed": Reply.of(TELLTALE, 500),
    "throttled": Reply.of(TELLTALE, 429),
    "redirected": Reply.of(TELLTALE, 302),
    "echoed": ECHO,
    "broken": Reply(manner=Manner.CLOSE_READ),
    "reset": Reply(manner=Manner.RESET_READ),
    "silent": Reply(manner=Manner.SILENCE),
}
CALLS: dict[str, Callable[[AlpacaBroker], object]] = {
    "a read": lambda broker: broker.account(),
    "an order": lambda broker: broker.submit(limit_buy()),
    "a cancel": lambda broker: broker.cancel("an-id"),
}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


def told(error: BaseException) -> str:
    chain = "".join(traceback.format_exception(error))
    return f"{error!r} {error} {vars(error)} {chain} {error.__context__!r} {error.__cause__!r}"


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("reply", REPLIES)
def test_no_error_and_no_log_line_tells_a_key(
    server: ScriptedServer, caplog: pytest.LogCaptureFixture, reply: str, call: str
) -> None:
    #
    caplog.set_level(logging.DEBUG)
    server.play(REPLIES[reply])
    with pytest.raises(AlchemiserError) as caught:
        CALLS[call](new_broker(server.url))
    assert server.seen[0].headers["APCA-API-SECRET-KEY"] == SECRET_KEY, "the test would prove nothing"
    assert any(record.name.startswith("urllib3") for record in caplog.records), "nothing would be seen"
    for secret in SECRETS:
        assert secret not in told(caught.value)
        assert secret not in caplog.text


@pytest.mark.parametrize("call", CALLS)
def test_no_error_of_a_server_that_is_away_tells_a_key(caplog: pytest.LogCaptureFixture, call: str) -> None:
    #
    caplog.set_level(logging.DEBUG)
    with refusing_server() as url, pytest.raises(AlchemiserError) as caught:
        CALLS[call](new_broker(url))
    for secret in SECRETS:
        assert secret not in told(caught.value)
        assert secret not in caplog.text


def test_nothing_on_the_way_shows_a_key() -> None:
    #
    wire = new_wire("http://127.0.0.1:1", new_clock())
    client = GuardedTradingClient(wire, new_clock())
    keys = AccountKeys(KEYS)
    broker = new_broker("http://127.0.0.1:1")
    things = (wire, client, keys, broker)
    shown = repr(wire.terms) + " ".join(f"{thing!r} {vars(thing)!r}" for thing in things)
    for secret in SECRETS:
        assert secret not in shown


def test_a_secret_is_masked_before_a_long_message_is_cut(server: ScriptedServer) -> None:
    # half a key is a secret too
    server.play(Reply.of({"message": "x" * 290 + SECRET_KEY}, 422))
    with pytest.raises(AlchemiserError) as caught:
        new_broker(server.url).submit(limit_buy())
    assert SECRET_KEY[:10] not in told(caught.value)


def test_no_key_follows_a_redirection(server: ScriptedServer) -> None:
    #
    with scripted_server() as elsewhere:
        server.play(Reply(307, b"", {"Location": f"{elsewhere.url}/v2/account"}))
        with pytest.raises(AlchemiserError):
            new_broker(server.url).account()
        assert elsewhere.attempts == 0


@pytest.mark.parametrize("key", ["PK with space", "PKLINE\nBREAK", "PK\u00e9", "PKTAB\t"])
def test_a_key_that_can_not_be_one_is_refused_without_being_shown(key: str) -> None:
    # the HTTP library's own complaint would repeat it
    settings = AlpacaSettings(key_id=SecretStr("PKGOOD"), secret_key=SecretStr(key))
    with pytest.raises(ConfigurationError, match=r"alpaca\.secret_key") as caught:
        AccountKeys(settings)
    assert key not in told(caught.value)


def test_a_key_that_is_missing_is_named() -> None:
    #
    with pytest.raises(ConfigurationError, match=r"alpaca\.key_id: it is not set"):
        AccountKeys(AlpacaSettings())


def test_the_keys_of_another_live_account_trade_nothing_and_neither_number_is_told(
    server: ScriptedServer,
) -> None:
    #
    server.play(Reply.of(account_json()))
    with pytest.raises(RiskError, match="another account") as caught:
        new_broker(server.url, terms=Terms(account=MEANT, is_live=True)).account()
    assert MEANT not in told(caught.value)
    assert ACCOUNT_NUMBER not in told(caught.value)


def test_the_keys_of_the_live_account_that_is_meant_are_accepted(server: ScriptedServer) -> None:
    server.play(Reply.of(account_json()))
    broker = new_broker(server.url, terms=Terms(account=ACCOUNT_NUMBER, is_live=True))
    assert broker.account().account == ACCOUNT_NUMBER


def test_a_live_account_that_does_not_tell_its_number_is_an_error(server: ScriptedServer) -> None:
    #
    server.play(Reply.of(account_json(account_number=None)))
    with pytest.raises(AlchemiserError, match="account_number"):
        new_broker(server.url, terms=Terms(account=ACCOUNT_NUMBER, is_live=True)).account()
