from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.command import working_folder
from support.days import SESSION, Day

from alchemiser_dagster.assets.freshness import (
    FRESH_CHECK,
    LONGEST_CLOSURE,
    Freshness,
    due_session,
    freshness_of,
)
from alchemiser_dagster.automation.freshness_sensor import look_once
from alchemiser_dagster.sessions import TradingCalendar

CALENDAR = TradingCalendar()
WEDNESDAY, FRIDAY, MONDAY = date(2024, 11, 27), date(2024, 11, 29), date(2024, 12, 2)


@pytest.fixture(scope="module")
def day() -> Iterator[Day]:
    with working_folder() as folder:
        day = Day.in_folder(folder)
        assert day.run().success
        yield day


def test_on_thanksgiving_no_bars_are_due_but_those_that_were_due_the_day_before() -> None:
    # the exchange is closed on Thursday and closes early on Friday
    thursday_noon = datetime(2024, 11, 28, 17, tzinfo=UTC)
    assert due_session(CALENDAR, thursday_noon) == date(2024, 11, 26)
    assert due_session(CALENDAR, CALENDAR.open_of(FRIDAY) - timedelta(seconds=1)) == date(2024, 11, 26)
    assert due_session(CALENDAR, CALENDAR.open_of(FRIDAY)) == WEDNESDAY
    assert due_session(CALENDAR, CALENDAR.close_of(FRIDAY) + timedelta(days=2)) == WEDNESDAY
    assert due_session(CALENDAR, CALENDAR.open_of(MONDAY)) == FRIDAY


@given(st.datetimes(datetime(2010, 1, 5), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_bars_are_due_only_of_sessions_that_are_complete_and_followed_by_an_open(now: datetime) -> None:
    due = due_session(CALENDAR, now)
    following = CALENDAR.following(due)
    assert CALENDAR.close_of(due) < CALENDAR.open_of(following) <= now
    assert now < CALENDAR.open_of(CALENDAR.following(following))


def test_no_closure_of_a_regular_year_is_longer_than_the_policy_bears() -> None:
    sessions = CALENDAR.between(date(2013, 1, 1), CALENDAR.last)
    gaps = [following - session for session, following in pairwise(sessions)]
    assert max(gaps) == LONGEST_CLOSURE


def test_what_is_missing_is_said_with_its_session() -> None:
    assert Freshness(WEDNESDAY, WEDNESDAY).is_fresh
    assert not Freshness(FRIDAY, WEDNESDAY).is_fresh
    assert Freshness(FRIDAY, WEDNESDAY).in_words == (
        "bars reach session 2024-11-27, and those of 2024-11-29 should be there by now"
    )
    assert not Freshness(FRIDAY, None).is_fresh


def test_a_run_reports_that_its_bars_are_fresh_and_a_look_later_that_they_are_not(day: Day) -> None:
    desk = day.desk
    assert freshness_of(desk, CALENDAR.open_of(SESSION)).is_fresh
    assert not freshness_of(desk, CALENDAR.open_of(MONDAY)).is_fresh
    stale = look_once(desk, None)  # the real present is long after the session
    assert isinstance(stale, dg.SensorResult)
    (event,) = stale.asset_events
    assert isinstance(event, dg.AssetCheckEvaluation)
    assert (event.check_name, event.passed) == (FRESH_CHECK, False)
    assert isinstance(look_once(desk, stale.cursor), dg.SkipReason)


def test_every_asset_of_a_day_says_when_it_is_stale(day: Day) -> None:
    stale_by = {
        spec.key.path[-1]: spec.freshness_policy for spec in day.definitions.resolve_all_asset_specs()
    }
    for name in ("market_data", "two_funds", "execution_result", "reconciliation_report"):
        assert isinstance(stale_by[name], dg.FreshnessPolicy)
    assert stale_by["recovery_report"] is None
