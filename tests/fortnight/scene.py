"""One day after the other: what the clock shows, what is done to the machine, and when it is quiet again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from fortnight.broker import let_fail, let_work, orders_at
from fortnight.days import Day, Trouble
from fortnight.machine import Machine
from fortnight.observe import Observer

from alchemiser_dagster.sessions import NEW_YORK, TradingCalendar

CALENDAR = TradingCalendar()
LEAD = timedelta(minutes=15)
BOOT = timedelta(seconds=11)
QUIET_SECONDS = 8.0
RUN_SECONDS = 150.0


def morning_of(day: Day) -> datetime:
    """Return when the machine is switched on: before anything is due."""
    return datetime(day.date.year, day.date.month, day.date.day, 7, 45, tzinfo=NEW_YORK)


@dataclass
class Scene:
    """The machine through the days."""

    machine: Machine
    observer: Observer
    is_switched_on: bool = False
    _plays: Mapping[Trouble, Callable[[Day], None]] = field(init=False)

    def __post_init__(self) -> None:
        self._plays = {
            Trouble.WEEKEND: self._no_session,
            Trouble.HOLIDAY: self._no_session,
            Trouble.DOUBLE: self._double,
            Trouble.OUTAGE: self._outage,
            Trouble.CRASH: self._crash,
            Trouble.ASLEEP: self._asleep,
            Trouble.LONG_OUTAGE: self._long_outage,
            Trouble.NO_DAEMON: self._no_daemon,
        }

    def live(self, day: Day) -> None:
        """Live through a day, from switching on to switching off."""
        self.machine.wind(morning_of(day))
        if not self.is_switched_on:
            shown = self.machine.command("schedule", "on")
            assert shown.returncode == 0, shown.stdout + shown.stderr
            self.is_switched_on = True
        self._morning(day)
        self._plays.get(day.trouble, self._session)(day)
        self.machine.stop("daemon")

    def _morning(self, day: Day) -> None:
        """Let pass what comes before the open: bars at 8:00, the comparison at 8:45."""
        for hour, minute in ((8, 0), (8, 45)):
            self._due(morning_of(day).replace(hour=hour, minute=minute))

    def _no_session(self, day: Day) -> None:
        for hour, minute in ((9, 0), (15, 45), (16, 30)):
            self._due(morning_of(day).replace(hour=hour, minute=minute))

    def _session(self, day: Day) -> None:
        self._to_tick(day)
        self._await_result(day)
        self._evening(day)

    def _double(self, day: Day) -> None:
        self._to_tick(day)
        time.sleep(6)
        clicked = {"dagster/partition": day.date.isoformat()}
        assert self.machine.click("trading_job", clicked).returncode == 0
        self._await_result(day)
        self.machine.wind(self._tick(day) - BOOT)
        self._due(self._tick(day))
        self._evening(day)

    def _outage(self, day: Day) -> None:
        self._to_tick(day)
        let_fail(self.machine.broker)
        self._real_time(40)
        self.machine.pass_to(self._tick(day) + timedelta(minutes=4))
        let_work(self.machine.broker)
        self._await_result(day)
        self._evening(day)

    def _crash(self, day: Day) -> None:
        self._to_tick(day)
        self._await(lambda: bool(orders_at(self.machine.broker, day.date)), RUN_SECONDS)
        kill_run_worker(self.machine)
        self._real_time(100)
        self._await_result(day)
        self._evening(day)

    def _asleep(self, day: Day) -> None:
        self._due(self._tick(day) - timedelta(minutes=5))
        self.machine.sleep()
        self.machine.wind(self._close(day) - timedelta(minutes=2))
        self.machine.wake()
        self._real_time(70)
        self._await_quiet()
        self._evening(day)

    def _long_outage(self, day: Day) -> None:
        let_fail(self.machine.broker)
        self._to_tick(day)
        for minute in range(1, 16):
            self._real_time(5)
            self.machine.wind(self._tick(day) + timedelta(minutes=minute))
        self._await_quiet()
        self._evening(day)
        let_work(self.machine.broker)

    def _no_daemon(self, day: Day) -> None:
        self._due(self._close(day) - timedelta(minutes=30))
        self.machine.stop("daemon", signal.SIGKILL)
        for minutes in (1, 6, 11):
            self.machine.wind(self._close(day) + timedelta(minutes=minutes))
            self.machine.command("doctor", "--watch")

    def _evening(self, day: Day) -> None:
        self._pass_to(self._close(day) + timedelta(minutes=7))
        self._due(self._close(day) + timedelta(minutes=30))

    def _to_tick(self, day: Day) -> None:
        self._come_to(self._tick(day))

    def _come_to(self, due: datetime) -> None:
        """Begin shortly before something is due, with a daemon that starts then.

        A scheduler sleeps until the next minute in real seconds: over a jump of the clock it oversleeps.
        """
        self.machine.stop("daemon")
        self.machine.pass_to(due - BOOT)
        self.machine.start_daemon()
        time.sleep(BOOT.total_seconds() + 1)

    def _due(self, at: datetime) -> None:
        """Live through what a schedule does at the instant."""
        self._come_to(at)
        self._await_quiet()

    def _pass_to(self, at: datetime) -> None:
        """Let it be so late, and live through what sensors see then."""
        self.machine.pass_to(at)
        self._await_quiet()

    def _await_result(self, day: Day) -> None:
        self._await(lambda: bool(self.observer.finals_of(day.date)), RUN_SECONDS)
        self._await_quiet()

    def _await_quiet(self) -> None:
        """Wait until no run is on its way, and none has come for a while."""
        quiet_since = time.monotonic()
        until = quiet_since + RUN_SECONDS
        while time.monotonic() < until and time.monotonic() - quiet_since < QUIET_SECONDS:
            time.sleep(2)
            if not self.observer.is_quiet():
                quiet_since = time.monotonic()

    def _await(self, is_so: Callable[[], bool], seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not is_so():
            time.sleep(0.2)

    def _real_time(self, seconds: float) -> None:
        time.sleep(seconds)

    def _close(self, day: Day) -> datetime:
        return CALENDAR.close_of(day.date)

    def _tick(self, day: Day) -> datetime:
        return self._close(day) - LEAD


def kill_run_worker(machine: Machine) -> int:
    """Kill the process in which a run works, with no warning; return how many there were."""
    killed = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and _is_run_worker(folder, machine):
            os.kill(int(folder.name), signal.SIGKILL)
            killed += 1
    return killed


def _is_run_worker(process: Path, machine: Machine) -> bool:
    try:
        command = (process / "cmdline").read_bytes()
        environment = (process / "environ").read_bytes()
    except OSError:
        return False
    return b"spawn_main" in command and str(machine.folder).encode() in environment
