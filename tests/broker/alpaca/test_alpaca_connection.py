from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest
from pydantic import SecretStr
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from support.alpaca import KEY_ID, SECRET_KEY, new_clock
from support.scripted_server import Reply, scripted_server

from alchemiser_dagster.broker.alpaca.connection import connect
from alchemiser_dagster.errors import BrokerError, ConfigurationError
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.settings.sections import AlpacaSettings
from alchemiser_dagster.settings.tree import Settings

LIGHT = """
import sys
import alchemiser_dagster.broker.alpaca.connection
heavy = {"alpaca", "pandas", "requests"} & set(sys.modules)
print(",".join(sorted(heavy)))
"""


class Noting(HTTPAdapter):
    """Sends nothing; notes where it would have."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    def send(self, request: PreparedRequest, *_: object, **__: object) -> Response:  # type: ignore[override]
        self.urls.append(str(request.url))
        raise ConnectionRefusedError


def settings_of(mode: Mode = Mode.PAPER, **alpaca: object) -> Settings:
    keys: Mapping[str, object] = {"key_id": SecretStr(KEY_ID), "secret_key": SecretStr(SECRET_KEY)}
    return Settings(mode=mode, account="123456789", alpaca=AlpacaSettings.model_validate({**keys, **alpaca}))


@pytest.mark.parametrize(
    ("mode", "base_url", "trading", "data"),
    [
        (Mode.PAPER, None, "https://paper-api.alpaca.markets", "https://data.alpaca.markets"),
        (Mode.LIVE, None, "https://api.alpaca.markets", "https://data.alpaca.markets"),
        (Mode.PAPER, "http://127.0.0.1:9/", "http://127.0.0.1:9", "http://127.0.0.1:9"),
        (Mode.PAPER, "http://127.0.0.1:9/v2", "http://127.0.0.1:9", "http://127.0.0.1:9"),
    ],
)
def test_the_mode_says_where_is_asked(mode: Mode, base_url: str | None, trading: str, data: str) -> None:
    #
    http = Noting()
    broker = connect(settings_of(mode, base_url=base_url), new_clock(), http).broker("123456789")
    with pytest.raises(BrokerError):
        broker.account()
    with pytest.raises(BrokerError):
        broker.quotes(["SPY"])
    assert set(http.urls) == {
        f"{trading}/v2/account",
        f"{data}/v2/stocks/snapshots?symbols=SPY&feed=iex",
    }


def test_trading_and_data_fail_apart() -> None:
    # quotes that fail do not keep an order from being canceled
    with scripted_server(Reply.of({}, 500)) as server:
        connection = connect(settings_of(base_url=server.url), new_clock())
        broker = connection.broker("paper")
        for _ in range(3):
            with pytest.raises(BrokerError):
                broker.quotes(["SPY"])
        server.play(Reply(204, b""))
        broker.cancel("an-id")
        connection.close()
    assert len(server.sent("DELETE")) == 1


def test_keys_are_needed() -> None:
    #
    with pytest.raises(ConfigurationError, match=r"alpaca\.secret_key: it is not set"):
        connect(settings_of(secret_key=None), new_clock())


def test_the_library_is_not_imported_before_somebody_connects() -> None:
    finished = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True
    )
    assert finished.stdout.strip() == ""
