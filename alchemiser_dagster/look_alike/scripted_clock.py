"""The look-alike's clock: it stands or runs, and anybody may wind it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock

from alchemiser_dagster.clock import Clock, SystemClock


class ScriptedClock:
    """A clock that shows another time than the machine's.

    Parameters
    ----------
    instant
        What it shows first.
    runs
        Whether it goes on by itself; else it stands until somebody winds it.
    machine
        Measures how long it has run.
    """

    def __init__(self, instant: datetime, *, runs: bool = False, machine: Clock | None = None) -> None:
        self._machine = machine or SystemClock()
        self._lock = Lock()
        self._runs = runs
        self._shown = instant.astimezone(UTC)
        self._since = self._machine.monotonic()

    @property
    def runs(self) -> bool:
        """Whether it goes on by itself."""
        return self._runs

    def now(self) -> datetime:
        """Return what it shows, in UTC."""
        with self._lock:
            return self._now()

    def monotonic(self) -> float:
        """Return real seconds since an arbitrary start."""
        return self._machine.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wind it on; nobody waits."""
        self.wind(seconds=seconds)

    def wind(self, *, to: datetime | None = None, seconds: float = 0, runs: bool | None = None) -> datetime:
        """Set it, move it on by seconds, let it run or stand; return what it shows now."""
        with self._lock:
            shown = self._now() if to is None else to.astimezone(UTC)
            self._shown = shown + timedelta(seconds=seconds)
            self._since = self._machine.monotonic()
            self._runs = self._runs if runs is None else runs
            return self._shown

    def _now(self) -> datetime:
        passed = self._machine.monotonic() - self._since if self._runs else 0.0
        return self._shown + timedelta(seconds=passed)
