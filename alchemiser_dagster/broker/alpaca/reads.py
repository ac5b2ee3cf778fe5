"""Requests that change nothing: asked again where that may help, within bounds (R-24)."""

from __future__ import annotations

import random
from typing import Final

import stamina

from alchemiser_dagster.broker.alpaca.exchange import Answer, Broken, Outcome, WireRequest
from alchemiser_dagster.broker.alpaca.payload import json_of
from alchemiser_dagster.broker.alpaca.read_errors import PassingReadError, ReadError, error_of
from alchemiser_dagster.broker.alpaca.wire import Wire
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.logs import logger_named

__all__ = ["PassingReadError", "ReadError", "Retries", "read"]

LOG = logger_named(__name__)
ATTEMPTS: Final = 4
LONGEST: Final = 45.0
FIRST_WAIT: Final = 0.25
LONGEST_WAIT: Final = 4.0


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
            LOG.info("question repeated", failures=self._failures, reason=error.what)
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
    raise error_of(wire.terms, outcome)
