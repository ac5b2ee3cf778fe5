"""How many requests are answered within a minute."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from alchemiser_dagster.clock import Clock

WINDOW_SECONDS = 60
WINDOW = timedelta(seconds=WINDOW_SECONDS)


@dataclass(frozen=True)
class Allowance:
    """Whether a request is answered, and what the client is told of the window.

    `reset` is the second, in Unix time of the look-alike's clock, at which the oldest request leaves it.
    """

    granted: bool
    limit: int
    remaining: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        """What stands on every answer."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


@dataclass(frozen=True)
class _Taken:
    at: datetime
    machine: float


class RateLimit:
    """A window that slides over the last minute.

    A request leaves the window once a minute has passed on the look-alike's clock or in real time, whichever
    comes first: a clock that stands and is wound on frees the window, and so does waiting. One that was taken
    at a later instant than it is now, because the clock was set back, has left it too. A refused request
    counts for nothing.
    """

    def __init__(self, clock: Clock, limit: int) -> None:
        self._clock = clock
        self._limit = limit
        self._lock = Lock()
        self._taken: deque[_Taken] = deque()

    def take(self) -> Allowance:
        """Count a request, or refuse it."""
        with self._lock:
            now = _Taken(self._clock.now(), self._clock.monotonic())
            self._taken = deque(one for one in self._taken if _is_within(one, now))
            granted = len(self._taken) < self._limit
            if granted:
                self._taken.append(now)
            reset = math.ceil((self._taken[0].at + WINDOW).timestamp())
            return Allowance(granted, self._limit, self._limit - len(self._taken), reset)

    def clear(self) -> None:
        """Free the window."""
        with self._lock:
            self._taken.clear()


def _is_within(taken: _Taken, now: _Taken) -> bool:
    return timedelta(0) <= now.at - taken.at < WINDOW and now.machine - taken.machine < WINDOW_SECONDS
