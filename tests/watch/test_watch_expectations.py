"""What the watch calls out, and when: pure, on sessions of all kinds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.days import SESSION

from alchemiser_dagster.ids import scheduled_correlation
from alchemiser_dagster.ledger.run_ends import RunEnd
from alchemiser_dagster.records.values import Mode, Outcome
from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings import Settings
from alchemiser_dagster.watch.expectations import findings
from alchemiser_dagster.watch.finding import FindingKind, WatchFinding
from alchemiser_dagster.watch.heartbeats import Beat, Switch
from alchemiser_dagster.watch.run_life import Life
from alchemiser_dagster.watch.seen import Look, Seen, SeenRun

CALENDAR = TradingCalendar()
EARLY = SESSION  # the day after Thanksgiving closes at 13:00
FULL = date(2024, 11, 27)
ACCOUNT = "one"
SETTINGS = Settings(mode=Mode.SIMULATED, account=ACCOUNT, data_dir=Path("/nowhere"))
MINUTE = timedelta(minutes=1)
ON = Switch(is_on=True, at=CALENDAR.open_of(date(2023, 11, 1)))


def at(session: date, minutes: float) -> datetime:
    """Return the instant some minutes after the session's close; before it where they are negative."""
    return CALENDAR.close_of(session) + timedelta(minutes=minutes)


def beats(now: datetime) -> dict[str, Beat]:
    return {"sensor": Beat(at=now), "schedule": Beat(at=now)}


def look(now: datetime, **seen: object) -> Look:
    known = {"switch": ON, **beats(now), **seen}
    return Look(SETTINGS, CALENDAR, Seen(**known), now)  # type: ignore[arg-type]


def run(session: date, life: Life = Life.LIVING, correlation: str = "", **more: object) -> SeenRun:
    begun = SeenRun(
        run_id="0123456789",
        job="trading_job",
        correlation_id=correlation or scheduled_correlation(ACCOUNT, session),
        session=session,
        began_at=at(session, -15),
        life=life,
    )
    return replace(begun, **more)  # type: ignore[arg-type]


def end(session: date, outcome: Outcome, correlation: str = "another") -> RunEnd:
    return RunEnd("r", correlation, ACCOUNT, session, outcome, "none", at(session, -1))


ENDED_BEFORE = end(CALENDAR.previous(FULL), Outcome.TRADED)


def kinds(found: tuple[WatchFinding, ...]) -> list[FindingKind]:
    return [finding.kind for finding in found]


def found_at(minutes: float, session: date = FULL, **seen: object) -> tuple[WatchFinding, ...]:
    before = end(CALENDAR.previous(session), Outcome.TRADED)
    ends = (before, *seen.pop("ends", ()))  # type: ignore[misc]
    return findings(look(at(session, minutes), ends=ends, **seen))


@pytest.mark.parametrize("session", [FULL, EARLY])
def test_a_session_without_a_result_is_called_out_five_minutes_after_its_close(session: date) -> None:
    # also where it never started, on an early close too
    assert found_at(4.9, session) == ()
    (finding,) = found_at(5, session)
    assert finding.kind is FindingKind.NO_RESULT
    assert finding.session == session
    assert finding.about == "final"
    assert "its run never started" in finding.sentence
    assert finding.is_problem


@pytest.mark.parametrize(
    ("life", "words"),
    [
        (Life.LIVING, "trading_job is still running at market_data"),
        (Life.DIED, "died"),
        (Life.ENDED, "ended"),
    ],
)
def test_it_says_what_became_of_the_run(life: Life, words: str) -> None:
    (finding,) = found_at(6, runs=(run(FULL, life, step="market_data"),))
    assert words in finding.sentence
    assert "trading_job" in finding.facts["run 01234567"]


def test_a_comparison_in_the_morning_is_no_run_of_the_session() -> None:
    (finding,) = found_at(6, runs=(run(FULL, Life.ENDED, "morning", job="reconciliation_job"),))
    assert "its run never started" in finding.sentence


@pytest.mark.parametrize("outcome", [Outcome.TRADED, Outcome.NOTHING_TO_DO, Outcome.PARTIAL])
def test_whoever_traded_the_session_gave_it_its_result(outcome: Outcome) -> None:
    assert found_at(6, ends=(end(FULL, outcome),)) == ()


def test_a_scheduled_run_that_failed_was_told_of_and_another_one_is_no_result() -> None:
    own = scheduled_correlation(ACCOUNT, FULL)
    assert found_at(6, ends=(end(FULL, Outcome.FAILED, own),)) == ()
    assert kinds(found_at(6, ends=(end(FULL, Outcome.FAILED),))) == [FindingKind.NO_RESULT]
    assert kinds(found_at(6, ends=(end(FULL, Outcome.SKIPPED),))) == [FindingKind.NO_RESULT]


def test_nothing_is_expected_of_trading_that_is_switched_off_and_that_is_said() -> None:
    off = Switch(is_on=False, at=at(FULL, -60))
    (finding,) = found_at(6, switch=off)
    assert finding.kind is FindingKind.SCHEDULE_OFF
    assert not finding.is_problem
    assert found_at(6, switch=None) == ()


def test_a_run_that_began_is_awaited_even_if_trading_was_switched_off_since() -> None:
    off = Switch(is_on=False, at=at(FULL, -5))
    assert FindingKind.NO_RESULT in kinds(found_at(6, switch=off, runs=(run(FULL),)))


def test_nothing_is_expected_of_a_session_whose_moment_was_over_when_trading_was_switched_on() -> None:
    assert found_at(6, switch=Switch(is_on=True, at=at(FULL, -10))) == ()
    assert kinds(found_at(6, switch=Switch(is_on=True, at=at(FULL, -14)))) == [FindingKind.NO_RESULT]


@pytest.mark.parametrize("day", [date(2024, 11, 28), date(2024, 11, 30), date(2024, 12, 1)])
def test_no_result_is_expected_of_a_holiday_or_a_weekend(day: date) -> None:
    now = datetime.combine(day, CALENDAR.close_of(FULL).timetz())
    last = CALENDAR.latest(day)
    assert findings(look(now, ends=(end(last, Outcome.TRADED),))) == ()


def test_a_machine_that_slept_over_the_weekend_says_on_monday_what_friday_lacks() -> None:
    monday = date(2024, 12, 2)
    found = findings(look(at(monday, -300)))
    assert [(finding.kind, finding.session) for finding in found] == [(FindingKind.NO_RESULT, SESSION)]


def test_a_run_beyond_its_time_is_stuck() -> None:
    lasts = timedelta(minutes=SETTINGS.trading.window_minutes + SETTINGS.watch.result_minutes + 2)
    begun = run(FULL, began_at=at(FULL, -300))
    now = begun.began_at + lasts
    assert findings(look(now, runs=(begun,), ends=(ENDED_BEFORE,))) == ()
    (finding,) = findings(look(now + MINUTE, runs=(begun,), ends=(ENDED_BEFORE,)))
    assert finding.kind is FindingKind.RUN_STUCK
    assert finding.about == "stuck 0123456789"


def test_a_run_that_died_is_told_of_where_nothing_of_dagster_is_there_to_recover() -> None:
    dead = run(FULL, Life.DIED)
    assert found_at(-10, runs=(dead,)) == ()
    silent = found_at(-10, runs=(dead,), sensor=Beat(at=at(FULL, -30)))
    assert kinds(silent) == [FindingKind.RUN_DIED, FindingKind.DAEMON_SILENT]


@pytest.mark.parametrize("sensor", [None, Beat(at=at(FULL, -26))])
def test_a_silent_daemon_is_called_out_while_a_session_is_due(sensor: Beat | None) -> None:
    (finding,) = found_at(-20, sensor=sensor)
    assert finding.kind is FindingKind.DAEMON_SILENT
    assert "systemctl --user start" in finding.remedy
    assert found_at(-20, sensor=Beat(at=at(FULL, -24))) == ()
    assert found_at(-900, sensor=None) == ()
    assert found_at(-20, sensor=None, switch=None) == ()


def test_a_schedule_that_did_not_look_when_it_should_have_is_called_out() -> None:
    stopped = Beat(at=at(FULL, -1000), next_expected=at(FULL, -15))
    assert found_at(-10, schedule=stopped) == ()
    assert kinds(found_at(-9, schedule=stopped)) == [FindingKind.SCHEDULE_SILENT]


def test_what_runs_out_is_said_in_time() -> None:
    assert kinds(found_at(-20, free_bytes=400_000_000)) == [FindingKind.DISK]
    assert found_at(-20, free_bytes=500_000_000) == ()
    last = date(2035, 12, 3)
    (finding,) = findings(look(at(last, -20), ends=(end(CALENDAR.previous(last), Outcome.TRADED),)))
    assert finding.kind is FindingKind.CALENDAR


def test_a_ledger_that_cannot_be_read_is_a_finding_and_no_result_is_guessed() -> None:
    assert kinds(found_at(6, ledger_error="the disk is gone")) == [FindingKind.LEDGER]


@given(
    session=st.sampled_from(CALENDAR.between(date(2024, 1, 3), date(2025, 12, 30))),
    minutes=st.integers(-600, 600),
    life=st.sampled_from(Life),
    has_run=st.booleans(),
    is_done=st.booleans(),
)
def test_a_session_that_was_to_be_traded_has_a_result_or_is_called_out(
    session: date, minutes: int, life: Life, *, has_run: bool, is_done: bool
) -> None:
    # at any minute of any session, early closes and clock changes too
    runs = (run(session, life),) if has_run else ()
    done = (end(session, Outcome.TRADED),) if is_done else ()
    called_out = [finding.session for finding in found_at(minutes, session, runs=runs, ends=done)
                  if finding.kind is FindingKind.NO_RESULT]  # fmt: skip
    assert called_out == ([session] if minutes >= 5 and not is_done else [])
