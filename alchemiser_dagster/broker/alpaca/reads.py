"""Requests that change nothing: asked again where that may help, within bounds (R-24)."""

from __future__ import annotations

import random
from typing import Final

import stamina

from alchemiser_dagster.broker.alpaca.exchange import Answer, Broken, Outcome, Unsent, WireRequest
from alchemiser_dagster.broker.alpaca.payload import json_of
from alchemiser_dagster.broker.alpaca.refusal import Refusal, refusal_of
from alchemiser_dagster.broker.alpaca.wire import Wire
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.errors import BrokerError

ATTEMPTS: Final = 4
LONGEST: Final = 45.0
FIRST_WAIT: Final = 0.25
LONGEST_WAIT: Final = 4.0
PASSING: Final = frozenset({408, 425, 429})
FIRST_SERVER_ERROR: Final = 500
REDIRECTIONS: Final = range(300, 400)
CHECK_KEYS: Final = (
    "Check alpaca.key_id and alpaca.secret_key: the keys of a paper account work in paper mode only, "
    "those of a live account in live mode only"
)
CHECK_FEED: Final = (
    "Choose a feed that the plan of the account allows: "
    "market_data.feed for bars, market_data.quote_feed for quotes and latest prices"
)
CHECK_ADDRESS: Final = "Check alpaca.base_url"
TRY_LATER: Final = "Nothing was ordered. Check the network and https://status.alpaca.markets, and run again"


class ReadError(BrokerError):
    """A read that failed for a reason that asking again does not change.

    Parameters
    ----------
    refusal
        What the server said; None where it said nothing.
    """

    def __init__(self, what: str, *, where: str, remedy: str, refusal: Refusal | None = None) -> None:
        self.refusal = refusal
        super().__init__(what, where=where, remedy=remedy)


class PassingReadError(ReadError):
    """A read that failed for a reason that may pass."""


class Retries:
    """Decides whether a read is repeated, and waits on the clock before it is.

    The wait doubles, with half as much again at random; a limit of requests is waited for by the limiter.
    """

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        self._clock = clock
        self._chance = chance
        self._failures = 0

    def __call__(self, error: Exception) -> bool | float:
        """Return whether to try again; the wait is over by then."""
        if not isinstance(error, PassingReadError):
            return False
        self._failures += 1
        if self._failures < ATTEMPTS:
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (self._failures - 1))
            self._clock.sleep(wait * (1 + self._chance.random() / 2))
        return 0.0


def read(wire: Wire, request: WireRequest, retries: Retries) -> object:
    """Return what the server's answer says, as JSON; raise `BrokerError` where there is none."""
    for attempt in stamina.retry_context(on=retries, attempts=ATTEMPTS, timeout=LONGEST):
        with attempt:
            return _content_of(wire, wire.exchange(request))
    raise AssertionError("stamina yields an attempt or raises")  # pragma: no cover


def _content_of(wire: Wire, outcome: Outcome) -> object:
    if isinstance(outcome, Answer) and outcome.is_success:
        try:
            return json_of(outcome.body)
        except ValueError:
            outcome = Broken("the answer can't be read")
    raise error_of(wire, outcome)


def error_of(wire: Wire, outcome: Outcome) -> ReadError:
    """Return the error that says why there is no answer, and what to do."""
    host = wire.terms.host
    match outcome:
        case Unsent(reason=reason, is_passing=is_passing):
            kind = PassingReadError if is_passing else ReadError
            return kind(f"the broker can't be asked: {reason}", where=host, remedy=TRY_LATER)
        case Broken(reason=reason):
            return PassingReadError(f"the broker's answer is lost: {reason}", where=host, remedy=TRY_LATER)
        case Answer():
            return _error_of_answer(wire, outcome)


def _error_of_answer(wire: Wire, answer: Answer) -> ReadError:
    refusal = refusal_of(answer)
    words = wire.masked(refusal.words)
    host, status = wire.terms.host, answer.status
    if status in PASSING or status >= FIRST_SERVER_ERROR:
        return PassingReadError(f"the broker fails: {words}", where=host, remedy=TRY_LATER, refusal=refusal)
    return ReadError(f"the broker refuses: {words}", where=host, remedy=_remedy(refusal), refusal=refusal)


def _remedy(refusal: Refusal) -> str:
    if "subscription" in refusal.message.lower():
        return CHECK_FEED
    if refusal.status in {401, 403}:
        return CHECK_KEYS
    if refusal.status in REDIRECTIONS or (refusal.status == 404 and not refusal.says_not_found):  # noqa: PLR2004
        return CHECK_ADDRESS
    return TRY_LATER
