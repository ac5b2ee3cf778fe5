from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alchemiser_dagster.errors import SessionError
from alchemiser_dagster.sessions import NEW_YORK, TradingCalendar

CALENDAR = TradingCalendar()
SESSIONS = st.sampled_from(CALENDAR.between(date(2000, 1, 3), date(2030, 12, 31)))
DAYS = st.dates(date(2000, 1, 3), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("session", "close"),
    [
        (date(2024, 11, 27), "2024-11-27 21:00"),
        (date(2024, 11, 29), "2024-11-29 18:00"),
        (date(2024, 7, 3), "2024-07-03 17:00"),
        (date(2024, 7, 5), "2024-07-05 20:00"),
    ],
)
def test_closes_know_early_days_and_daylight_saving(session: date, close: str) -> None:
    assert f"{CALENDAR.close_of(session):%Y-%m-%d %H:%M}" == close
    assert CALENDAR.is_early_close(session) == (session in {date(2024, 11, 29), date(2024, 7, 3)})


def test_a_holiday_is_refused_with_the_session_before_it() -> None:
    #
    with pytest.raises(SessionError) as refused:
        CALENDAR.require(date(2024, 11, 28))
    assert str(refused.value) == (
        "Thursday 2024-11-28 is not a trading session. The session before it is 2024-11-27"
    )


def test_dates_that_the_calendar_does_not_know_are_refused() -> None:
    with pytest.raises(SessionError) as refused:
        CALENDAR.latest(date(1980, 1, 1))
    assert str(refused.value) == (
        "the calendar knows no session near 1980-01-01. "
        f"Choose a session from {CALENDAR.first} to {CALENDAR.last}"
    )


def test_thanksgiving_is_a_weekday_holiday_and_weekends_are_not() -> None:
    assert CALENDAR.weekday_holidays(date(2024, 11, 25), date(2024, 12, 1)) == (date(2024, 11, 28),)


@pytest.mark.parametrize(
    ("period", "first", "second"),
    [
        ("daily", date(2024, 11, 27), date(2024, 11, 29)),
        ("weekly", date(2024, 9, 3), date(2024, 11, 25)),
        ("monthly", date(2024, 9, 3), date(2024, 12, 2)),
        ("quarterly", date(2024, 10, 1), date(2025, 1, 2)),
        ("yearly", date(2024, 1, 2), date(2025, 1, 2)),
    ],
)
def test_a_period_begins_with_its_first_session(period: str, first: date, second: date) -> None:
    for session in (first, second):
        assert CALENDAR.begins_period(session, period)  # type: ignore[arg-type]
    if period != "daily":
        assert not CALENDAR.begins_period(CALENDAR.following(first), period)  # type: ignore[arg-type]


@given(SESSIONS)
def test_the_session_before_the_next_one_is_the_session_itself(session: date) -> None:
    assert CALENDAR.previous(CALENDAR.following(session)) == session


@given(DAYS)
def test_the_latest_session_is_the_last_one_that_is_not_after_the_day(day: date) -> None:
    latest = CALENDAR.latest(day)
    assert latest <= day < CALENDAR.following(latest)


@given(SESSIONS, st.integers(-600, 600))
def test_a_session_is_complete_from_its_close_on_and_not_before(session: date, minutes: int) -> None:
    #
    instant = CALENDAR.close_of(session) + timedelta(minutes=minutes)
    complete = CALENDAR.last_complete(instant)
    assert CALENDAR.close_of(complete) <= instant < CALENDAR.close_of(CALENDAR.following(complete))


@given(SESSIONS)
def test_a_session_opens_before_it_closes_on_its_own_new_york_date(session: date) -> None:
    opening, close = CALENDAR.open_of(session), CALENDAR.close_of(session)
    assert opening < close
    assert opening.astimezone(NEW_YORK).date() == close.astimezone(NEW_YORK).date() == session
    assert opening.astimezone(NEW_YORK).time() == time(9, 30)


def test_after_midnight_in_london_it_is_still_yesterdays_session_in_new_york() -> None:
    assert CALENDAR.session_at(datetime(2024, 11, 27, 3, tzinfo=UTC)) == date(2024, 11, 26)
