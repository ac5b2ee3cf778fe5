"""Trades many sessions in one process and says what it grew to: python benchmarks/memory.py --sessions 500

Each session is a whole day: the trading run, the reconciliation, the notice. What a process needs must not
depend on how many days it has lived (R-22, R-23).
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path
from statistics import mean

import dagster as dg
from machine import machine
from tables import table

from alchemiser_dagster.automation.launch import LaunchRequest
from alchemiser_dagster.automation.trading_day import run_trading_day, tell_how_it_ended
from alchemiser_dagster.definitions import definitions_for
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.logs import stop_logging
from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.settings.run_overrides import run_overrides

ROOT = Path(__file__).parent.parent
FIRST = date(2023, 1, 3)
SETTINGS = """
[market_data]
history_start = 2021-01-04

[notify]
console = false
"""
PAGE_MEGABYTES = os.sysconf("SC_PAGE_SIZE") / 2**20
LOOKS = 10


def main() -> int:
    """Print memory, threads and open files over the sessions."""
    given = _arguments()
    sessions = TradingCalendar().between(FIRST, date(2026, 12, 31))[: given.sessions]
    sys.stdout.write(f"{machine()}\n\n")
    with tempfile.TemporaryDirectory(prefix="memory-") as name:
        folder = Path(name)
        (folder / "alchemiser.toml").write_text(SETTINGS, encoding="utf-8")
        (folder / "dagster.yaml").write_text((ROOT / "dagster.yaml").read_text(), encoding="utf-8")
        os.environ["DAGSTER_HOME"] = str(folder)
        os.chdir(folder)
        rows = _lived(folder / "alchemiser.toml", sessions)
    head = ("sessions", "MB resident", "threads", "open files", "seconds a session", "ended well")
    sys.stdout.write(table(head, rows))
    return 0


def _lived(file: Path, sessions: tuple[date, ...]) -> list[tuple[str, ...]]:
    stop_logging()
    definitions = definitions_for(load_settings(file))
    rows, took, well, every = [], [], 0, max(1, len(sessions) // LOOKS)
    for number, session in enumerate(sessions, start=1):
        began = time.perf_counter()
        well += _live(definitions, file, session)
        took.append(time.perf_counter() - began)
        if number % every == 0 or number == 1:
            rows.append(_row(number, mean(took[-every:]), well))
    return rows


def _live(definitions: dg.Definitions, file: Path, session: date) -> bool:
    desk = TradingDesk(load_settings(file, {**run_overrides(session, None), "notify.console": False}))
    request = LaunchRequest(str(file), session, "", f"session-{session}", "benchmark")
    day = run_trading_day(definitions, desk, request)
    tell_how_it_ended(desk, day)
    desk.close()
    return day.failure is None


def _row(number: int, seconds: float, well: int) -> tuple[str, ...]:
    gc.collect()
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_MEGABYTES
    files = len(list(Path("/proc/self/fd").iterdir()))
    row = (
        str(number),
        f"{resident:.0f}",
        str(threading.active_count()),
        str(files),
        f"{seconds:.2f}",
        str(well),
    )
    sys.stderr.write("  ".join(row) + "\n")
    return row


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=500)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
