"""What was traded, line by line, and what was not, with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from alchemiser_dagster.notify.wording import dollars, shares
from alchemiser_dagster.records.execution import ExecutionResult, OrderReport
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.plan import LineReason, PlanLine, PlanSkip, RebalancePlan, SkipReason

REASON_WORDS = {
    LineReason.OPEN: "a new position",
    LineReason.INCREASE: "a larger position",
    LineReason.REDUCE: "a smaller position",
    LineReason.FULL_EXIT: "the whole position",
}
STATE_WORDS = {
    OrderState.INTENDED: "never sent",
    OrderState.UNKNOWN: "what became of it is not known yet",
}
MOST_TRADES, MOST_LEFT = 12, 5


def trade_facts(plan: RebalancePlan, result: ExecutionResult) -> dict[str, str]:
    """Return each line with what was filled of it; of many, those that lack something come first."""
    told = [(line, _orders_of(line, result)) for line in plan.lines]
    if len(told) > MOST_TRADES:
        told.sort(key=lambda one: _filled(one[1]) >= one[0].quantity)
    facts = {
        f"{line.side.value} {line.symbol}": _trade(line, orders, result)
        for line, orders in told[:MOST_TRADES]
    }
    more = len(told) - MOST_TRADES
    return {**facts, **({"more trades": str(more)} if more > 0 else {})}


def left_facts(plan: RebalancePlan) -> dict[str, str]:
    """Return what the plan left alone, and why: what the broker doesn't trade, then the largest first."""
    skips = sorted(plan.skips, key=_order)
    more = len(skips) - MOST_LEFT
    return {
        **{f"left alone {skip.symbol}": _left(skip) for skip in skips[:MOST_LEFT]},
        **({"more left alone": str(more)} if more > 0 else {}),
    }


def _order(skip: PlanSkip) -> tuple[bool, Decimal, str]:
    return skip.reason is not SkipReason.NOT_TRADABLE, -abs(skip.difference), skip.symbol


def _orders_of(line: PlanLine, result: ExecutionResult) -> list[OrderReport]:
    return [order for order in result.orders if order.line_id == line.line_id]


def _filled(orders: Sequence[OrderReport]) -> Decimal:
    return sum((order.filled_quantity for order in orders), Decimal(0))


def _trade(line: PlanLine, orders: Sequence[OrderReport], result: ExecutionResult) -> str:
    done = _filled(orders)
    parts = [_done_text(line, orders, done), REASON_WORDS[line.reason]]
    if done < line.quantity:
        parts.append(_why_not(line, orders, result))
    return ", ".join(parts)


def _done_text(line: PlanLine, orders: Sequence[OrderReport], done: Decimal) -> str:
    if not done:
        return f"nothing of {shares(line.quantity)} filled"
    paid = sum(
        (order.filled_quantity * order.average_price for order in orders if order.average_price), Decimal(0)
    )
    whole = shares(done) if done >= line.quantity else f"{shares(done)} of {shares(line.quantity)}"
    return f"{whole} at {paid / done:,.2f}, {dollars(paid)}" if paid else f"{whole} filled"


def _why_not(line: PlanLine, orders: Sequence[OrderReport], result: ExecutionResult) -> str:
    """Return why the line lacks something: the last order's own words, or those of what was not sent."""
    return "; ".join(dict.fromkeys(_reasons(line, orders, result))) or "never sent"


def _reasons(line: PlanLine, orders: Sequence[OrderReport], result: ExecutionResult) -> Iterator[str]:
    if orders and orders[-1].state is not OrderState.FILLED:
        last = orders[-1]
        state = STATE_WORDS.get(last.state, last.state.value)
        yield f"{state}: {last.detail}" if last.detail else state
    yield from (skip.reason for skip in result.skips if skip.line_id == line.line_id)


def _left(skip: PlanSkip) -> str:
    verb = "to buy" if skip.difference > 0 else "to sell"
    return f"{dollars(abs(skip.difference))} {verb}, {skip.reason.value}"
