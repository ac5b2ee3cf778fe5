"""Days of each kind, as their stories tell them."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO

import pytest
from rich.console import Console
from support.told_days import ToldDays, many_days

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.ledger.run_book import StepState
from alchemiser_dagster.records.approval import Approval
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.recovery import RecoveryReport
from alchemiser_dagster.records.values import Outcome
from alchemiser_dagster.story.asking_why import why
from alchemiser_dagster.story.drawing import print_story
from alchemiser_dagster.story.finding import find_story
from alchemiser_dagster.story.opening import read_bundle
from alchemiser_dagster.story.outcome import outcome_of
from alchemiser_dagster.story.replay import replay
from alchemiser_dagster.story.story import Story

NARROW = 80


def drawn(story: Story, width: int = NARROW) -> list[str]:
    out = StringIO()
    print_story(Console(file=out, width=width, color_system=None), story)
    return out.getvalue().splitlines()


def test_a_day_of_each_kind_is_told_as_one_story() -> None:
    # one test, for the days are dear
    with many_days() as days:
        traded(days)
        nothing_to_do(days)
        killed_and_recovered(days)
        waiting_and_approved(days)
        failed(days)
        refused_before_it_began(days)
        found_by_any_word(days)
        asked_why_not(days)
        computed_again(days)
        every_line_fits(days)


def traded(days: ToldDays) -> None:
    story = days.story("monday")
    trading, aftermath = story.runs
    assert (trading.job, aftermath.job) == ("trading_job", "reconciliation_job")
    assert trading.trigger == "command"
    assert aftermath.causation_id == trading.run_id
    assert trading.link == f"http://127.0.0.1:3000/runs/{trading.run_id}"
    assert {step.state for step in story.steps} == {StepState.ENDED}
    assert all(step.duration_seconds is not None for step in story.steps)
    first = [step.step for step in story.steps if step.run_id == trading.run_id]
    assert first[0] == "market_data"
    assert first[-1] == "execution_result"
    assert [found.events[-1].to_state for found in story.orders] == [OrderState.FILLED] * 3
    for found in story.orders:
        assert sum(fill.quantity for fill in found.fills) == found.order.filled_quantity
        assert found.report.slippage is not None
    assert "SIG" in story.decisions["flip"]
    assert any(found.call.call == "submit" for found in story.calls)
    assert all(notice.sent_at and not notice.owed for notice in story.notices)
    lines = drawn(story)
    assert lines[0] == "Traded: all 3 lines are done"
    texts = [" ".join(line.split()) for line in lines]
    orders = [number for number, line in enumerate(texts) if " · alch-" in line]
    result = next(number for number, line in enumerate(texts) if line.startswith("15:45:00 traded: all 3"))
    assert len(orders) == 3
    assert max(orders) < result < texts.index(next(line for line in texts if line.startswith("notice sent")))


def nothing_to_do(days: ToldDays) -> None:
    #
    outcome = outcome_of(days.story("monday-again"))
    assert outcome.outcome is Outcome.NOTHING_TO_DO
    assert outcome.is_good
    assert days.story("monday-again").orders == ()


def killed_and_recovered(days: ToldDays) -> None:
    #
    story = days.story("tuesday")
    died, recovery = story.runs
    assert recovery.job == "recovery_job"
    assert recovery.causation_id == died.run_id
    (started,) = [step for step in story.steps if step.state is StepState.STARTED]
    assert (started.run_id, started.step) == (died.run_id, "execution_result")
    assert story.newest(RecoveryReport) is not None
    assert outcome_of(story).outcome is Outcome.FAILED
    text = "\n".join(drawn(story))
    assert "execution_result began, and never ended" in text
    assert f"because of run {died.run_id[:8]}" in " ".join(text.split())
    places = [text.index(said) for said in ("never ended", "never sent: its time was over", "recovery_job")]
    assert places == sorted(places)


def waiting_and_approved(days: ToldDays) -> None:
    story = days.story("wednesday")
    assert outcome_of(story).outcome is Outcome.SKIPPED
    (approval,) = story.all_of(Approval)
    assert approval.by == "Ann Smith"
    assert story.orders == ()
    lines = [" ".join(line.split()) for line in drawn(story)]
    assert "15:45:00 plan approved by Ann Smith: looked at it" in lines


def failed(days: ToldDays) -> None:
    story = days.story("friday")
    assert story.records == ()
    assert story.session == date(2024, 11, 29)
    lines = drawn(story)
    assert lines[0].startswith("Failed: market_data: ")
    assert "BBB" in " ".join(lines[:3])
    assert any("notice sent: Failed at market_data" in line for line in lines)


def refused_before_it_began(days: ToldDays) -> None:
    # known by its notice alone
    story = days.story("never")
    assert (story.runs, story.records, story.ends) == ((), (), ())
    assert len(story.notices) == 1
    assert drawn(story)[0].startswith("Failed at start (simulated, session 2024-11-22): session")


def found_by_any_word(days: ToldDays) -> None:
    books = days.books
    assert find_story(books, "last").correlation_id == "never"
    assert find_story(books, "fri").correlation_id == "friday"
    assert find_story(books, days.story("tuesday").runs[0].run_id).correlation_id == "tuesday"
    monday = find_story(books, "2024-11-25")
    assert monday.correlation_id == "monday-again"
    assert [story.correlation_id for story in monday.others] == ["monday"]
    assert find_story(books, "monday").correlation_id == "monday"
    for word, said in [
        ("mon", "monday, monday-again"),
        ("sunday", "no story is known as sunday; there are never"),
        ("2024-11-28", "no story is known as session 2024-11-28"),
    ]:
        with pytest.raises(DataError, match=said):
            find_story(books, word)
    shown = days.told("story", "2024-11-25")
    assert "1 more of this session:" in shown.lines
    told = json.loads(days.told("story", "monday", "--json").out)
    assert (told["correlation_id"], told["outcome"], told["why"]) == (
        "monday",
        "traded",
        "all 3 lines are done",
    )
    assert {"kind", "envelope", "session"} <= told["records"][0].keys()


def asked_why_not(days: ToldDays) -> None:
    # each reason in its own words
    books = days.books
    said = {
        (symbol, day): why(books, symbol, date(2024, 11, day)).verdict
        for symbol, day in [("AAA", 25), ("CCC", 26), ("BBB", 27), ("EEE", 27), ("AAA", 29)]
    }
    assert said["AAA", 25] == "not traded: run monday had traded the session already"
    assert said["CCC", 26] == "sell 194.083224967 CCC, 0 filled; full exit"
    assert "was planned, and not sent: skipped: rebalance_plan" in said["BBB", 27]
    assert said["EEE", 27] == "not traded: no strategy wants EEE, and none is held"
    assert said["AAA", 29].startswith("not traded: the day did not come to a plan: failed: market_data")


def computed_again(days: ToldDays) -> None:
    # what was decided comes out again, also where it was not traded, or by another run
    for name in ("monday", "monday-again", "tuesday", "wednesday"):
        report = replay(read_bundle(days.bundle(name), name), "")
        assert [part.what for part in report.parts if not part.is_equal] == []
        unchecked = [part.what for part in report.parts if not part.is_checked]
        assert unchecked == (["comparison"] if name == "monday-again" else [])
        assert [part.what for part in report.parts][-1] == "plan"
    with pytest.raises(DataError, match="nothing was decided"):
        replay(read_bundle(days.bundle("friday"), "friday"), "")


def every_line_fits(days: ToldDays) -> None:
    for name in ("monday", "monday-again", "tuesday", "wednesday", "friday", "never"):
        for width in (NARROW, 50):
            assert max(map(len, drawn(days.story(name), width))) <= width
