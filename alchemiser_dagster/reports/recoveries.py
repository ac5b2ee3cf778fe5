"""Tables of a recovery: what happened, and what became of each order."""

from __future__ import annotations

from alchemiser_dagster.records.recovery import RecoveryReport
from alchemiser_dagster.reports.table import Table, money, shares


def recovery_table(report: RecoveryReport) -> Table:
    """Show what happened, sentence by sentence, and what follows."""
    rows = (
        *(("found", sentence) for sentence in report.found),
        *(("not resumed", hindrance) for hindrance in report.hindrances),
        ("next", report.next_action),
    )
    state = "settled" if report.is_settled else f"{len(report.unsettled)} orders without an end"
    left = f"{report.lines_remaining} lines left, worth {money(report.value_remaining)}"
    return Table(f"Recovery: {state}; {left}", ("what", "in words"), rows)


def recovered_orders_table(report: RecoveryReport) -> Table:
    """Show each order as the broker tells of it now."""
    rows = tuple(
        (
            order.side,
            order.symbol,
            shares(order.quantity),
            shares(order.filled_quantity),
            order.state,
        )
        for order in report.orders
    )
    columns = ("side", "symbol", "ordered", "filled", "state")
    return Table("Orders after the recovery", columns, rows, frozenset({2, 3}))
