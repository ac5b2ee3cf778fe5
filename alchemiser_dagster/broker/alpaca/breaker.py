"""A server that keeps failing is left alone for a while (R-24)."""

from __future__ import annotations

from threading import Lock
from typing import Final

from alchemiser_dagster.clock import Clock

FAILURES: Final = 5
PAUSE: Final = 15.0


class Breaker:
    """Opens after failures in a row; after a pause one read at a time tries whether the server is back.

    An order is never the one that tries: it is refused, unsent, until a read has gone through.

    Parameters
    ----------
    failures
        How many failures in a row open it.
    pause
        Seconds until a read may try.
    """

    def __init__(self, clock: Clock, failures: int = FAILURES, pause: float = PAUSE) -> None:
        self._clock = clock
        self._most = failures
        self._pause = pause
        self._lock = Lock()
        self._failures = 0
        self._retry_at: float | None = None

    def admits(self, *, is_read: bool) -> bool:
        """Return whether a request may be sent; a read that may try is the only one until the next pause."""
        with self._lock:
            if self._retry_at is None:
                return True
            now = self._clock.now().timestamp()
            if not is_read or self._is_pausing(now, self._retry_at):
                return False
            self._retry_at = now + self._pause
            return True

    def succeeded(self) -> None:
        """Take note that the server answered."""
        with self._lock:
            self._failures, self._retry_at = 0, None

    def failed(self) -> None:
        """Take note that the server could not be reached, broke off, or failed."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._most:
                self._retry_at = self._clock.now().timestamp() + self._pause

    def _is_pausing(self, now: float, retry_at: float) -> bool:
        return 0 < retry_at - now <= self._pause
