"""`alchemiser doctor --watch`: without Dagster, from cron or systemd."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from support.command import Shown, alchemiser
from support.days import SESSION, Day

from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.watch.heartbeats import FOLDER, WATCH_SENSOR, beat, note_switch

CALENDAR = TradingCalendar()
NO_DAGSTER = """
import sys
class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0].startswith("dagster"):
            raise ImportError("Dagster is not there")
sys.meta_path.insert(0, Refusing())
from alchemiser_dagster.cli.main import main
sys.argv = ["alchemiser", "doctor", "--watch"]
main()
"""


def at(minutes: float) -> datetime:
    return CALENDAR.close_of(SESSION) + timedelta(minutes=minutes)


def signs(day: Day) -> Path:
    return day.folder / ".alchemiser" / FOLDER


def watch(day: Day, minutes: float) -> Shown:
    with time_machine.travel(at(minutes), tick=False):
        return alchemiser(day.folder, "doctor", "--watch")


def notices(day: Day) -> list[dict[str, str]]:
    file = day.folder / ".alchemiser" / "notices.log"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_all_is_well_where_nobody_switched_trading_on(day: Day) -> None:
    shown = watch(day, 6)
    assert (shown.exit_code, shown.lines[-1]) == (0, "All is as it should be.")
    assert notices(day) == []


def test_a_daemon_that_is_gone_is_found_with_its_remedy_and_told_once(day: Day) -> None:
    note_switch(signs(day), at(-300), is_on=True)
    beat(signs(day), WATCH_SENSOR, at(-60))
    for _ in range(2):
        shown = watch(day, -20)
        assert shown.exit_code == 1
        told = " ".join(shown.out.split())
        assert "The daemon has not been seen since 2024-11-29 12:00 in New York" in told
        assert "systemctl --user start alchemiser-daemon" in told
    (notice,) = notices(day)
    assert notice["title"].startswith("The daemon is silent (simulated")


def test_a_schedule_that_is_off_is_shown_and_asks_nothing_of_anybody(day: Day) -> None:
    note_switch(signs(day), at(-300), is_on=False)
    shown = watch(day, 6)
    assert shown.exit_code == 0
    assert "Trading by schedule is off since" in " ".join(shown.out.split())


def test_a_session_without_a_result_is_told_though_dagster_is_down(day: Day) -> None:
    #
    note_switch(signs(day), at(-300), is_on=True)
    shown = watch(day, 6)
    assert shown.exit_code == 1
    assert "its run never started" in " ".join(shown.out.split())
    assert [notice["title"] for notice in notices(day)] == [f"No result (simulated, session {SESSION})"]


@pytest.mark.parametrize("damage", ["this is no database"])
def test_the_watch_needs_nothing_of_dagster(day: Day, damage: str) -> None:
    # an import of Dagster fails, and so would its storage
    storage = day.folder / ".alchemiser" / "dagster" / "runs.db"
    storage.parent.mkdir(parents=True)
    storage.write_text(damage)
    command = [sys.executable, "-c", NO_DAGSTER]
    ended = subprocess.run(command, cwd=day.folder, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "All is as it should be." in ended.stdout
