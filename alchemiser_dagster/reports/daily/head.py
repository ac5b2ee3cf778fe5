"""The head of a day's page: how it ended, when, and where more can be seen."""

from __future__ import annotations

from datetime import UTC
from urllib.parse import quote

from alchemiser_dagster.records.values import Outcome
from alchemiser_dagster.reports.daily.facts import DayFacts
from alchemiser_dagster.reports.daily.headline import whole_sentence
from alchemiser_dagster.reports.daily.page import Head, Link, Tone

TONES: dict[Outcome | None, Tone] = {
    Outcome.TRADED: "good",
    Outcome.NOTHING_TO_DO: "good",
    Outcome.SKIPPED: "warn",
    Outcome.PARTIAL: "warn",
    Outcome.FAILED: "bad",
}
SIGNS: dict[Tone, str] = {"good": "✓", "quiet": "…", "warn": "!", "bad": "✗"}
SHOWN_LETTERS = 8


def head_of(facts: DayFacts) -> Head:
    """Return the head."""
    tone = tone_of(facts)
    session = facts.session
    return Head(
        tone=tone,
        sign=SIGNS[tone],
        outcome=facts.outcome.value.capitalize() if facts.outcome else "No result",
        sentence=whole_sentence(facts),
        session=f"{session:%A}, {session}" if session else "unknown session",
        mode=facts.mode.value,
        correlation_id=facts.correlation_id,
        made_at=f"{facts.made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        links=_links(facts),
    )


def tone_of(facts: DayFacts) -> Tone:
    """Return how good the day was; a good one whose books disagree is not."""
    tone = TONES.get(facts.outcome, "quiet")
    report = facts.records.report
    is_broken = report is not None and not report.is_clean
    return "warn" if is_broken and tone in {"good", "quiet"} else tone


def _links(facts: DayFacts) -> tuple[Link, ...]:
    return tuple(
        Link(f"{run.job} {run.run_id[:SHOWN_LETTERS]}", f"{facts.ui_url}/runs/{quote(run.run_id, safe='')}")
        for run in facts.runs
    )
