"""What was traded, one line a trade, and why; what was left alone, and why."""

from __future__ import annotations

from decimal import Decimal

from alchemiser_dagster.records.execution import ExecutionResult, OrderReport
from alchemiser_dagster.records.plan import PlanLine
from alchemiser_dagster.reports.daily.facts import DayRecords
from alchemiser_dagster.reports.daily.headline import EMPTY_PLAN
from alchemiser_dagster.reports.decisions import contributions_text, plan_skips_table
from alchemiser_dagster.reports.outcomes import execution_skips_table
from alchemiser_dagster.reports.table import Table, money, percent, price, shares

COLUMNS = ("side", "symbol", "filled", "average price", "value", "slip bp", "state", "why")
NOT_SENT = "not sent"


def trades_table(records: DayRecords) -> Table:
    """Show each line of the plan with what became of all its orders."""
    lines = records.plan.lines if records.plan else ()
    rows = tuple(_row(line, _orders_of(line, records.result)) for line in lines)
    return Table("Trades", COLUMNS, rows, frozenset({2, 3, 4, 5}))


def traded_in_short(records: DayRecords) -> str:
    """Return what is said where there was no trade."""
    if records.plan is None:
        return "No plan was made, and no order was sent."
    reason = records.result.reason if records.result else EMPTY_PLAN
    if reason == EMPTY_PLAN:
        reason = "every difference between account and target is small enough to be left alone"
    return f"Nothing: {reason}." if records.plan.is_empty else ""


def left_alone_tables(records: DayRecords) -> tuple[Table, ...]:
    """Show what differs from its target and was not traded, and what was planned and not sent."""
    tables = (
        *((plan_skips_table(records.plan),) if records.plan else ()),
        *((execution_skips_table(records.result),) if records.result else ()),
    )
    return tuple(table for table in tables if table.rows)


def _orders_of(line: PlanLine, result: ExecutionResult | None) -> tuple[OrderReport, ...]:
    orders = result.orders if result else ()
    return tuple(order for order in orders if order.line_id == line.line_id)


def _row(line: PlanLine, orders: tuple[OrderReport, ...]) -> tuple[str, ...]:
    filled = sum((order.filled_quantity for order in orders), Decimal(0))
    value = sum((order.filled_quantity * (order.average_price or 0) for order in orders), Decimal(0))
    asked = shares(line.quantity)
    return (
        line.side.value,
        line.symbol,
        asked if filled == line.quantity else f"{shares(filled)} of {asked}",
        price(value / filled) if filled else "–",
        money(value) if filled else "–",
        _slippage(orders),
        orders[-1].state.value if orders else NOT_SENT,
        _why(line),
    )


def _slippage(orders: tuple[OrderReport, ...]) -> str:
    """Return the cost beside the middle of the quotes, weighted by value."""
    known = [order for order in orders if order.slippage is not None and order.quoted_mid is not None]
    value = sum((order.filled_quantity * (order.quoted_mid or 0) for order in known), Decimal(0))
    cost = sum((order.slippage or Decimal(0) for order in known), Decimal(0))
    return f"{cost / value * 10_000:z.1f}".replace("-", "−") if value else "–"


def _why(line: PlanLine) -> str:
    wanted = contributions_text(line.contributions) or "no strategy wants it"
    return f"{line.reason.value}, target {percent(line.target_weight)}: {wanted}"
