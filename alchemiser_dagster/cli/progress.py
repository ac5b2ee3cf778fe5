"""The progress of a run in the terminal, driven by the log lines of its steps."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status

from alchemiser_dagster.logs import PACKAGE

STEPS = {
    "market_data": "bringing market data up to date",
    "strategy_signals": "evaluating the strategies",
    "target_allocation": "merging the signals",
    "account_snapshot": "reading the account",
    "allocation_comparison": "comparing account and target",
    "rebalance_plan": "planning the trades",
    "execution_result": "executing the plan",
    "reconciliation_report": "reconciling with the broker",
}


class _StepWatcher(logging.Handler):
    """Shows the step that is under way."""

    def __init__(self, status: Status) -> None:
        super().__init__(logging.INFO)
        self._status = status

    def emit(self, record: logging.LogRecord) -> None:
        """Follow the line that says that a step has started."""
        step = str(getattr(record, "fields", {}).get("step", ""))
        if getattr(record, "event", "") == "step started" and step in STEPS:
            number = list(STEPS).index(step) + 1
            self._status.update(f"[{number}/{len(STEPS)}] {STEPS[step]}")


@contextmanager
def showing_progress(console: Console) -> Iterator[None]:
    """Show what the run is doing, for as long as it does it."""
    with console.status("starting") as status:
        watcher = _StepWatcher(status)
        logger = logging.getLogger(PACKAGE)
        logger.addHandler(watcher)
        try:
            yield
        finally:
            logger.removeHandler(watcher)
