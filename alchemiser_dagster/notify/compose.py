"""What is said about a run: pure functions from records to notices.

However a run ends, what is said about its end has one key, so that it is said once (R-41): the failure hook
and the failure sensor both compose a failure, and one is sent. No account number is ever named (R-17).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from alchemiser_dagster.notify.notice import Notice, NoticeLevel, notice_key
from alchemiser_dagster.notify.notice import facts_in_lines as body_of
from alchemiser_dagster.notify.wording import NONE, dollars, listed, session_text, title_of
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.execution import ExecutionResult, OrderReport
from alchemiser_dagster.records.halt import HALTED_WORDS
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.plan import PlanLine, RebalancePlan, SkipReason
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.records.values import Mode, Outcome

FINAL = "final"
MOST_REASONS = 5
NOT_SENT = frozenset({OrderState.INTENDED})
LEVELS = {
    Outcome.TRADED: NoticeLevel.INFO,
    Outcome.NOTHING_TO_DO: NoticeLevel.INFO,
    Outcome.SKIPPED: NoticeLevel.WARNING,
    Outcome.PARTIAL: NoticeLevel.WARNING,
    Outcome.FAILED: NoticeLevel.ERROR,
}
HALTED = "halted"
REFUSALS = {HALTED: "Halted"}
NEXT_ACTIONS = {
    "approval": "Look at the plan, and approve it with `alchemiser approve`",
    "sanity": "Look at what is strange, and approve it with `alchemiser approve` if it is right",
    HALTED: "Run `alchemiser resume --reason TEXT` once the cause is gone",
    "configuration": "Correct the settings and run `alchemiser doctor`",
    "strategy": "Correct the strategy's file, then run again",
    "data": "Run `alchemiser doctor` to see which bars are missing or wrong",
    "session": "Run again within the window before the close of a trading session",
    "busy": "Wait until the other run has ended; `alchemiser status` shows it",
    "order-unknown": "Run again: it asks the broker what became of the order before it sends anything",
}
NEXT_ACTION = "Look at `alchemiser status`, then run again: no order is sent a second time"


@dataclass(frozen=True)
class TradingReasons:
    """Why a run wanted what it traded to.

    Parameters
    ----------
    sentences
        One sentence a strategy, in the order of importance; of many the first are told.
    fragile
        The decisions that a small price move would have changed, each in words, in the same order.
    """

    sentences: Mapping[str, str] = field(default_factory=dict)
    fragile: tuple[str, ...] = ()


@dataclass(frozen=True)
class TradingRecords:
    """The records of a trading run that its notice is made of; the report is None where there is none."""

    snapshot: AccountSnapshot
    plan: RebalancePlan
    result: ExecutionResult
    report: ReconciliationReport | None
    reasons: TradingReasons = TradingReasons()


@dataclass(frozen=True)
class Failure:
    """A run that failed, or never started.

    Parameters
    ----------
    step
        The step that failed, or "start" where the run never started.
    message, code
        The error's text and the `code` of its class; "error" where it is not one of the system's own.
    session
        The session that was to be traded, or None where it is not known.
    """

    correlation_id: str
    mode: Mode
    session: date | None
    step: str
    message: str
    code: str


@dataclass(frozen=True)
class Skip:
    """A run that had no business to trade, and why."""

    correlation_id: str
    mode: Mode
    session: date | None
    reason: str


def compose_trading(records: TradingRecords, created_at: datetime) -> Notice:
    """Return the final notice of a trading run: success, mode, orders, value, failed symbols, error, code."""
    snapshot, result, report = records.snapshot, records.result, records.report
    placed = [order for order in result.orders if order.state not in NOT_SENT]
    filled = [order for order in placed if order.state is OrderState.FILLED]
    is_success = _is_success(records)
    facts = {
        "success": "yes" if is_success else "no",
        "outcome": result.outcome.value,
        "mode": snapshot.mode.value,
        "session": str(result.session),
        "orders placed": str(len(placed)),
        "orders filled": str(len(filled)),
        "bought": dollars(result.bought),
        "sold": dollars(result.sold),
        **_cost(result, filled),
        **_not_tradable(records.plan),
        "total value": dollars(report.equity if report else snapshot.account.equity),
        "failed symbols": listed(failed_symbols(records.plan, result)),
        "reconciliation": _reconciliation(report),
        "error": NONE if is_success else _error(records),
        "code": NONE if is_success else _code(records),
        **_reasons(records.reasons),
        "correlation id": result.envelope.correlation_id,
    }
    headline = _headline(records)
    return Notice(
        key=notice_key(result.envelope.correlation_id, FINAL),
        level=_level(records),
        title=title_of(headline, snapshot.mode, result.session),
        body=body_of(facts),
        correlation_id=result.envelope.correlation_id,
        created_at=created_at,
    )


def compose_failure(failure: Failure, created_at: datetime) -> Notice:
    """Return the final notice of a run that failed, or was refused: step, error, code, what to do next."""
    outcome = Outcome.SKIPPED if failure.code in REFUSALS else Outcome.FAILED
    headline = REFUSALS.get(failure.code, f"Failed at {failure.step}")
    facts = {
        "success": "no",
        "outcome": outcome.value,
        "mode": failure.mode.value,
        "session": session_text(failure.session),
        "step": failure.step,
        "error": failure.message,
        "code": failure.code,
        "next": NEXT_ACTIONS.get(failure.code, NEXT_ACTION),
        "correlation id": failure.correlation_id,
    }
    return Notice(
        key=notice_key(failure.correlation_id, FINAL),
        level=LEVELS[outcome],
        title=title_of(headline, failure.mode, failure.session),
        body=body_of(facts),
        correlation_id=failure.correlation_id,
        created_at=created_at,
    )


def compose_skip(skip: Skip, created_at: datetime) -> Notice:
    """Return the final notice of a run that was skipped."""
    facts = {
        "success": "no",
        "outcome": Outcome.SKIPPED.value,
        "mode": skip.mode.value,
        "session": session_text(skip.session),
        "reason": skip.reason,
        "correlation id": skip.correlation_id,
    }
    return Notice(
        key=notice_key(skip.correlation_id, FINAL),
        level=LEVELS[Outcome.SKIPPED],
        title=title_of("Skipped", skip.mode, skip.session),
        body=body_of(facts),
        correlation_id=skip.correlation_id,
        created_at=created_at,
    )


def failed_symbols(plan: RebalancePlan, result: ExecutionResult) -> tuple[str, ...]:
    """Return the symbols of the plan's lines of which no order was filled, sorted."""
    return tuple(sorted({line.symbol for line in _failed_lines(plan, result)}))


def _failed_lines(plan: RebalancePlan, result: ExecutionResult) -> tuple[PlanLine, ...]:
    done = {order.line_id for order in result.orders if order.state is OrderState.FILLED}
    return tuple(line for line in plan.lines if line.line_id not in done)


def _not_tradable(plan: RebalancePlan) -> dict[str, str]:
    """Say what the broker doesn't trade: money that was meant for it stays where it is."""
    skips = [skip for skip in plan.skips if skip.reason is SkipReason.NOT_TRADABLE]
    told = (f"{skip.symbol} ({dollars(abs(skip.difference))})" for skip in skips)
    return {"left alone, not tradable": ", ".join(told)} if skips else {}


def _cost(result: ExecutionResult, filled: Sequence[OrderReport]) -> dict[str, str]:
    cost, basis_points = result.execution_cost, result.execution_cost_basis_points
    if cost is None or basis_points is None:
        return {"cost of execution": "unknown"} if filled else {}
    return {"cost of execution": f"{dollars(cost)} ({basis_points:z.1f} bp)"}


def _reasons(reasons: TradingReasons) -> dict[str, str]:
    if not reasons.sentences:
        return {}
    told = list(reasons.sentences.items())[:MOST_REASONS]
    untold = len(reasons.sentences) - len(told)
    return {
        "fragile decisions": "; ".join(_few(reasons.fragile)) or NONE,
        **{f"why {strategy}": why for strategy, why in told},
        **({"why the others": f"{untold} more; `alchemiser explain` tells each"} if untold else {}),
    }


def _few(fragile: Sequence[str]) -> Sequence[str]:
    more = len(fragile) - MOST_REASONS
    return fragile if more <= 0 else (*fragile[:MOST_REASONS], f"and {more} more")


def _is_success(records: TradingRecords) -> bool:
    is_clean = records.report is None or records.report.is_clean
    return records.result.outcome.is_success and is_clean


def _level(records: TradingRecords) -> NoticeLevel:
    level = LEVELS[records.result.outcome]
    return NoticeLevel.WARNING if level is NoticeLevel.INFO and not _is_success(records) else level


def _headline(records: TradingRecords) -> str:
    lines = len(records.plan.lines)
    done = f"{lines - len(_failed_lines(records.plan, records.result))} of {lines} trades filled"
    if _halt_of(records.result):
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


def _halt_of(result: ExecutionResult) -> str | None:
    """Return the halt that kept the run from its end, in words, or None."""
    if result.outcome.is_success:
        return None
    return next((skip.reason for skip in result.skips if skip.reason.startswith(HALTED_WORDS)), None)


def _reconciliation(report: ReconciliationReport | None) -> str:
    if report is None:
        return "not done yet"
    if report.is_clean:
        return "clean"
    if not report.breaks:
        return "nothing was compared"
    return "; ".join(f"{found.severity.value}: {found.message}" for found in report.breaks)


def _error(records: TradingRecords) -> str:
    halt = _halt_of(records.result)
    if not records.result.outcome.is_success:
        return f"{halt}; {records.result.reason}" if halt else records.result.reason
    return "the broker and the books differ"


def _code(records: TradingRecords) -> str:
    result = records.result
    if result.outcome.is_success:
        return "reconciliation"
    if result.outcome is Outcome.SKIPPED:
        return "skipped"
    if _halt_of(result):
        return HALTED
    states = {order.state for order in result.orders}
    if OrderState.UNKNOWN in states:
        return "order-unknown"
    return "order-rejected" if OrderState.REJECTED in states else "order"
