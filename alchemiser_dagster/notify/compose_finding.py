"""What is said when something that should have happened did not, or runs longer than it may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from alchemiser_dagster.notify.notice import Notice, NoticeLevel, groups_in_lines, notice_key
from alchemiser_dagster.notify.wording import session_text, title_of
from alchemiser_dagster.records.values import Mode


@dataclass(frozen=True)
class Finding:
    """Something that a watch saw.

    Parameters
    ----------
    about
        What it is about, such as "final" or "schedule stopped": with the correlation id it makes the key.
    headline
        A few words for a title.
    sentence
        What is the matter, in a sentence or two.
    outcome
        One word or two, as of a run, such as "failed".
    code
        The kind of finding.
    next_action
        What the person can do.
    facts
        What else was seen, by name.
    """

    correlation_id: str
    about: str
    mode: Mode
    session: date | None
    headline: str
    sentence: str
    outcome: str
    code: str
    next_action: str
    facts: Mapping[str, str] = field(default_factory=dict)
    level: NoticeLevel = NoticeLevel.ERROR


def compose_finding(finding: Finding, created_at: datetime) -> Notice:
    """Return the notice of what a watch saw: what is the matter, since when, what to do."""
    facts = {
        "in short": finding.sentence,
        "success": "no",
        "outcome": finding.outcome,
        "mode": finding.mode.value,
        "session": session_text(finding.session),
        "error": finding.sentence,
        "code": finding.code,
        "next": finding.next_action,
        "correlation id": finding.correlation_id,
    }
    return Notice(
        key=notice_key(finding.correlation_id, finding.about),
        level=finding.level,
        title=title_of(finding.headline, finding.mode, finding.session),
        body=groups_in_lines({"": facts, "what was seen": finding.facts}),
        correlation_id=finding.correlation_id,
        created_at=created_at,
        session=finding.session,
    )
