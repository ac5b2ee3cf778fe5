"""The plan beside what was done: each line was ordered, or left out for a reason."""

from __future__ import annotations

from collections.abc import Iterator

from alchemiser_dagster.reconciliation.evidence import Evidence
from alchemiser_dagster.reconciliation.findings import Finding
from alchemiser_dagster.reconciliation.wording import number
from alchemiser_dagster.records.plan import PlanLine
from alchemiser_dagster.records.reconciliation import BreakKind, Severity


def find_uncovered_lines(evidence: Evidence) -> Iterator[Finding]:
    """Yield the lines of the begun plan of which nobody says what became.

    They lock no symbol: nothing differs, and the run that is taken up again has to order them.
    """
    plan = evidence.books.plan
    if plan is None:
        return
    covered = {order.line_id for order in evidence.books.ledger_orders} | _skipped(evidence, plan.plan_id)
    for line in plan.lines:
        if line.line_id not in covered:
            yield _uncovered(line)


def _skipped(evidence: Evidence, plan_id: str) -> set[str]:
    result = evidence.books.result
    if result is None or result.plan_id != plan_id:
        return set()
    return {skip.line_id for skip in result.skips}


def _uncovered(line: PlanLine) -> Finding:
    return Finding(
        kind=BreakKind.MISSING_ORDER,
        severity=Severity.WARNING,
        subject=line.line_id,
        symbol=None,
        expected=f"{line.side} {number(line.quantity)} {line.symbol}: an order, or a reason for none",
        actual="neither",
        message=f"the plan's line to {line.side} {line.symbol} was neither ordered nor left out for a reason",
        remedy="Run the session again while the window is open; the next plan starts from what is held",
        cause="the run ended before it came to this line",
    )
