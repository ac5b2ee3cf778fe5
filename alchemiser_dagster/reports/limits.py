"""The limits for a person and for a program."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from alchemiser_dagster.records.approval import Approval
from alchemiser_dagster.records.halt import HaltChange
from alchemiser_dagster.reports.table import Table, money, percent
from alchemiser_dagster.risk.limit_use import LimitLine, Today, Unit
from alchemiser_dagster.risk.review import due_at, objection_to_review
from alchemiser_dagster.settings.risk import RiskSettings

NOTHING = "–"


@dataclass(frozen=True)
class LimitsReport:
    """All that `alchemiser limits` tells.

    Parameters
    ----------
    mode, session
        Which account, and the session of which the use is told.
    locked
        Symbols with an unresolved break, each with its message.
    unasked
        Why the broker could not be asked; None where it was.
    """

    mode: str
    session: str
    limits: RiskSettings
    lines: tuple[LimitLine, ...]
    today: Today
    halt: HaltChange | None
    locked: Mapping[str, str]
    unasked: str | None


def limits_table(lines: Sequence[LimitLine]) -> Table:
    """Show each limit, its ceiling, and how much of it is used."""
    rows = tuple(
        (
            line.what,
            line.setting,
            _shown(line.in_force, line.unit),
            _shown(line.ceiling, line.unit),
            _shown(line.used, line.unit),
            _shown(line.left, line.unit),
        )
        for line in lines
    )
    columns = ("limit", "setting", "in force", "ceiling", "used today", "left")
    return Table("Limits", columns, rows, frozenset({2, 3, 4, 5}))


def limits_json(report: LimitsReport) -> str:
    """Return one object; numbers are text, as exact as they are kept."""
    return json.dumps(
        {
            "mode": report.mode,
            "session": report.session,
            "limits": [_line(line) for line in report.lines],
            "halt": None if report.halt is None else _halt(report.halt),
            "locked": dict(report.locked),
            "review": None if report.today.review is None else _review(report, report.today.review),
            "unasked": report.unasked,
        },
        indent=2,
    )


def _line(line: LimitLine) -> dict[str, object]:
    return {
        "setting": line.setting,
        "what": line.what,
        "unit": line.unit.value,
        "in_force": list(line.in_force) if isinstance(line.in_force, tuple) else _number(line.in_force),
        "ceiling": _number(line.ceiling),
        "used": _number(line.used),
        "left": _number(line.left),
    }


def _halt(halt: HaltChange) -> dict[str, str]:
    since = halt.envelope.created_at.isoformat()
    return {"level": halt.level.value, "by": halt.by, "reason": halt.reason, "since": since}


def _review(report: LimitsReport, review: Approval) -> dict[str, object]:
    return {
        "by": review.by,
        "reason": review.reason,
        "at": review.envelope.created_at.isoformat(),
        "due": due_at(review, report.limits).isoformat(),
        "objection": objection_to_review(review, report.limits, report.today.now),
    }


def _number(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _shown(value: Decimal | tuple[str, ...] | None, unit: Unit) -> str:
    if not value and value != 0:
        return NOTHING
    if isinstance(value, tuple):
        return ", ".join(value)
    match unit:
        case Unit.DOLLARS:
            return money(value)
        case Unit.FRACTION:
            return percent(value)
        case Unit.MULTIPLE:
            return f"{value:.2f} ×"
        case _:
            return f"{value.normalize():,f}"
