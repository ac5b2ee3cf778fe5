"""The permit at the very edges of what it allows, and what it says of the next time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.gate_stage import Stage, skewed, stage_in
from support.trading import (
    BEFORE_CLOSE,
    CALENDAR,
    NEXT_SESSION,
    SESSION,
    WINDOW,
    Bench,
    buy,
    envelope_for,
    plan_of,
)

from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.errors import SessionError
from alchemiser_dagster.execution.executor import execute_plan
from alchemiser_dagster.records.market import MarketClock
from alchemiser_dagster.risk.permit import TradingPermit


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return stage_in(tmp_path, monkeypatch)


def permit(stage: Stage) -> TradingPermit:
    return TradingPermit(SESSION, CALENDAR, stage.clock, stage.broker, WINDOW)


def test_a_minute_of_difference_is_allowed_and_a_second_more_is_not(stage: Stage) -> None:
    #
    stage.broker.clock_says = lambda theirs: skewed(theirs, 60)
    assert permit(stage).session == SESSION
    stage.broker.clock_says = lambda theirs: skewed(theirs, 61)
    with pytest.raises(SessionError, match="61 seconds away"):
        permit(stage)


def test_a_close_a_minute_off_is_the_same_and_a_second_more_is_another(stage: Stage) -> None:
    #
    def closes_later(seconds: int) -> None:
        def told(theirs: MarketClock) -> dict[str, object]:
            return {"next_close": theirs.next_close + timedelta(seconds=seconds)}

        stage.broker.clock_says = told

    closes_later(60)
    assert permit(stage).closes_at == BEFORE_CLOSE + WINDOW
    closes_later(61)
    with pytest.raises(SessionError, match="the calendar says otherwise"):
        permit(stage)


@pytest.mark.parametrize(
    ("instant", "when"),
    [
        (datetime(2024, 11, 27, 15, 0, tzinfo=UTC), "run on Wednesday 2024-11-27 from 20:45 UTC"),
        (BEFORE_CLOSE + WINDOW, "run on Friday 2024-11-29 from 17:45 UTC"),
    ],
)
def test_who_comes_too_early_or_too_late_is_told_when_to_come(
    stage: Stage, instant: datetime, when: str
) -> None:
    #
    clock = StandingClock(instant)
    broker = Bench(stage.bench.folder, clock=clock).broker
    with pytest.raises(SessionError, match=when):
        TradingPermit(SESSION, CALENDAR, clock, broker, WINDOW)


def test_a_plan_of_another_session_is_not_traded_on_todays_permit(stage: Stage) -> None:
    #
    plan = plan_of(buy("AAA", "1"), cash=stage.bench.cash(), session=NEXT_SESSION)
    environment = stage.bench.environment(stage.broker)
    with pytest.raises(SessionError, match="the permit is for session 2024-11-27"):
        execute_plan(plan, environment, permit(stage), envelope_for("result"))
    assert stage.broker.asked == []
