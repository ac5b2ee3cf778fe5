"""Measures from the schedule's tick to the first order: python benchmarks/tick.py

The daemon, its code server and the run's process are the real ones, the broker is the look-alike in a process
of its own; all go by one clock that is set to a few seconds before the tick. Every part is read from what
the system itself writes: Dagster's run and events, and the broker's log of requests.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median

import dagster as dg
import requests
from machine import machine
from measuring import ROOT
from tables import table

sys.path.append(str(ROOT / "tests"))

from fortnight.broker import KEYS, free_port, served_broker  # behind the path
from fortnight.faked_clock import FakedClock
from fortnight.machine import Machine
from fortnight.observe import Observer, instance_of
from fortnight.scene import BOOT, CALENDAR, LEAD

from alchemiser_dagster.automation.names import TRADING_JOB

SESSIONS = tuple(CALENDAR.between(date(2025, 11, 3), date(2025, 11, 26)))
SETTINGS = """mode = "paper"

[alpaca]
base_url = "{broker}"

[market_data]
history_start = 2023-06-01

[notify]
console = false
"""
STEPS = (
    "market_data",
    "strategy_signals",
    "target_allocation",
    "account_snapshot",
    "allocation_comparison",
    "rebalance_plan",
)
PATIENCE_SECONDS = 120.0
TARGET_SECONDS = 10.0


def main() -> int:
    """Print what each part took, over several sessions, and return 1 where the whole took too long."""
    given = _arguments()
    sys.stdout.write(f"{machine()}\n\n")
    with tempfile.TemporaryDirectory(prefix="tick-") as name:
        measured = _lived(Path(name), SESSIONS[: given.sessions])
    rows = [
        (part, *(f"{one[part]:.2f}" for one in measured), f"{median(one[part] for one in measured):.2f}")
        for part in measured[0]
    ]
    sys.stdout.write(table(("seconds", *(f"day {n}" for n in range(1, len(measured) + 1)), "median"), rows))
    whole = median(one["tick to first order"] for one in measured)
    sys.stdout.write(f"\nat most {TARGET_SECONDS:.0f} s: {'kept' if whole <= TARGET_SECONDS else 'missed'}\n")
    return 0 if whole <= TARGET_SECONDS else 1


def _lived(folder: Path, sessions: tuple[date, ...]) -> list[Mapping[str, float]]:
    clock = FakedClock.in_folder(folder)
    with served_broker(folder / "broker", CALENDAR.close_of(sessions[0]) - timedelta(hours=1)) as broker:
        person = Machine(folder / "machine", clock, broker, KEYS, (free_port(), free_port()))
        person.set_up(SETTINGS.format(broker=broker))
        observer = Observer(person.folder, broker)
        person.wind(CALENDAR.close_of(sessions[0]) - timedelta(minutes=30))
        person.start_code_server()
        shown = person.command("schedule", "on")
        if shown.returncode:
            raise SystemExit(shown.stdout + shown.stderr)
        try:
            return [_one(person, observer, session) for session in sessions]
        finally:
            person.close()


def _one(person: Machine, observer: Observer, session: date) -> Mapping[str, float]:
    """Let one tick happen, and return what each part of it took."""
    tick = CALENDAR.close_of(session) - LEAD
    person.stop("daemon")
    person.pass_to(tick - BOOT)
    person.start_daemon()
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and not observer.finals_of(session):
        time.sleep(0.5)
    first = _first_order(person.broker, session)
    return _parts(person.folder, session, tick, first)


def _first_order(broker: str, session: date) -> datetime:
    log = requests.get(f"{broker}/sim/requests", timeout=30).json()
    posted = [
        datetime.fromisoformat(entry["at"])
        for entry in log
        if entry["method"] == "POST" and entry["path"].endswith("/v2/orders")
    ]
    return min(instant for instant in posted if instant.date() == session)


def _parts(folder: Path, session: date, tick: datetime, first: datetime) -> Mapping[str, float]:
    with instance_of(folder) as instance:
        wanted = dg.RunsFilter(job_name=TRADING_JOB, tags={"dagster/partition": session.isoformat()})
        record = instance.get_run_records(wanted)[0]
        logs = instance.all_logs(record.dagster_run.run_id)
    began = {entry.dagster_event.step_key: entry.timestamp for entry in logs if _is(entry, "STEP_START")}
    ended = {entry.dagster_event.step_key: entry.timestamp for entry in logs if _is(entry, "STEP_SUCCESS")}
    launched = next(entry.timestamp for entry in logs if _is(entry, "PIPELINE_STARTING"))
    started = next(entry.timestamp for entry in logs if _is(entry, "PIPELINE_START"))
    queued = record.create_timestamp.timestamp()
    steps = {step: _step(step, began, ended) for step in began if _step(step, began, ended)}
    return {
        "tick to queued": queued - tick.timestamp(),
        "queued to launched": launched - queued,
        "launched to started (process, imports)": started - launched,
        "started to first step": min(began.values()) - started,
        **{step: seconds for step, seconds in steps.items() if step != "execution_result"},
        "execution_result to first POST": first.timestamp() - began["execution_result"],
        "tick to first order": first.timestamp() - tick.timestamp(),
    }


def _step(step: str, began: Mapping[str, float], ended: Mapping[str, float]) -> float:
    return ended.get(step, began[step]) - began[step]


def _is(entry: dg.EventLogEntry, kind: str) -> bool:
    return entry.dagster_event is not None and entry.dagster_event.event_type_value == kind


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    os.environ.pop("DAGSTER_HOME", None)
    sys.exit(main())
