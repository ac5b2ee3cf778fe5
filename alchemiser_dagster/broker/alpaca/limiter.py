"""No more requests than the server allows, as its own headers say (R-24).

Alpaca allows 200 requests a minute and says in each answer what is left. Somewhat more than a tenth is kept
free: for others who use the account, for a clock that differs from the server's, and because a request
arrives later than it was let through.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from threading import Lock, local
from typing import Final

from alchemiser_dagster.clock import Clock

WINDOW: Final = 60.0
USUAL_LIMIT: Final = 200
USED_PERCENT: Final = 88
PATIENCE: Final = 61.0
MOST_WAITS: Final = 200
MARGIN: Final = 0.001
TOO_MANY_REQUESTS: Final = 429


class Limiter:
    """Lets requests through, as many in any 60 seconds as the server allows, less 12 percent.

    Time is the clock's `now`, because the server names an instant in it. May be used by several threads.

    Parameters
    ----------
    patience
        Seconds that a request may wait for its turn.
    """

    def __init__(self, clock: Clock, patience: float = PATIENCE) -> None:
        self._clock = clock
        self._patience = patience
        self._turn, self._lock = Lock(), Lock()
        self._kept = local()
        self._told = 0.0
        self._set_back = 0.0
        self._allowed = USUAL_LIMIT * USED_PERCENT // 100
        self._sent: deque[float] = deque()
        self._remaining: int | None = None
        self._resets_at = 0.0

    def acquire(self) -> bool:
        """Wait for a turn, one after the other; return whether there was one in time.

        A turn that this thread has reserved is used up without a wait.
        """
        if getattr(self._kept, "is_kept", False):
            self._kept.is_kept = False
            return True
        with self._turn:
            return self._wait_for_turn()

    def reserve(self) -> None:
        """Wait for a turn and keep it for this thread's next request, if there is one in time."""
        if not getattr(self._kept, "is_kept", False):
            self._kept.is_kept = self.acquire()

    def _wait_for_turn(self) -> bool:
        waited = 0.0
        for _ in range(MOST_WAITS):
            with self._lock:
                now = self._now()
                wait = self._wait(now)
                if wait <= 0:
                    self._take(now)
                    return True
            waited += wait
            if waited > self._patience:
                return False
            self._clock.sleep(wait)
        return False

    def learn(self, status: int, headers: Mapping[str, str]) -> None:
        """Take over what an answer says of the limit, what is left of it, and when it starts anew."""
        limit = _whole(headers.get("X-RateLimit-Limit"))
        remaining = _whole(headers.get("X-RateLimit-Remaining"))
        with self._lock:
            if limit:
                self._allowed = max(1, limit * USED_PERCENT // 100)
            if status == TOO_MANY_REQUESTS:
                self._renew(0, self._reset_time(headers))
            elif remaining is not None and "X-RateLimit-Reset" in headers:
                self._renew(remaining, self._reset_time(headers))

    def _renew(self, remaining: int, resets_at: float) -> None:
        if self._remaining is not None and resets_at == self._resets_at:
            remaining = min(remaining, self._remaining)
        self._remaining, self._resets_at = remaining, resets_at

    def _reset_time(self, headers: Mapping[str, str]) -> float:
        now = self._now()
        reset, after = _whole(headers.get("X-RateLimit-Reset")), _whole(headers.get("Retry-After"))
        resets_at = now + (after or 0) if reset is None else float(reset) + self._set_back
        return min(resets_at, now + WINDOW)

    def _wait(self, now: float) -> float:
        while self._sent and self._sent[0] < now - WINDOW:
            self._sent.popleft()
        wait = 0.0
        if len(self._sent) >= self._allowed:
            wait = self._sent[-self._allowed] + WINDOW + MARGIN - now
        if self._remaining == 0 and now <= self._resets_at:
            wait = max(wait, self._resets_at + MARGIN - now)
        return wait

    def _take(self, now: float) -> None:
        self._sent.append(now)
        if self._remaining is not None:
            self._remaining = self._remaining - 1 if now <= self._resets_at else None
            if self._remaining is not None and self._remaining < 0:
                self._remaining = 0

    def _now(self) -> float:
        """Return the clock's time as if it had never been set back."""
        told = self._clock.now().timestamp()
        self._set_back += max(0.0, self._told - told)
        self._told = told
        return told + self._set_back


def _whole(text: str | None) -> int | None:
    if text is None or not text.strip().isdecimal():
        return None
    return int(text.strip()[:15])
