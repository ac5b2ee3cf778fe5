"""What is said when trading halts by itself."""

from __future__ import annotations

from datetime import datetime

from alchemiser_dagster.notify.notice import Notice, NoticeLevel, facts_in_lines, notice_key
from alchemiser_dagster.notify.wording import title_of
from alchemiser_dagster.records.halt import HaltChange, HaltLevel
from alchemiser_dagster.records.values import Mode

HALT = "halt"
NEXT = "`alchemiser status` shows what happened; `alchemiser resume --reason TEXT` once its cause is gone"

IN_SHORT = {
    HaltLevel.NONE: "Trading goes on.",
    HaltLevel.REDUCE_ONLY: "Nothing is bought until a person resumes trading; what is held may be sold.",
    HaltLevel.FLATTEN: "The next run sells everything, and nothing is bought until a person resumes trading.",
    HaltLevel.HALT: "No order is sent until a person resumes trading.",
}


def compose_halt(change: HaltChange, mode: Mode, created_at: datetime) -> Notice:
    """Return the notice of a halt that tripped: which limit, why, and how to go on."""
    facts = {
        "in short": IN_SHORT[change.level],
        "mode": mode.value,
        "session": str(change.session),
        "level": change.level.value,
        "limit": change.by,
        "reason": change.reason,
        "next": NEXT,
        "correlation id": change.envelope.correlation_id,
    }
    return Notice(
        key=notice_key(change.envelope.record_id, HALT),
        level=NoticeLevel.ERROR,
        title=title_of("Trading halted by itself", mode, change.session),
        body=facts_in_lines(facts),
        correlation_id=change.envelope.correlation_id,
        created_at=created_at,
        session=change.session,
    )
