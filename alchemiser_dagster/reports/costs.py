"""What a plan is expected to cost, as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from alchemiser_dagster.portfolio.costs import BASIS_POINTS, LineCost
from alchemiser_dagster.reports.table import Table, money

COLUMNS = ("side", "symbol", "notional", "half the spread", "slippage", "fees", "total")


def cost_table(costs: Sequence[LineCost]) -> Table:
    """Show one line a trade, and the sums below."""
    rows: list[tuple[str, ...]] = [
        (cost.side, cost.symbol, money(cost.notional), *_parts(cost), money(cost.total)) for cost in costs
    ]
    if costs:
        rows.append(("", "total", *(money(_sum(costs, part)) for part in _PARTS)))
    return Table(_title(costs), COLUMNS, tuple(rows), frozenset(range(2, 7)))


def total_cost(costs: Sequence[LineCost]) -> Decimal:
    """Return what all lines are expected to cost, in dollars."""
    return sum((cost.total for cost in costs), Decimal(0))


_PARTS: tuple[Callable[[LineCost], Decimal], ...] = (
    lambda cost: cost.notional,
    lambda cost: cost.half_spread or Decimal(0),
    lambda cost: cost.slippage,
    lambda cost: cost.fees,
    lambda cost: cost.total,
)


def _parts(cost: LineCost) -> tuple[str, str, str]:
    half = "unknown" if cost.half_spread is None else money(cost.half_spread)
    return half, money(cost.slippage), money(cost.fees)


def _sum(costs: Sequence[LineCost], part: Callable[[LineCost], Decimal]) -> Decimal:
    return sum(map(part, costs), Decimal(0))


def _title(costs: Sequence[LineCost]) -> str:
    cost, traded = total_cost(costs), sum((cost.notional for cost in costs), Decimal(0))
    share = f" ({cost / traded * BASIS_POINTS:z.1f} bp)" if traded else ""
    return f"Expected cost: {money(cost)}{share}"
