"""What is said when books and broker differ outside a trading run, such as before the open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.notify.health_facts import story_facts
from alchemiser_dagster.notify.next_actions import next_action
from alchemiser_dagster.notify.notice import Notice, NoticeLevel, groups_in_lines, notice_key
from alchemiser_dagster.notify.verdict import reconciliation_text
from alchemiser_dagster.notify.wording import counted, dollars, listed, title_of
from alchemiser_dagster.records.reconciliation import Break, BreakKind, ReconciliationReport, Severity
from alchemiser_dagster.records.values import Mode

BREAK, CODE, MOST_BREAKS = "break", "reconciliation", 10


def compose_break(report: ReconciliationReport, mode: Mode, created_at: datetime) -> Notice | None:
    """Return the notice of what differs, or None where nothing does beyond a note, or books never began.

    As long as the same breaks stand it is the same notice, told once (R-43); another break makes another one.
    """
    found = [one for one in report.breaks if one.severity is not Severity.NOTE]
    if report.is_clean or _is_unopened(found):
        return None
    facts = {
        "in short": _in_short(found),
        "success": "no",
        "outcome": "books and broker differ",
        "mode": mode.value,
        "session": str(report.session),
        "total value": dollars(report.equity),
        "locked symbols": listed(sorted({one.symbol for one in found if one.symbol})),
        "error": reconciliation_text(report),
        "code": CODE,
        "next": next_action(CODE),
        "correlation id": report.envelope.correlation_id,
    }
    told = {f"break {number}": _told(one) for number, one in enumerate(found[:MOST_BREAKS], start=1)}
    standing = derived_id(report.envelope.account, *sorted(one.break_id for one in found))
    return Notice(
        key=notice_key(standing, BREAK),
        level=NoticeLevel.ERROR if _is_critical(found) else NoticeLevel.WARNING,
        title=title_of(_headline(found), mode, report.session),
        body=groups_in_lines({"": facts, "what to do": told, "more": story_facts(facts["correlation id"])}),
        correlation_id=report.envelope.correlation_id,
        created_at=created_at,
        session=report.session,
    )


def _is_unopened(found: Sequence[Break]) -> bool:
    return bool(found) and all(one.kind is BreakKind.NO_BASELINE for one in found)


def _is_critical(found: Sequence[Break]) -> bool:
    return any(one.severity is Severity.CRITICAL for one in found)


def _headline(found: Sequence[Break]) -> str:
    if not found:
        return "Nothing was compared"
    critical = sum(one.severity is Severity.CRITICAL for one in found)
    worst = f", {critical} critical" if critical else ""
    return f"Books and broker differ: {counted(len(found), 'break')}{worst}"


def _in_short(found: Sequence[Break]) -> str:
    if not found:
        return "Nothing was compared with the broker, so nobody knows whether the books are right."
    if any(one.halts for one in found):
        return "Books and broker differ in a way that nothing explains. Nothing is traded until you resume."
    return "Books and broker differ. What differs is not traded until that is cleared or accepted."


def _told(found: Break) -> str:
    return f"{found.message} ({found.severity.value}, {found.cause or 'no known cause'}). {found.remedy}"
