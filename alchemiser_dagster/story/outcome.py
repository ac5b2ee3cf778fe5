"""How a story ended, in one sentence: what a person wants to know first."""

from __future__ import annotations

from dataclasses import dataclass

from alchemiser_dagster.ledger.run_book import StepState
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Outcome
from alchemiser_dagster.story.story import Story, StoryStep, last

NO_ERROR = "none"


@dataclass(frozen=True)
class StoryOutcome:
    """The outcome, and why; `outcome` is None where the story has not ended, or did not mean to trade."""

    outcome: Outcome | None
    why: str

    @property
    def in_words(self) -> str:
        """The outcome and the reason."""
        return f"{self.outcome.value}: {self.why}" if self.outcome else self.why

    @property
    def is_good(self) -> bool:
        """Whether all was done that there was to do."""
        return self.outcome is not None and self.outcome.is_success


def outcome_of(story: Story) -> StoryOutcome:
    """Return how the story ended, from its result, else from the end of its last run, else from its steps."""
    result, end, failed = story.result, last(story.ends), failed_step(story)
    if result is not None:
        return StoryOutcome(result.outcome, result.reason)
    if end is not None:
        return StoryOutcome(end.outcome, _why(story, failed) or f"the error is {end.code}")
    if failed is not None:
        return StoryOutcome(Outcome.FAILED, _why(story, failed))
    told = last(story.notices)
    if told is not None:
        why = _why(story, failed)
        return StoryOutcome(None, f"{told.title}: {why}" if why else told.title)
    if story.newest(RebalancePlan) is not None:
        return StoryOutcome(None, "not finished: a plan is there, and no result")
    return StoryOutcome(None, "nothing was traded" if story.records or story.runs else "nothing is known")


def failed_step(story: Story) -> StoryStep | None:
    """Return the step that failed last, or None."""
    return last(step for step in story.steps if step.state is StepState.FAILED)


def _why(story: Story, failed: StoryStep | None) -> str:
    """Return the error in its own words, from the step, else from the last notice that tells of it."""
    if failed is not None:
        return f"{failed.step}: {failed.message or failed.code or 'no reason was kept'}"
    said = (_fact(notice.body, "error") or _fact(notice.body, "reason") for notice in story.notices)
    return last(text for text in said if text) or ""


def _fact(body: str, name: str) -> str:
    lines = (line.partition(": ") for line in body.splitlines())
    return next((text for found, _, text in lines if found == name), "")
