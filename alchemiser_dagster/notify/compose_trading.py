"""What is said at the end of a trading run: a pure function from its records to a notice.

However a run ends, what is said about its end has one key, so that it is said once (R-41). The groups follow
what a tired person asks: did it work, what was earned, what was traded, why, can I rely on it. No account
number is ever named (R-17).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from alchemiser_dagster.notify.health_facts import health_facts
from alchemiser_dagster.notify.money_facts import cost_facts, earned_text, profit_facts, strategy_facts
from alchemiser_dagster.notify.next_actions import next_action
from alchemiser_dagster.notify.notice import Notice, groups_in_lines, notice_key
from alchemiser_dagster.notify.trade_facts import left_facts, trade_facts
from alchemiser_dagster.notify.trading_records import TradingReasons, TradingRecords
from alchemiser_dagster.notify.verdict import (
    code_of,
    error_of,
    failed_lines,
    failed_symbols,
    headline,
    is_success,
    level_of,
    reconciliation_text,
)
from alchemiser_dagster.notify.wording import (
    NONE,
    counted,
    dollars,
    first_few,
    listed,
    signed_dollars,
    title_of,
)
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Outcome

FINAL = "final"
MOST_REASONS = 5
NOT_SENT = frozenset({OrderState.INTENDED})


def compose_trading(records: TradingRecords, created_at: datetime) -> Notice:
    """Return the final notice of a trading run: success, mode, orders, value, failed symbols, error, code."""
    groups: dict[str, Mapping[str, str]] = {
        "": _summary(records),
        "profit and loss": profit_facts(records.circumstances),
        "trades": {**trade_facts(records.plan, records.result), **left_facts(records.plan)},
        "strategies": strategy_facts(records.circumstances.strategies),
        "reasons": _reasons(records.reasons),
        "health": health_facts(records),
    }
    return Notice(
        key=notice_key(records.correlation_id, FINAL),
        level=level_of(records),
        title=title_of(_title(records), records.snapshot.mode, records.result.session),
        body=groups_in_lines(groups),
        correlation_id=records.correlation_id,
        created_at=created_at,
        session=records.result.session,
    )


def _summary(records: TradingRecords) -> dict[str, str]:
    snapshot, result = records.snapshot, records.result
    placed = [order for order in result.orders if order.state not in NOT_SENT]
    filled = [order for order in placed if order.state is OrderState.FILLED]
    is_good = is_success(records)
    return {
        "in short": in_short(records),
        "success": "yes" if is_good else "no",
        "outcome": result.outcome.value,
        "mode": snapshot.mode.value,
        "session": str(result.session),
        "orders placed": str(len(placed)),
        "orders filled": str(len(filled)),
        "bought": dollars(result.bought),
        "sold": dollars(result.sold),
        **cost_facts(result, records.circumstances),
        "total value": dollars(records.value),
        "failed symbols": listed(failed_symbols(records.plan, result)),
        "reconciliation": reconciliation_text(records.report),
        **({"error": NONE, "code": NONE} if is_good else _what_is_wrong(records)),
        "correlation id": records.correlation_id,
    }


def _what_is_wrong(records: TradingRecords) -> dict[str, str]:
    code = code_of(records)
    return {"error": error_of(records), "code": code, "next": next_action(code)}


def in_short(records: TradingRecords) -> str:
    """Return the whole day in three sentences: what was traded, what it is worth, whether all agrees."""
    return " ".join((_what_was_done(records), _what_it_is_worth(records), _whether_all_agrees(records)))


def _title(records: TradingRecords) -> str:
    day = records.circumstances.profits.day
    earned = f", day {signed_dollars(day.amount)}" if day else ""
    return f"{headline(records)}, {dollars(records.value)}{earned}"


def _what_was_done(records: TradingRecords) -> str:
    plan, result = records.plan, records.result
    lines, failed = len(plan.lines), failed_lines(plan, result)
    moved = f"bought {dollars(result.bought)}, sold {dollars(result.sold)}"
    match result.outcome:
        case Outcome.NOTHING_TO_DO:
            return f"Nothing was traded: {result.reason}."
        case Outcome.SKIPPED:
            return f"Nothing was sent: {result.reason}."
        case Outcome.FAILED:
            none = "The one trade was not filled" if lines == 1 else f"None of {lines} trades was filled"
            return f"{none}."
        case Outcome.PARTIAL:
            missing = listed(failed_symbols(plan, result))
            return f"{lines - len(failed)} of {counted(lines, 'trade')} filled, not {missing}: {moved}."
        case Outcome.TRADED:
            return f"{_all_of(plan, result)}: {moved}."


def _all_of(plan: RebalancePlan, result: ExecutionResult) -> str:
    lines, failed = len(plan.lines), len(failed_lines(plan, result))
    if failed:
        return f"{lines - failed} of {counted(lines, 'trade')} filled, the rest is too small to matter"
    return "The one trade was filled" if lines == 1 else f"All {lines} trades were filled"


def _what_it_is_worth(records: TradingRecords) -> str:
    day = records.circumstances.profits.day
    earned = f"{earned_text(day)} today" if day else "what today earned is not known yet"
    return f"The account is worth {dollars(records.value)}, {earned}."


def _whether_all_agrees(records: TradingRecords) -> str:
    if records.report is None:
        return "Books and broker were not compared yet."
    return "Books and broker agree." if records.report.is_clean else "BOOKS AND BROKER DIFFER."


def _reasons(reasons: TradingReasons) -> dict[str, str]:
    if not reasons.sentences:
        return {}
    told = list(reasons.sentences.items())[:MOST_REASONS]
    untold = len(reasons.sentences) - len(told)
    return {
        "fragile decisions": "; ".join(first_few(reasons.fragile, MOST_REASONS)) or NONE,
        **{f"why {strategy}": why for strategy, why in told},
        **({"why the others": f"{untold} more; `alchemiser explain` tells each"} if untold else {}),
    }
