"""The figures of a day's pictures, out of its facts."""

from __future__ import annotations

from decimal import Decimal

from alchemiser_dagster.records.allocation import AllocationComparison
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.reports.daily.facts import DayFacts, DayRecords
from alchemiser_dagster.reports.daily.headline import headline
from alchemiser_dagster.reports.pictures.allocation import AllocationRow
from alchemiser_dagster.reports.pictures.day import DayFigures

CASH = "cash"


def day_figures(facts: DayFacts) -> DayFigures:
    """Return what the day's picture is drawn of."""
    records, day = facts.records, facts.profits.day
    seen = records.report.equity if records.report else None
    before = records.snapshot.account.equity if records.snapshot else None
    equity = seen if seen is not None else before
    return DayFigures(
        session=facts.session,
        mode=facts.mode,
        outcome=facts.outcome,
        headline=headline(facts),
        equity=None if equity is None else float(equity),
        change=None if day is None else float(day.amount),
        allocation=allocation_rows(records),
        curve=facts.curve,
    )


def allocation_rows(records: DayRecords) -> tuple[AllocationRow, ...]:
    """Return what was held, wanted and is held, cash included; nothing where no target met an account."""
    comparison = records.comparison
    if comparison is None or not comparison.equity:
        return ()
    after = _weights_after(records.report)
    rows = [
        AllocationRow(
            symbol=line.symbol,
            before=_part(line.current_value, comparison.equity),
            target=_part(line.target_value, comparison.equity),
            after=after.get(line.symbol, 0.0) if after else None,
        )
        for line in comparison.lines
    ]
    return *rows, _cash_row(comparison, after)


def _cash_row(comparison: AllocationComparison, after: dict[str, float]) -> AllocationRow:
    wanted = sum((line.target_value for line in comparison.lines), Decimal(0))
    return AllocationRow(
        symbol=CASH,
        before=max(_part(comparison.cash, comparison.equity), 0.0),
        target=max(_part(comparison.equity - wanted, comparison.equity), 0.0),
        after=after.get(CASH) if after else None,
    )


def _weights_after(report: ReconciliationReport | None) -> dict[str, float]:
    if report is None or report.equity <= 0:
        return {}
    held = {line.symbol: _part(line.market_value, report.equity) for line in report.positions}
    return {**held, CASH: max(_part(report.actual_cash, report.equity), 0.0)}


def _part(value: Decimal, whole: Decimal) -> float:
    return float(value / whole)
