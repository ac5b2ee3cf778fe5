"""A plan that is previewed at noon, approved, and traded before the close, on a look-alike over a socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest
from support.command import Shown
from support.paper_day import HISTORY, PaperDay, before_close, paper_day

SESSION = "2024-11-27"
REQUIRED = HISTORY + '\n[trading]\napproval = "required"\n'
WORDS = ("approve", "--by", "Ann", "--reason", "looked at it")
MINUTES_BEFORE_CLOSE = 120


@dataclass(frozen=True)
class Story:
    """What was shown, and how many requests had then tried to change something."""

    day: PaperDay
    shown: dict[str, Shown]
    writes: dict[str, int]

    def step(self, name: str, *arguments: str) -> None:
        self.shown[name] = self.day.command(*arguments)
        self.writes[name] = len(self.day.writes)


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    with paper_day(before_close(SESSION, MINUTES_BEFORE_CLOSE), more=REQUIRED) as day:
        story = Story(day, {}, {})
        story.step("preview", "plan", "--json")
        story.step("approved", *WORDS)
        story.step("too early", "run")
        day.world.clock.wind(to=before_close(SESSION))
        story.step("traded", "run")
        day.world.clock.wind(to=before_close(SESSION, 1))
        story.step("too late", *WORDS)
        yield story


def test_before_the_window_a_plan_can_be_seen_and_approved_and_nothing_is_sent(story: Story) -> None:
    #
    assert [story.shown[name].exit_code for name in ("preview", "approved")] == [0, 0]
    assert story.shown["too early"].exit_code == 2
    assert [story.writes[name] for name in ("preview", "approved", "too early")] == [0, 0, 0]


def test_in_the_window_exactly_the_approved_plan_is_traded(story: Story) -> None:
    assert (story.shown["traded"].exit_code, story.shown["traded"].err) == (0, "")
    lines = json.loads(story.shown["preview"].out)["plan"]["lines"]
    assert story.day.positions == {line["symbol"]: Decimal(line["quantity"]) for line in lines}


def test_after_the_deadline_nothing_is_approved(story: Story) -> None:
    shown = story.shown["too late"]
    assert (shown.exit_code, shown.out) == (2, "")
    assert f"session {SESSION}: approvals were taken until 20:58 UTC, and it is 20:59" in shown.err
    assert story.writes["too late"] == story.writes["traded"]
