"""What is said after a recovery, in plain words; and what a run that follows another one says of itself."""

from __future__ import annotations

from datetime import datetime

from alchemiser_dagster.notify.health_facts import story_facts
from alchemiser_dagster.notify.notice import Notice, NoticeLevel, groups_in_lines, notice_key
from alchemiser_dagster.notify.wording import counted, dollars, title_of
from alchemiser_dagster.records.recovery import RecoveryReport
from alchemiser_dagster.records.values import Mode

RECOVERY, RESUMED = "recovery", "resumed"


def compose_recovery(report: RecoveryReport, mode: Mode, created_at: datetime) -> Notice:
    """Return the notice of a recovery: what happened, what is settled, what is left, what follows."""
    correlation_id = report.envelope.correlation_id
    facts = {
        "in short": _in_short(report),
        "success": "yes" if report.is_settled else "no",
        "outcome": "recovered" if report.is_settled else "recovered in part",
        "mode": mode.value,
        "session": str(report.session),
        "failed run": report.failed_run_id,
        "orders without an end": str(len(report.unsettled)),
        "trades left": f"{report.lines_remaining}, worth {dollars(report.value_remaining)}",
        "next": report.next_action,
        "correlation id": correlation_id,
    }
    found = {f"found {number}": sentence for number, sentence in enumerate(report.found, start=1)}
    is_over = report.is_settled and (report.can_resume or not report.lines_remaining)
    return Notice(
        key=notice_key(correlation_id, f"{RECOVERY} {report.failed_run_id}"),
        level=NoticeLevel.INFO if is_over else NoticeLevel.WARNING,
        title=title_of(_headline(report), mode, report.session),
        body=groups_in_lines({"": facts, "what happened": found, "more": story_facts(correlation_id)}),
        correlation_id=correlation_id,
        created_at=created_at,
        session=report.session,
    )


def retold(notice: Notice, about: str, prefix: str) -> Notice:
    """Return the notice under a key of its own: the final one of its correlation id was sent already."""
    key = notice_key(notice.correlation_id, about)
    return notice.model_copy(update={"key": key, "title": f"{prefix}: {notice.title}"})


def _in_short(report: RecoveryReport) -> str:
    if not report.is_settled:
        orders = counted(len(report.unsettled), "order")
        return f"A run failed, and {orders} of it may still be filled: nobody knows what becomes of them yet."
    if not report.lines_remaining:
        return "A run failed; its orders are settled, and nothing of its plan is left to trade."
    left = f"{counted(report.lines_remaining, 'trade')} worth {dollars(report.value_remaining)}"
    return f"A run failed; its orders are settled, and {left} did not happen."


def _headline(report: RecoveryReport) -> str:
    if not report.is_settled:
        return f"Recovered in part: {counted(len(report.unsettled), 'order')} without an end"
    return f"Recovered: own orders are settled, {counted(report.lines_remaining, 'trade')} left"
