"""The time of a look-alike: a server that can be wound on, so that a session passes in seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import requests
from urllib3.exceptions import HTTPError

from alchemiser_dagster.broker.alpaca.payload import flag_of, instant_of, json_of, object_of
from alchemiser_dagster.clock import SystemClock
from alchemiser_dagster.errors import BrokerError, BrokerUnavailableError, ConfigurationError

SECONDS: Final = 10.0
NO_LOOK_ALIKE: Final = 404


class LookAlikeClock:
    """The clock of a look-alike.

    Its time is asked for at the start and after each sleep. Between, it goes on where the server's runs, and
    stands where the server's stands. Durations stay real, as with every clock.

    Raises
    ------
    ConfigurationError
        If the server has no such clock: it is no look-alike.
    BrokerError
        If it can't be asked.
    """

    def __init__(self, base_url: str, timeout: float = SECONDS) -> None:
        self._url = base_url.rstrip("/").removesuffix("/v2") + "/sim/clock"
        self._timeout = timeout
        self._session = requests.Session()
        self._real = SystemClock()
        self._take("GET", None)

    def now(self) -> datetime:
        """Return the look-alike's instant, in UTC."""
        passed = self._real.monotonic() - self._asked_at if self._runs else 0.0
        return self._instant + timedelta(seconds=passed)

    def monotonic(self) -> float:
        """Return real seconds since an arbitrary start."""
        return self._real.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wind the look-alike's clock on; nobody waits."""
        self._take("POST", {"advance_seconds": seconds})

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _take(self, method: str, body: dict[str, float] | None) -> None:
        content = object_of(self._ask(method, body)) or {}
        instant, runs = instant_of(content.get("now")), flag_of(content.get("runs"))
        if instant is None or runs is None:
            raise BrokerError("its answer tells no time", where=self._url, remedy="Check alpaca.base_url")
        self._instant, self._runs, self._asked_at = instant.astimezone(UTC), runs, self._real.monotonic()

    def _ask(self, method: str, body: dict[str, float] | None) -> object:
        try:
            answer = self._session.request(
                method, self._url, json=body, timeout=self._timeout, allow_redirects=False
            )
        except (OSError, HTTPError):
            answer = None
        if answer is None:
            raise BrokerUnavailableError(
                "the look-alike's clock can't be asked", where=self._url, remedy="Check that it is running"
            )
        if answer.status_code == NO_LOOK_ALIKE:
            raise ConfigurationError(
                "the server has no clock that can be wound on, so it is no look-alike",
                where="alpaca.clock",
                remedy="Set it to system, or alpaca.base_url to the address of a look-alike",
            )
        return self._content(answer)

    def _content(self, answer: requests.Response) -> object:
        try:
            return json_of(answer.content) if answer.ok else None
        except ValueError:
            return None
