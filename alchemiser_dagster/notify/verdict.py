"""How a trading run went, in a word, a code and a level."""

from __future__ import annotations

from alchemiser_dagster.notify.notice import NoticeLevel
from alchemiser_dagster.notify.trading_records import TradingRecords
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.halt import HALTED_WORDS
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.plan import PlanLine, RebalancePlan
from alchemiser_dagster.records.reconciliation import ReconciliationReport, Severity
from alchemiser_dagster.records.values import Outcome

HALTED = "halted"
LEVELS = {
    Outcome.TRADED: NoticeLevel.INFO,
    Outcome.NOTHING_TO_DO: NoticeLevel.INFO,
    Outcome.SKIPPED: NoticeLevel.WARNING,
    Outcome.PARTIAL: NoticeLevel.WARNING,
    Outcome.FAILED: NoticeLevel.ERROR,
}


def is_success(records: TradingRecords) -> bool:
    """Return whether the run did all there was to do, and nothing speaks against the books."""
    is_clean = records.report is None or records.report.is_clean
    return records.result.outcome.is_success and is_clean


def level_of(records: TradingRecords) -> NoticeLevel:
    """Return how much the run's end matters."""
    level = LEVELS[records.result.outcome]
    return NoticeLevel.WARNING if level is NoticeLevel.INFO and not is_success(records) else level


def failed_symbols(plan: RebalancePlan, result: ExecutionResult) -> tuple[str, ...]:
    """Return the symbols of the plan's lines of which no order was filled, sorted."""
    return tuple(sorted({line.symbol for line in failed_lines(plan, result)}))


def failed_lines(plan: RebalancePlan, result: ExecutionResult) -> tuple[PlanLine, ...]:
    """Return the plan's lines of which no order was filled."""
    done = {order.line_id for order in result.orders if order.state is OrderState.FILLED}
    return tuple(line for line in plan.lines if line.line_id not in done)


def headline(records: TradingRecords) -> str:
    """Return how it went in a few words."""
    lines = len(records.plan.lines)
    done = f"{lines - len(failed_lines(records.plan, records.result))} of {lines} trades filled"
    if halt_of(records.result):
        return f"Halted: {done}"
    match records.result.outcome:
        case Outcome.TRADED:
            return f"Traded: {done}"
        case Outcome.PARTIAL:
            return f"Traded in part: {done}"
        case Outcome.NOTHING_TO_DO:
            return "Nothing to do"
        case Outcome.SKIPPED:
            return "Skipped"
        case Outcome.FAILED:
            return f"Failed: {done}"


def halt_of(result: ExecutionResult) -> str | None:
    """Return the halt that kept the run from its end, in words, or None."""
    if result.outcome.is_success:
        return None
    return next((skip.reason for skip in result.skips if skip.reason.startswith(HALTED_WORDS)), None)


def error_of(records: TradingRecords) -> str:
    """Return what is wrong with a run that is no success."""
    halt = halt_of(records.result)
    if not records.result.outcome.is_success:
        return f"{halt}; {records.result.reason}" if halt else records.result.reason
    return "the broker and the books differ"


def code_of(records: TradingRecords) -> str:
    """Return the code of what is wrong with a run that is no success."""
    result = records.result
    if result.outcome.is_success:
        return "reconciliation"
    if result.outcome is Outcome.SKIPPED:
        return "skipped"
    if halt_of(result):
        return HALTED
    states = {order.state for order in result.orders}
    if OrderState.UNKNOWN in states:
        return "order-unknown"
    return "order-rejected" if OrderState.REJECTED in states else "order"


def reconciliation_text(report: ReconciliationReport | None) -> str:
    """Return what the comparison with the broker came to."""
    if report is None:
        return "not done yet"
    if report.is_clean:
        return "clean"
    if not report.breaks:
        return "nothing was compared"
    return "; ".join(
        f"{found.severity.value}: {found.message}"
        for found in report.breaks
        if found.severity is not Severity.NOTE
    )
