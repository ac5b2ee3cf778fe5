"""Which ticks begin something, over days with a holiday, early closes and both changes of the clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alchemiser_dagster.automation.ticks import Launch, Skip, decide
from alchemiser_dagster.automation.timetables import (
    Timetable,
    data_after_timetable,
    data_before_timetable,
    housekeeping_cron,
    next_housekeeping,
    reconciliation_timetable,
    trading_timetable,
)
from alchemiser_dagster.sessions import NEW_YORK, TradingCalendar
from alchemiser_dagster.settings import Settings
from alchemiser_dagster.settings.schedule import ScheduleSettings

CALENDAR = TradingCalendar()
SETTINGS = Settings()
TRADING = trading_timetable(SETTINGS, CALENDAR)
TIMETABLES = (
    TRADING,
    data_after_timetable(SETTINGS, CALENDAR),
    data_before_timetable(SETTINGS, CALENDAR),
    reconciliation_timetable(SETTINGS, CALENDAR),
)


def new_york(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def ticks_of(timetable: Timetable, first: date, last: date) -> Iterator[datetime]:
    """Yield each tick of a schedule with the timetable's cron strings, as one of weekdays has them."""
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        for cron in reversed(timetable.crons):
            minute, hour, *rest = cron.split()
            assert rest == ["*", "*", "1-5"]
            if day.weekday() < 5:
                yield datetime.combine(day, time(int(hour), int(minute)), tzinfo=NEW_YORK)


def reason(at: str, now: str = "") -> str:
    answer = decide(TRADING, new_york(at), new_york(now or at))
    assert isinstance(answer, Skip)
    return answer.reason


def test_the_ticks_are_those_of_every_close_that_the_calendar_knows() -> None:
    assert TRADING.crons == ("45 15 * * 1-5", "45 13 * * 1-5", "45 12 * * 1-5")
    assert data_after_timetable(SETTINGS, CALENDAR).crons[0] == "30 16 * * 1-5"
    assert data_before_timetable(SETTINGS, CALENDAR).crons == ("0 8 * * 1-5",)
    assert reconciliation_timetable(SETTINGS, CALENDAR).crons == ("45 8 * * 1-5",)
    assert housekeeping_cron(SETTINGS) == "0 9 * * 6"


def test_a_fortnight_with_a_holiday_and_an_early_close_begins_one_run_a_session() -> None:
    #
    begun = {}
    for tick in ticks_of(TRADING, date(2025, 11, 17), date(2025, 11, 30)):
        answer = decide(TRADING, tick, tick)
        if isinstance(answer, Launch):
            assert answer.session not in begun
            begun[answer.session] = f"{tick:%H:%M}"
    regular = [date(2025, 11, day) for day in (17, 18, 19, 20, 21, 24, 25, 26)]
    assert begun == {**dict.fromkeys(regular, "15:45"), date(2025, 11, 28): "12:45"}


def test_a_tick_that_is_not_its_sessions_moment_says_when_that_is() -> None:
    assert reason("2025-11-28 15:45") == "2025-11-28 closes early at 13:00: its run starts at 12:45"
    assert reason("2025-11-28 13:45") == "2025-11-28 closes early at 13:00: its run starts at 12:45"
    assert reason("2025-12-01 12:45") == "2025-12-01 closes at 16:00: its run starts at 15:45"


def test_a_day_without_a_session_is_named() -> None:
    assert reason("2025-11-27 15:45") == "2025-11-27 is no session: Thanksgiving"
    assert reason("2025-11-29 15:45") == "2025-11-29 is no session: a Saturday"
    assert reason("2025-01-09 15:45") == "2025-01-09 is no session"


@pytest.mark.parametrize(
    ("session", "instant"),
    [
        ("2026-03-06", "2026-03-06 20:45"),
        ("2026-03-09", "2026-03-09 19:45"),
        ("2026-10-30", "2026-10-30 19:45"),
        ("2026-11-02", "2026-11-02 20:45"),
    ],
)
def test_runs_keep_the_time_of_new_york_when_its_clocks_change(session: str, instant: str) -> None:
    at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert TRADING.begins(date.fromisoformat(session)) == at
    assert decide(TRADING, at, at) == Launch(date.fromisoformat(session), timedelta())
    hour_off = decide(TRADING, at + timedelta(hours=1), at + timedelta(hours=1))
    assert isinstance(hour_off, Skip)


def test_a_late_tick_begins_while_limits_have_time() -> None:
    #
    planned = new_york("2025-12-01 15:45")
    last_moment = decide(TRADING, planned, new_york("2025-12-01 15:57:59"))
    assert last_moment == Launch(date(2025, 12, 1), timedelta(minutes=12, seconds=59))
    assert reason("2025-12-01 15:45", "2025-12-01 15:58") == (
        "2025-12-01: its run starts at 15:45, and until 15:58; it is 15:58, 13 minutes late"
    )
    assert reason("2025-11-28 12:45", "2025-11-28 14:50") == (
        "2025-11-28: its run starts at 12:45, and until 12:58; it is 14:50, 2 hours and 5 minutes late"
    )


def test_a_tick_of_a_past_session_never_begins_anything() -> None:
    assert reason("2025-11-26 15:45", "2025-11-28 12:45") == (
        "2025-11-26: its run starts at 15:45; it is 2025-11-28 12:45 in New York, 1 day and 21 hours late"
    )


def test_a_tick_ahead_of_the_clock_that_trading_goes_by_waits_for_no_one() -> None:
    assert isinstance(decide(TRADING, new_york("2025-12-01 15:45"), new_york("2025-12-01 15:44:30")), Launch)
    assert reason("2025-12-01 15:45", "2025-12-01 12:00") == (
        "2025-12-01: its run starts at 15:45; by the clock that trading goes by it is "
        "2025-12-01 12:00 in New York"
    )


@given(st.dates(date(2015, 1, 1), date(2034, 12, 1)), st.sampled_from(TIMETABLES))
def test_of_all_ticks_of_two_weeks_each_session_has_exactly_one(first: date, timetable: Timetable) -> None:
    #
    last = first + timedelta(days=13)
    answers = [decide(timetable, tick, tick) for tick in ticks_of(timetable, first, last)]
    begun = Counter(answer.session for answer in answers if isinstance(answer, Launch))
    assert begun == Counter(CALENDAR.between(first, last))


@given(st.dates(date(2015, 1, 5), date(2034, 12, 1)), st.integers(0, 1439), st.sampled_from(TIMETABLES))
def test_the_next_moment_is_one_that_a_tick_takes(day: date, minute: int, timetable: Timetable) -> None:
    now = datetime.combine(day, time(), tzinfo=UTC) + timedelta(minutes=minute)
    coming = timetable.next_begin(now)
    assert coming > now
    assert isinstance(decide(timetable, coming, coming), Launch)
    between = CALENDAR.between(now.date() - timedelta(days=1), coming.date())
    assert not [session for session in between if now < timetable.begins(session) < coming]


@pytest.mark.parametrize(
    ("now", "at"),
    [
        ("2026-03-06 12:00", "2026-03-07 09:00"),
        ("2026-03-07 09:00", "2026-03-14 09:00"),
        ("2026-03-07 08:59", "2026-03-07 09:00"),
        ("2026-03-08 12:00", "2026-03-14 09:00"),
    ],
)
def test_the_house_is_kept_once_a_week_by_the_clock_on_the_wall(now: str, at: str) -> None:
    assert next_housekeeping(SETTINGS, new_york(now)) == new_york(at)


def test_a_lead_of_choice_moves_the_run() -> None:
    settings = Settings(schedule=ScheduleSettings(lead_minutes=20, housekeeping_day="sunday"))
    assert trading_timetable(settings, CALENDAR).crons[0] == "40 15 * * 1-5"
    assert housekeeping_cron(settings) == "0 9 * * 0"
