"""What each strategy wants of a plan's lines: kept when the plan is begun, read when its fills are split."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, and_, select

from alchemiser_dagster.ledger.insertion import Row, insert_all_missing
from alchemiser_dagster.ledger.tables import line_wishes, orders
from alchemiser_dagster.portfolio.attribution import Wish, wishes_of
from alchemiser_dagster.records.plan import RebalancePlan


def keep_wishes(connection: Connection, plan: RebalancePlan) -> None:
    """Write down what strategies want of the plan's lines; what is there already stays (R-19)."""
    rows: list[Row] = [
        {
            "plan_id": plan.plan_id,
            "line_id": line.line_id,
            "strategy": wish.strategy,
            "weight": wish.weight,
            "shares": wish.shares,
        }
        for line in plan.lines
        for wish in wishes_of(line, plan.equity)
    ]
    insert_all_missing(connection, line_wishes, rows)


def read_wishes(connection: Connection, account: str, symbol: str) -> dict[str, tuple[Wish, ...]]:
    """Return what strategies wanted with each order of the account in the symbol, by client order id.

    An order of a line that no strategy wanted is absent.
    """
    of_line = and_(orders.c.plan_id == line_wishes.c.plan_id, orders.c.line_id == line_wishes.c.line_id)
    statement = (
        select(orders.c.client_order_id, line_wishes.c.strategy, line_wishes.c.weight, line_wishes.c.shares)
        .join(line_wishes, of_line)
        .where(orders.c.account == account, orders.c.symbol == symbol)
        .order_by(line_wishes.c.strategy)
    )
    wishes: dict[str, list[Wish]] = defaultdict(list)
    for row in connection.execute(statement):
        wishes[row.client_order_id].append(Wish(row.strategy, row.weight, row.shares))
    return {order: tuple(found) for order, found in wishes.items()}
