"""Tables of what happened: the account, orders, skips, reconciliation."""

from __future__ import annotations

from decimal import Decimal

from alchemiser_dagster.records.account import AccountSnapshot, Position
from alchemiser_dagster.records.execution import ExecutionResult, OrderReport
from alchemiser_dagster.records.order import OrderState, TimeInForce
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.reports.table import Table, money, price, shares

GAVE_WAY = "gave way to the next"
POSITION_COLUMNS = ("symbol", "quantity", "price", "value")


def account_table(snapshot: AccountSnapshot) -> Table:
    """Show what the account holds."""
    account = snapshot.account
    title = (
        f"Account ({snapshot.mode}): equity {money(account.equity)}, "
        f"cash {money(account.cash)}, buying power {money(account.buying_power)}"
    )
    return Table(title, POSITION_COLUMNS, _position_rows(snapshot.positions), frozenset({1, 2, 3}))


def orders_table(result: ExecutionResult) -> Table:
    """Show each order as the broker confirmed it, those of a line one after the other."""
    last_of_line = {order.line_id: order for order in result.orders}
    rows = tuple(
        (
            order.side,
            order.symbol,
            shares(order.quantity),
            _priced_at(order),
            shares(order.filled_quantity),
            price(order.average_price),
            _number(order.slippage_basis_points),
            _number(order.seconds_to_fill),
            order.state,
            _detail(order, last_of_line[order.line_id]),
        )
        for order in result.orders
    )
    title = f"Execution: {result.outcome}, sold {money(result.sold)}, bought {money(result.bought)}"
    return Table(
        f"{title}, cost of execution {execution_cost(result)}" if result.orders else title,
        ("side", "symbol", "ordered", "at", "filled", "average price", "slip bp", "sec", "state", "detail"),
        rows,
        frozenset({2, 3, 4, 5, 6, 7}),
    )


def _priced_at(order: OrderReport) -> str:
    """Return the limit, or where an order without one is filled."""
    if order.limit_price is not None:
        return price(order.limit_price)
    if order.order_type is None:
        return "–"
    return "auction" if order.time_in_force is TimeInForce.CLOSE else "market"


def _detail(order: OrderReport, last: OrderReport) -> str:
    if order.state is OrderState.FILLED:
        return ""
    return GAVE_WAY if order.state is OrderState.CANCELED and order != last else order.detail


def execution_cost(result: ExecutionResult) -> str:
    """Return what trading cost beside the middle of the quotes: dollars, and basis points of the value."""
    cost, basis_points = result.execution_cost, result.execution_cost_basis_points
    if cost is None or basis_points is None:
        return "unknown"
    return f"{cost:z,.2f} ({basis_points:z.1f} bp)"


def _number(value: Decimal | float | None) -> str:
    return "–" if value is None else f"{value:z,.1f}"


def execution_skips_table(result: ExecutionResult) -> Table:
    """Show what was not sent."""
    rows = tuple((skip.side, skip.symbol, shares(skip.quantity), skip.reason) for skip in result.skips)
    return Table("Not sent", ("side", "symbol", "quantity", "reason"), rows, frozenset({2}))


def reconciliation_table(report: ReconciliationReport) -> Table:
    """Show the differences between the books and the broker."""
    compared = report.compared
    verdict = "clean" if report.is_clean else "NOT CLEAN"
    rows = tuple(
        (
            found.severity,
            found.kind,
            found.symbol or "–",
            found.expected,
            found.actual,
            found.cause or "unknown",
            found.remedy,
        )
        for found in report.breaks
    )
    return Table(
        f"Reconciliation: {verdict}; compared {compared.orders} orders, {compared.fills} fills, "
        f"{compared.positions} positions, cash {money(report.actual_cash)}",
        ("severity", "break", "symbol", "expected", "actual", "cause", "what to do"),
        rows,
    )


def holdings_table(report: ReconciliationReport) -> Table:
    """Show what the account holds after the run."""
    title = f"Account after the run: equity {money(report.equity)}, cash {money(report.actual_cash)}"
    return Table(title, POSITION_COLUMNS, _position_rows(report.positions), frozenset({1, 2, 3}))


def _position_rows(positions: tuple[Position, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            position.symbol,
            shares(position.quantity),
            price(position.market_price),
            money(position.market_value),
        )
        for position in positions
    )
