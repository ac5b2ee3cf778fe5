"""How long the parts of a command took."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console

PARTS = {
    "market_data": "data",
    "strategy_signals": "signals",
    "reconciliation_report": "reconciliation",
}


class Timings:
    """Seconds by part, on a monotonic clock (R-14)."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = clock()
        self._parts: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count the time inside as the part's."""
        began = self._clock()
        yield
        self.add(name, self._clock() - began)

    def add(self, name: str, seconds: float) -> None:
        """Count seconds as the part's."""
        self._parts[name] = self._parts.get(name, 0.0) + seconds

    def add_steps(self, durations: Iterable[tuple[str, float]]) -> None:
        """Count a run's steps: data, signals, reconciliation, and all others as trading."""
        for step, seconds in durations:
            self.add(PARTS.get(step, "trading"), seconds)

    def print(self, console: Console) -> None:
        """Say where the time went; the rest is Dagster's own."""
        total = self._clock() - self._began
        rest = total - sum(self._parts.values())
        split = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self._parts.items())
        console.print(f"[dim]{total:.1f} s: {split}, orchestration {rest:.1f} s[/dim]")
