"""What is said after a recovery, in plain words; and what a run that follows another one says of itself."""

from __future__ import annotations

from datetime import datetime

from alchemiser_dagster.notify.notice import Notice, NoticeLevel, notice_key
from alchemiser_dagster.records.recovery import RecoveryReport
from alchemiser_dagster.records.values import Mode

RECOVERY, RESUMED = "recovery", "resumed"


def compose_recovery(report: RecoveryReport, mode: Mode, created_at: datetime) -> Notice:
    """Return the notice of a recovery: what happened, what is settled, what is left, what follows."""
    correlation_id = report.envelope.correlation_id
    facts = {
        "success": "yes" if report.is_settled else "no",
        "outcome": "recovered" if report.is_settled else "recovered in part",
        "mode": mode.value,
        "session": str(report.session),
        "failed run": report.failed_run_id,
        **{f"found {number}": sentence for number, sentence in enumerate(report.found, start=1)},
        "orders without an end": str(len(report.unsettled)),
        "lines left": f"{report.lines_remaining}, worth {report.value_remaining:,.2f} USD",
        "next": report.next_action,
        "correlation id": correlation_id,
    }
    is_over = report.is_settled and (report.can_resume or not report.lines_remaining)
    return Notice(
        key=notice_key(correlation_id, f"{RECOVERY} {report.failed_run_id}"),
        level=NoticeLevel.INFO if is_over else NoticeLevel.WARNING,
        title=f"{_headline(report)} ({mode.value}, session {report.session})",
        body="\n".join(f"{name}: {text}" for name, text in facts.items()),
        correlation_id=correlation_id,
        created_at=created_at,
    )


def retold(notice: Notice, about: str, prefix: str) -> Notice:
    """Return the notice under a key of its own: the final one of its correlation id was sent already."""
    key = notice_key(notice.correlation_id, about)
    return notice.model_copy(update={"key": key, "title": f"{prefix}: {notice.title}"})


def _headline(report: RecoveryReport) -> str:
    if not report.is_settled:
        return f"Recovered in part: {len(report.unsettled)} orders without an end"
    return f"Recovered: own orders are settled, {report.lines_remaining} lines are left"
