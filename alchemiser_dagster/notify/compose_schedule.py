"""What is said of the days themselves: no session, an early close, a schedule that could not decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.notify.notice import Notice, NoticeLevel, facts_in_lines, notice_key
from alchemiser_dagster.records.values import Mode

SCHEDULE = "schedule"


@dataclass(frozen=True)
class DayNote:
    """A day about which a person is told something before it begins; `account` is only part of the key."""

    account: str
    mode: Mode
    day: date

    @property
    def correlation_id(self) -> str:
        """What ties together all that is said of the day: telling it twice is telling it once (R-19)."""
        return derived_id(SCHEDULE, self.account, self.day.isoformat())


@dataclass(frozen=True)
class FailedTick:
    """A tick that came to no decision: the schedule's name, and the error's own words and code."""

    schedule: str
    message: str
    code: str


def compose_no_session(note: DayNote, reason: str, following: date, created_at: datetime) -> Notice:
    """Return the notice of a weekday without a session, for a reason such as Thanksgiving."""
    facts = {"day": reason, "next session": str(following), "mode": note.mode.value}
    title = f"No session today: {reason}; the next is {following}"
    return _notice(note, title, facts, created_at)


def compose_early_close(note: DayNote, closes: str, begins: str, created_at: datetime) -> Notice:
    """Return the notice of a session that closes early; times are New York's."""
    facts = {"closes": closes, "trading starts": begins, "mode": note.mode.value}
    title = f"{note.day} closes early at {closes}: trading starts at {begins}"
    return _notice(note, title, facts, created_at)


def compose_failed_tick(note: DayNote, tick: FailedTick, created_at: datetime) -> Notice:
    """Return the notice of a schedule that could not decide: nothing was launched."""
    facts = {
        "success": "no",
        "schedule": tick.schedule,
        "mode": note.mode.value,
        "error": tick.message,
        "code": tick.code,
        "next": "Nothing was launched. Correct the cause; in time before the close, `alchemiser run` trades",
    }
    title = f"Schedule {tick.schedule} could not decide ({note.mode.value}, {note.day})"
    failed = _notice(note, title, facts, created_at)
    key = notice_key(note.correlation_id, f"tick {tick.schedule}")
    return failed.model_copy(update={"key": key, "level": NoticeLevel.ERROR})


def _notice(note: DayNote, title: str, facts: dict[str, str], created_at: datetime) -> Notice:
    return Notice(
        key=notice_key(note.correlation_id, "day"),
        level=NoticeLevel.INFO,
        title=title,
        body=facts_in_lines({**facts, "correlation id": note.correlation_id}),
        correlation_id=note.correlation_id,
        created_at=created_at,
        session=note.day,
    )
