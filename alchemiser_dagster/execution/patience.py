"""Waiting with an end: pauses that double, up to a time that is not passed (R-25)."""

from __future__ import annotations

from datetime import datetime

from alchemiser_dagster.clock import Clock
from alchemiser_dagster.execution.rules import ExecutionRules


class Patience:
    """Pauses that add up to the given seconds at most, and end at an instant."""

    def __init__(self, clock: Clock, rules: ExecutionRules, seconds: float, until: datetime | None) -> None:
        self._clock = clock
        self._left = seconds
        self._until = until
        self._pause = rules.first_pause_seconds
        self._longest = rules.longest_pause_seconds

    def pause(self) -> bool:
        """Wait for the next pause; return False, without waiting, once patience is at its end."""
        left = self._remaining()
        if left <= 0:
            return False
        pause = min(self._pause, left)
        self._clock.sleep(pause)
        self._left -= pause
        self._pause = min(self._pause * 2, self._longest)
        return True

    def _remaining(self) -> float:
        if self._until is None:
            return self._left
        return min(self._left, (self._until - self._clock.now()).total_seconds())
