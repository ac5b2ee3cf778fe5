"""One request out, one outcome back: the only place where something is sent to Alpaca.

1. The breaker and the limiter are asked; where they refuse, nothing is sent.
2. The request goes out once. No library under it sends anything again, and no redirect is followed.
3. The body is read whole, within a deadline.
4. The limiter learns from the headers, the breaker from success or failure.
5. Whoever listens is told of it, whatever came of it.
"""

from __future__ import annotations

import json
from typing import Final

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError

from alchemiser_dagster import __version__
from alchemiser_dagster.broker.alpaca.breaker import Breaker
from alchemiser_dagster.broker.alpaca.call_of import call_of
from alchemiser_dagster.broker.alpaca.causes import outcome_of
from alchemiser_dagster.broker.alpaca.exchange import Answer, Broken, Outcome, Unsent, WireRequest
from alchemiser_dagster.broker.alpaca.limiter import Limiter
from alchemiser_dagster.broker.alpaca.terms import WireTerms
from alchemiser_dagster.broker.calls import NOBODY, CallObserver
from alchemiser_dagster.clock import Clock

CONNECT_SECONDS: Final = 5.0
BODY_TIMEOUTS: Final = 3
LARGEST_BODY: Final = 64 * 2**20
PIECE: Final = 2**16
KEPT_CONNECTIONS: Final = 8
FIRST_SERVER_ERROR: Final = 500
BODILESS: Final = frozenset({204, 304})
FRAMING: Final = frozenset({"content-length", "transfer-encoding"})
HEADERS: Final = {"User-Agent": f"alchemiser-dagster/{__version__}", "Accept": "application/json"}

__all__ = ["Wire", "WireTerms", "new_adapter"]


class Wire:
    """The way to one server: connections that are kept, a limiter, a breaker.

    Parameters
    ----------
    observer
        Is told of each request and what came of it.
    """

    def __init__(
        self,
        terms: WireTerms,
        keys: AuthBase,
        clock: Clock,
        adapter: HTTPAdapter | None = None,
        *,
        observer: CallObserver = NOBODY,
    ) -> None:
        self.terms = terms
        self._observer = observer
        self._clock = clock
        self._limiter = Limiter(clock)
        self._breaker = Breaker(clock)
        self._trouble = ""
        self._session = _new_session(keys, adapter or new_adapter())

    def exchange(self, request: WireRequest) -> Outcome:
        """Send the request once, unless it must not be sent now, and return what came of it."""
        began = self._clock.monotonic()
        outcome = self._refused(request) or self._sent(request)
        if self._observer.listens:
            self._observer.tell(call_of(request, outcome, self._clock.monotonic() - began))
        return outcome

    def await_turn(self) -> None:
        """Wait for the turn of this thread's next request, and keep it."""
        self._limiter.reserve()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _refused(self, request: WireRequest) -> Unsent | None:
        """Return why the request must not be sent now, or None; a turn is waited for."""
        if not self._breaker.admits(is_read=request.is_read):
            reason = (
                f"the server failed several times in a row and is left alone for a while; {self._trouble}"
            )
            return Unsent(reason, is_passing=False)
        if not self._limiter.acquire():
            return Unsent("the limit of requests a minute is used up", is_passing=False)
        return None

    def _sent(self, request: WireRequest) -> Outcome:
        outcome = self._send(request)
        self._learn(outcome)
        return outcome

    def _send(self, request: WireRequest) -> Outcome:
        try:
            with self._session.request(
                request.method,
                self.terms.base_url + request.path,
                params=dict(request.query),
                data=None if request.body is None else json.dumps(request.body),
                headers={} if request.body is None else {"Content-Type": "application/json"},
                timeout=(min(CONNECT_SECONDS, self.terms.timeout), self.terms.timeout),
                allow_redirects=False,
                stream=True,
            ) as response:
                return self._read_whole(response)
        except (OSError, HTTPError) as error:
            return outcome_of(error)

    def _read_whole(self, response: requests.Response) -> Outcome:
        if not _is_framed(response):
            return Broken("the answer was cut off in its headers")
        deadline = self._clock.monotonic() + BODY_TIMEOUTS * self.terms.timeout
        body = bytearray()
        while piece := response.raw.read1(PIECE, decode_content=True):
            body += piece
            if len(body) > LARGEST_BODY:
                return Broken("the answer is too large")
            if self._clock.monotonic() > deadline:
                return Broken("the answer did not end in time")
        return Answer(response.status_code, response.headers, bytes(body))

    def _learn(self, outcome: Outcome) -> None:
        if isinstance(outcome, Answer):
            self._limiter.learn(outcome.status, outcome.headers)
        if isinstance(outcome, Answer) and outcome.status < FIRST_SERVER_ERROR:
            self._breaker.succeeded()
        else:
            self._trouble = (
                f"the answer was {outcome.status}" if isinstance(outcome, Answer) else outcome.reason
            )
            self._breaker.failed()


def new_adapter() -> HTTPAdapter:
    """Return an adapter that keeps connections and never sends anything again."""
    return HTTPAdapter(pool_connections=2, pool_maxsize=KEPT_CONNECTIONS, max_retries=0)


def _is_framed(response: requests.Response) -> bool:
    """Return whether the answer says where it ends; one that was cut off in its headers does not."""
    return response.status_code in BODILESS or not FRAMING.isdisjoint(
        name.lower() for name in response.headers
    )


def _new_session(keys: AuthBase, adapter: HTTPAdapter) -> requests.Session:
    session = requests.Session()
    session.auth = keys
    session.headers.update(HEADERS)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session
