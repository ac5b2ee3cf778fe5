"""alpaca-py's clients with their sending replaced: what they build goes out over our wire, once.

The clients' own keys are placeholders: a client that would send by itself could not sign.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, cast

from alpaca.common.rest import RESTClient
from alpaca.data.historical.stock import StockHistoricalDataClient
from alpaca.trading.client import TradingClient

from alchemiser_dagster.broker.alpaca.exchange import Body, WireRequest
from alchemiser_dagster.broker.alpaca.reads import Retries, read
from alchemiser_dagster.broker.alpaca.wire import Wire
from alchemiser_dagster.broker.alpaca.writes import write
from alchemiser_dagster.clock import Clock

PLACEHOLDER: Final = "held by the wire"
VERSION: Final = "v2"


class GuardedClient(RESTClient):
    """What all guarded clients share: the five public methods that send."""

    _wire: Wire
    _clock: Clock
    _chance: random.Random

    def get(self, path: str, data: dict[str, Any] | str | None = None, **kwargs: Any) -> Any:
        """Ask, with bounded retries; raise `BrokerError` where there is no answer."""
        version = kwargs.get("api_version", VERSION)
        request = WireRequest("GET", f"/{version}{path}", query=_query_of(data))
        return read(self._wire, request, Retries(self._clock, self._chance))

    def post(self, path: str, data: dict[str, Any] | list[dict[str, Any]] | None = None) -> Any:
        """Send, once; raise `OrderError` where that did not end well."""
        return self._write("POST", path, data)

    def put(self, path: str, data: dict[str, Any] | None = None) -> Any:
        """Send, once; raise `OrderError` where that did not end well."""
        return self._write("PUT", path, data)

    def patch(self, path: str, data: dict[str, Any] | None = None) -> Any:
        """Send, once; raise `OrderError` where that did not end well."""
        return self._write("PATCH", path, data)

    def delete(self, path: str, data: dict[str, Any] | str | None = None) -> Any:
        """Send, once; raise `OrderError` where that did not end well."""
        return write(self._wire, WireRequest("DELETE", f"/{VERSION}{path}", query=_query_of(data)))

    def await_turn(self) -> None:
        """Keep a turn for this thread's next request, if there is one in time."""
        self._wire.await_turn()

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def _write(self, method: str, path: str, data: object) -> Any:
        return write(self._wire, WireRequest(method, f"/{VERSION}{path}", body=cast("Body", data)))


class GuardedTradingClient(GuardedClient, TradingClient):
    """Alpaca's trading interface; answers are plain JSON."""

    def __init__(self, wire: Wire, clock: Clock, chance: random.Random | None = None) -> None:
        super().__init__(
            api_key=PLACEHOLDER, secret_key=PLACEHOLDER, raw_data=True, url_override=wire.terms.base_url
        )
        self._wire = wire
        self._clock = clock
        self._chance = chance or random.Random()  # noqa: S311 - spreads attempts, hides nothing


class GuardedDataClient(GuardedClient, StockHistoricalDataClient):
    """Alpaca's market data; answers are plain JSON."""

    def __init__(self, wire: Wire, clock: Clock, chance: random.Random | None = None) -> None:
        super().__init__(
            api_key=PLACEHOLDER, secret_key=PLACEHOLDER, raw_data=True, url_override=wire.terms.base_url
        )
        self._wire = wire
        self._clock = clock
        self._chance = chance or random.Random()  # noqa: S311 - spreads attempts, hides nothing


def _query_of(data: Mapping[str, object] | str | None) -> dict[str, str]:
    if data is None:
        return {}
    if isinstance(data, str):
        raise TypeError("a query is a mapping")
    return {name: _query_text(value) for name, value in data.items() if value is not None}


def _query_text(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    return str(value).lower() if isinstance(value, bool) else str(value)
