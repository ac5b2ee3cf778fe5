"""The watch over a real ledger and Dagster's own instance: what is told, under which key, how often."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import time_machine
from support.days import SESSION, Day

from alchemiser_dagster.assets.names import CORRELATION_TAG
from alchemiser_dagster.automation.runtime import tag_until_due
from alchemiser_dagster.automation.watch_sensor import schedule_is_on, watch_once
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.ids import scheduled_correlation
from alchemiser_dagster.ledger.run_book import RunBook, RunRow
from alchemiser_dagster.notify.notice import notice_key
from alchemiser_dagster.records.values import Trigger
from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings import Settings
from alchemiser_dagster.watch.heartbeats import FOLDER, WATCH_SENSOR, last_beat, note_switch
from alchemiser_dagster.watch.run_life import begin_heartbeat
from alchemiser_dagster.watch.watching import go_round

CALENDAR = TradingCalendar()
ACCOUNT = "simulated"
CORRELATION = scheduled_correlation(ACCOUNT, SESSION)
NEVER = "never started"


def at(minutes: float) -> datetime:
    return CALENDAR.close_of(SESSION) + timedelta(minutes=minutes)


@dataclass
class Round:
    """A desk whose real time is chosen, on the day of the session."""

    day: Day

    @property
    def desk(self) -> TradingDesk:
        return self.day.desk

    def go(self, minutes: float) -> str:
        """Go the round at the minutes after the close, as the sensor does; return what was found."""
        with time_machine.travel(at(minutes), tick=False):
            desk = self.desk
            try:
                return str(watch_once(desk, is_on=None).skip_message)
            finally:
                desk.close()

    def notices(self) -> list[dict[str, str]]:
        file = self.day.folder / ".alchemiser" / "notices.log"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


@pytest.fixture
def watched(day: Day) -> Round:
    found = Round(day)
    settings = found.desk.settings
    note_switch(settings.data_dir / FOLDER, CALENDAR.open_of(SESSION), is_on=True)
    return found


def began(watched: Round, run_id: str = "run-one") -> None:
    desk = watched.desk
    row = RunRow(
        run_id, "trading_job", CORRELATION, run_id, ACCOUNT, SESSION, Trigger.SCHEDULE, None, at(-15)
    )
    RunBook(desk.database).began(row)
    desk.close()


def test_a_run_that_never_started_is_told_of_once_under_the_final_key(watched: Round) -> None:
    #
    assert watched.go(4) == "all is as it should be"
    assert watched.notices() == []
    assert NEVER in watched.go(5)
    assert NEVER in watched.go(6)
    (notice,) = watched.notices()
    assert notice["key"] == notice_key(CORRELATION, "final")
    assert notice["level"] == "error"
    assert notice["title"] == f"No result (simulated, session {SESSION})"
    assert "code: no-result" in notice["body"]
    assert "next: Look at `alchemiser status`" in notice["body"]


def test_a_run_that_lives_and_one_that_died_are_told_apart_without_dagster(watched: Round) -> None:
    began(watched)
    desk = watched.desk
    heartbeat = begin_heartbeat(desk.lock_folder, "run-one")
    assert heartbeat is not None
    assert "trading_job is still running" in watched.go(6)
    heartbeat.lock.release()
    assert "trading_job died" in watched.go(7)
    heartbeat.end()
    assert "trading_job ended without one" in watched.go(8)


def test_a_late_end_is_told_all_the_same(watched: Round) -> None:
    # the watch took the final key; what the run came to is told under another one, once
    watched.go(6)
    day, tags = watched.day, {CORRELATION_TAG: CORRELATION}
    assert day.run(tags=tags).success
    day.run("reconciliation_job", tags=tags)
    day.run("reconciliation_job", tags=tags)
    missing, late = watched.notices()
    assert missing["key"] == notice_key(CORRELATION, "final")
    assert late["key"] == notice_key(CORRELATION, "late")
    assert late["title"].startswith("Late: Traded: 2 of 2 trades filled")
    assert watched.go(8) == "all is as it should be"


def test_a_late_failure_is_told_all_the_same(watched: Round) -> None:
    watched.go(6)
    watched.day.run(tags={CORRELATION_TAG: CORRELATION}, partition=CALENDAR.previous(SESSION))
    _, late = watched.notices()
    assert late["key"] == notice_key(CORRELATION, "late")
    assert late["title"].startswith("Late: Failed at account_snapshot")


def test_each_look_leaves_its_sign(watched: Round) -> None:
    watched.go(-60)
    seen = last_beat(watched.desk.settings.data_dir / FOLDER, WATCH_SENSOR)
    assert seen is not None
    assert (seen.at, seen.next_expected) == (at(-60), at(-59))


def test_what_dagster_says_of_the_schedule_is_noted(watched: Round) -> None:
    with time_machine.travel(at(-60), tick=False):
        assert "is off since" in str(watch_once(watched.desk, is_on=False).skip_message)
    with dg.DagsterInstance.local_temp() as instance:
        assert schedule_is_on(instance) is None
    assert NEVER not in watched.go(6)


def test_a_ledger_that_is_no_ledger_is_told_of_once_although_nothing_can_be_kept(watched: Round) -> None:
    #
    desk = watched.desk
    file = Path(str(desk.database.url.database))
    desk.close()
    for left in file.parent.glob(f"{file.name}*"):
        left.unlink()
    file.write_text("this is no database")
    for minutes in (-30, -29):
        with time_machine.travel(at(minutes), tick=False):
            (finding,) = [found for found in go_round(watched.desk) if found.kind == "ledger"]
            assert finding.is_problem
    titles = [notice["title"].split(" (")[0] for notice in watched.notices()]
    assert titles == ["The ledger can't be read", "The daemon is silent"]


def test_a_run_may_take_no_longer_than_until_its_result_is_due() -> None:
    settings = Settings()
    tag = "dagster/max_runtime"
    assert tag_until_due(settings, CALENDAR, SESSION, at(-15)) == {tag: "1200"}
    assert tag_until_due(settings, CALENDAR, SESSION, at(-390)) == {tag: "2100"}
    assert tag_until_due(settings, CALENDAR, SESSION, at(60)) == {tag: "60"}


def test_every_job_has_a_longest_runtime(day: Day) -> None:
    longest = {job.name: day.definitions.resolve_job_def(job.name).tags["dagster/max_runtime"]
               for job in day.definitions.jobs or []}  # fmt: skip
    assert longest["trading_job"] == "2100"
    assert longest["flatten_job"] == longest["resume_job"] == longest["approved_job"] == "2100"
    assert int(longest["reconciliation_job"]) <= 1800


def test_the_sensor_runs_by_itself_every_minute(day: Day) -> None:
    sensor = day.definitions.resolve_sensor_def(WATCH_SENSOR)
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    assert sensor.minimum_interval_seconds == 60
