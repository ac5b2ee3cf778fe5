"""Schedules as Dagster evaluates them: one trading run a session, whatever ticks; and words for all else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

import dagster as dg
import pytest
import time_machine
from support.days import SETTINGS, Day

from alchemiser_dagster.assets.names import (
    CAUSATION_TAG,
    CORRELATION_TAG,
    LANE_TAG,
    PARTITION_TAG,
    TRADING_LANE,
    TRIGGER_TAG,
)
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.automation.follow_up import caused_tags
from alchemiser_dagster.automation.schedules import SCHEDULES
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import ConfigurationError, StorageError
from alchemiser_dagster.ids import scheduled_correlation
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.run_ends import RunEnds
from alchemiser_dagster.records.envelope import RunIdentity
from alchemiser_dagster.records.halt import HaltChange, HaltLevel
from alchemiser_dagster.records.values import Trigger
from alchemiser_dagster.sessions import NEW_YORK
from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.watch.heartbeats import FOLDER, TRADING_SCHEDULE, last_beat

WEDNESDAY = date(2025, 11, 26)


def new_york(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@dataclass
class Scheduled:
    """A folder with settings, the schedules as Dagster read them, and an instance that remembers."""

    day: Day

    @cached_property
    def repository(self) -> dg.RepositoryDefinition:
        return self.day.definitions.get_repository_def()

    def ticks(self, schedule: str, at: str, now: str = "") -> dg.RunRequest | dg.SkipReason:
        desk = DeskResource(settings_file=str(self.day.settings_file), console_notices=False)
        definition = self.repository.get_schedule_def(schedule)
        context = dg.build_schedule_context(
            self.day.instance, scheduled_execution_time=new_york(at), resources={"desk": desk}
        )
        with time_machine.travel(new_york(now or at), tick=False), context:
            answer = definition(context)
        assert isinstance(answer, dg.RunRequest | dg.SkipReason)
        return answer

    def request(self, schedule: str, at: str, now: str = "") -> dg.RunRequest:
        answer = self.ticks(schedule, at, now)
        assert isinstance(answer, dg.RunRequest), answer
        return answer

    def reason(self, schedule: str, at: str, now: str = "") -> str:
        answer = self.ticks(schedule, at, now)
        assert isinstance(answer, dg.SkipReason), answer
        return str(answer.skip_message)

    def run(self, job: str, request: dg.RunRequest, now: str) -> dg.ExecuteInProcessResult:
        desk = {"settings_file": str(self.day.settings_file), "console_notices": False}
        quiet = {"console": {"config": {"log_level": "CRITICAL"}}}
        with time_machine.travel(new_york(now)):
            return self.repository.get_job(job).execute_in_process(
                partition_key=request.partition_key,
                run_config={"resources": {"desk": {"config": desk}}, "loggers": quiet},
                tags=dict(request.tags),
                instance=self.day.instance,
                raise_on_error=False,
            )

    @property
    def desk(self) -> TradingDesk:
        return TradingDesk(load_settings(self.day.settings_file))

    @property
    def notices(self) -> list[dict[str, str]]:
        file = self.day.folder / ".alchemiser" / "notices.log"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    with closing_instance(tmp_path_factory.mktemp("dagster")) as opened:
        yield opened


@contextmanager
def closing_instance(folder: Path) -> Iterator[dg.DagsterInstance]:
    opened = dg.DagsterInstance.local_temp(str(folder))
    yield opened
    opened.dispose()


@pytest.fixture
def scheduled(tmp_path: Path, instance: dg.DagsterInstance) -> Scheduled:
    """A folder of its own; the instance is shared by tests that launch nothing."""
    day = Day.in_folder(tmp_path, SETTINGS)
    day.instance = instance
    return Scheduled(day)


@pytest.fixture
def remembering(scheduled: Scheduled, tmp_path: Path) -> Iterator[Scheduled]:
    (tmp_path / "dagster").mkdir()
    with closing_instance(tmp_path / "dagster") as opened:
        scheduled.day.instance = opened
        yield scheduled


def sell_everything(desk: TradingDesk) -> None:
    change = HaltChange(
        envelope=desk.envelope(RunIdentity(run_id="command", correlation_id="halt"), "test", ["command"]),
        session=desk.today,
        level=HaltLevel.FLATTEN,
        by="Ann",
        reason="storm",
        is_tripped=False,
    )
    HaltBook(desk.database).change(change)


def test_every_schedule_is_off_until_a_person_switches_it_on_and_goes_by_new_york(tmp_path: Path) -> None:
    schedules = Day.in_folder(tmp_path).definitions.get_repository_def().schedule_defs
    assert {found.name for found in schedules} == set(SCHEDULES)
    for found in schedules:
        assert found.default_status is dg.DefaultScheduleStatus.STOPPED
        assert found.execution_timezone == "America/New_York"


def test_a_tick_launches_the_sessions_run_under_an_id_that_is_known_before(scheduled: Scheduled) -> None:
    #
    request = scheduled.request("trading_schedule", "2025-11-26 15:45")
    assert request.partition_key == "2025-11-26"
    assert request.tags == {
        CORRELATION_TAG: scheduled_correlation("simulated", WEDNESDAY),
        CAUSATION_TAG: "schedule",
        TRIGGER_TAG: "schedule",
        "dagster/max_runtime": "1200",
    }
    again = scheduled.request("trading_schedule", "2025-11-26 15:45", "2025-11-26 15:50")
    early_close = scheduled.request("trading_schedule", "2025-11-28 12:45")
    assert request.run_key == again.run_key != early_close.run_key


@pytest.mark.parametrize(
    ("at", "now", "reason"),
    [
        ("2025-11-27 15:45", "", "2025-11-27 is no session: Thanksgiving"),
        ("2025-11-28 15:45", "", "2025-11-28 closes early at 13:00: its run starts at 12:45"),
        ("2025-11-26 12:45", "", "2025-11-26 closes at 16:00: its run starts at 15:45"),
        (
            "2025-11-26 15:45",
            "2025-11-26 15:58",
            "2025-11-26: its run starts at 15:45, and until 15:58; it is 15:58, 13 minutes late",
        ),
        (
            "2025-11-26 15:45",
            "2025-11-28 12:50",
            (
                "2025-11-26: its run starts at 15:45; it is 2025-11-28 12:50 in New York, "
                "1 day and 21 hours late"
            ),
        ),
    ],
)
def test_other_ticks_say_why_they_launch_nothing(
    scheduled: Scheduled, at: str, now: str, reason: str
) -> None:
    assert scheduled.reason("trading_schedule", at, now) == reason


def test_each_tick_leaves_a_sign_of_life_that_says_when_the_next_one_comes(scheduled: Scheduled) -> None:
    scheduled.reason("trading_schedule", "2025-11-27 15:45")
    seen = last_beat(scheduled.day.folder / ".alchemiser" / FOLDER, TRADING_SCHEDULE)
    assert seen is not None
    assert (seen.at, seen.next_expected) == (new_york("2025-11-27 15:45"), new_york("2025-11-28 12:45"))


def test_a_session_that_was_traded_is_not_launched_again_and_compared_on_the_next_morning(
    remembering: Scheduled,
) -> None:
    #
    request = remembering.request("trading_schedule", "2025-11-26 15:45")
    assert remembering.run("trading_job", request, "2025-11-26 15:45").success
    correlation_id = scheduled_correlation("simulated", WEDNESDAY)
    assert remembering.reason("trading_schedule", "2025-11-26 15:45", "2025-11-26 15:47") == (
        f"session 2025-11-26 was traded already by run {correlation_id}"
    )
    morning = remembering.request("reconciliation_schedule", "2025-11-28 08:45")
    assert morning.partition_key == "2025-11-28"
    assert morning.tags[CORRELATION_TAG] != scheduled_correlation("simulated", date(2025, 11, 28))
    assert remembering.run("reconciliation_job", morning, "2025-11-28 08:45").success
    assert remembering.notices == []


def test_what_the_ledger_knows_counts_also_where_dagster_forgot_it(
    scheduled: Scheduled, instance: dg.DagsterInstance
) -> None:
    #
    request = scheduled.request("trading_schedule", "2025-11-26 15:45")
    scheduled.day.instance = dg.DagsterInstance.ephemeral()
    assert scheduled.run("trading_job", request, "2025-11-26 15:45").success
    scheduled.day.instance = instance
    told = scheduled.reason("trading_schedule", "2025-11-26 15:45", "2025-11-26 15:47")
    assert told.startswith("session 2025-11-26 was traded already by run ")


def test_a_run_that_is_queued_or_under_way_keeps_the_tick_from_launching(remembering: Scheduled) -> None:
    #
    job = remembering.repository.get_job("trading_job")
    tags = {
        PARTITION_TAG: "2025-11-26",
        LANE_TAG: TRADING_LANE,
        CORRELATION_TAG: "by-hand",
    }
    desk = {"settings_file": str(remembering.day.settings_file), "console_notices": False}
    config = {"resources": {"desk": {"config": desk}}}
    remembering.day.instance.create_run_for_job(
        job, run_config=config, tags=tags, status=dg.DagsterRunStatus.STARTED
    )
    told = "session 2025-11-26 is being traded by run by-hand"
    assert remembering.reason("trading_schedule", "2025-11-26 15:45") == told
    assert isinstance(remembering.ticks("trading_schedule", "2025-11-28 12:45"), dg.RunRequest)


def test_while_everything_is_to_be_sold_the_other_schedule_launches(scheduled: Scheduled) -> None:
    assert (
        scheduled.reason("flatten_schedule", "2025-11-26 15:45") == "nobody asked for everything to be sold"
    )
    sell_everything(scheduled.desk)
    assert scheduled.reason("trading_schedule", "2025-11-26 15:45") == (
        "everything is to be sold: flatten_schedule launches that"
    )
    request = scheduled.request("flatten_schedule", "2025-11-26 15:45")
    assert request.tags[CORRELATION_TAG] == scheduled_correlation("simulated", WEDNESDAY)
    assert "is no session" in scheduled.reason("flatten_schedule", "2025-11-27 15:45")


def test_a_simulated_session_of_choice_is_not_run_by_the_clock(scheduled: Scheduled) -> None:
    text = scheduled.day.settings_file.read_text()
    scheduled.day.settings_file.write_text(f"{text}\n[simulation]\nsession = 2024-11-27\n")
    told = "the settings have session 2024-11-27 run, not 2025-11-26"
    assert scheduled.reason("trading_schedule", "2025-11-26 15:45") == told


def test_a_lead_that_was_changed_since_dagster_read_it_does_not_lose_the_session(
    scheduled: Scheduled,
) -> None:
    assert scheduled.repository.name
    text = scheduled.day.settings_file.read_text()
    scheduled.day.settings_file.write_text(f"{text}\n[schedule]\nlead_minutes = 20\n")
    scheduled.request("trading_schedule", "2025-11-26 15:45")


def test_a_ledger_that_cant_be_read_fails_the_tick_and_is_told(scheduled: Scheduled) -> None:
    #
    scheduled.desk.database.close()
    (scheduled.day.folder / ".alchemiser" / "ledger.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(StorageError, match="the database refused"):
        scheduled.ticks("trading_schedule", "2025-11-26 15:45")
    (notice,) = scheduled.notices
    assert notice["title"] == "Schedule trading_schedule could not decide (simulated, 2025-11-26)"
    assert notice["level"] == "error"
    assert "code: storage" in notice["body"]


def test_settings_that_broke_since_fail_the_tick_and_are_told_once(scheduled: Scheduled) -> None:
    #
    assert scheduled.repository.name
    scheduled.day.settings_file.write_text("mode = 'nonsense'\n")
    for now in ("2025-11-26 15:45", "2025-11-26 15:50"):
        with pytest.raises(ConfigurationError, match="mode is 'nonsense'"):
            scheduled.ticks("trading_schedule", "2025-11-26 15:45", now)
    (notice,) = scheduled.notices
    assert "code: configuration" in notice["body"]


def test_before_the_open_what_is_missing_up_to_the_session_before_is_stored(scheduled: Scheduled) -> None:
    #
    request = scheduled.request("data_before_open_schedule", "2025-12-01 08:00")
    assert request.partition_key == "2025-11-28"
    assert scheduled.request("data_before_open_schedule", "2025-12-01 08:00", "2025-12-01 12:00")
    assert "late" in scheduled.reason("data_before_open_schedule", "2025-12-01 08:00", "2025-12-01 15:30")


def test_after_the_close_the_sessions_own_bars_are_stored(scheduled: Scheduled) -> None:
    #
    assert scheduled.request("data_after_close_schedule", "2025-11-28 13:30").partition_key == "2025-11-28"
    assert scheduled.request("data_after_close_schedule", "2025-12-01 16:30").partition_key == "2025-12-01"
    assert "late" in scheduled.reason("data_after_close_schedule", "2025-11-28 13:30", "2025-11-29 00:00")


def test_without_books_nothing_is_compared_before_the_open(scheduled: Scheduled) -> None:
    #
    told = "the account has no books yet: they begin with its first trading run"
    assert scheduled.reason("reconciliation_schedule", "2025-12-01 08:45") == told


def test_a_scheduled_comparison_that_fails_is_told_and_not_counted_as_a_trading_run(
    remembering: Scheduled,
) -> None:
    #
    tags = caused_tags("morning", "schedule", Trigger.SCHEDULE)
    request = dg.RunRequest(partition_key="2025-12-01", tags=tags)
    assert not remembering.run("reconciliation_job", request, "2025-12-02 08:45").success
    (notice,) = remembering.notices
    assert (
        notice["title"].startswith("Failed at reconciliation_report") or "reconciliation" in notice["title"]
    )
    assert list(RunEnds(remembering.desk.database).newest_first("simulated")) == []


@pytest.mark.parametrize(
    ("at", "title"),
    [
        ("2025-11-27 08:00", "No session today: Thanksgiving; the next is 2025-11-28"),
        ("2025-11-28 08:00", "2025-11-28 closes early at 13:00: trading starts at 12:45"),
    ],
)
def test_the_morning_of_an_unusual_day_says_so_once(scheduled: Scheduled, at: str, title: str) -> None:
    #
    scheduled.ticks("data_before_open_schedule", at)
    scheduled.ticks("data_before_open_schedule", at, at.replace("08:00", "08:05"))
    (notice,) = scheduled.notices
    assert notice["title"] == title
    assert notice["level"] == "info"


def test_of_other_days_and_of_days_that_are_over_nothing_is_said(scheduled: Scheduled) -> None:
    scheduled.ticks("data_before_open_schedule", "2025-11-26 08:00")
    scheduled.ticks("data_before_open_schedule", "2025-11-27 08:00", "2025-11-28 12:00")
    scheduled.ticks("data_before_open_schedule", "2025-11-28 08:00", "2025-11-28 14:00")
    assert scheduled.notices == []


def test_the_house_is_kept_late_rather_than_not_and_never_for_a_week_that_is_over(
    scheduled: Scheduled,
) -> None:
    #
    on_time = scheduled.request("housekeeping_schedule", "2025-11-29 09:00")
    late = scheduled.request("housekeeping_schedule", "2025-11-29 09:00", "2025-12-01 12:00")
    assert on_time.run_key == late.run_key
    assert on_time.partition_key is None
    told = "6 days late: the next one is due"
    assert scheduled.reason("housekeeping_schedule", "2025-11-29 09:00", "2025-12-05 12:00") == told
