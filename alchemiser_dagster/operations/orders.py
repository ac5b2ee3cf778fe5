"""Orders in numbers: how many, what became of them, and what filling them cost beside the quotes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from alchemiser_dagster.operations.readings import OrderReading
from alchemiser_dagster.portfolio.arithmetic import EXACT
from alchemiser_dagster.portfolio.slippage import BASIS_POINT_STEP, slippage_of
from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.execution import BASIS_POINTS
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.values import Money, Side

Filled = Mapping[str, tuple[Decimal, Decimal]]
"""Shares and dollars of the fills of each order, by its client order id."""

ENDED = frozenset(state.value for state in OrderState if state.is_terminal)


class OrderMeasure(Frozen):
    """Some orders in numbers.

    Parameters
    ----------
    placed
        Those that the broker has: they have its id.
    filled, partly_filled
        Filled as a whole; filled in part, whatever came then.
    rejected
        Refused by the broker or by our own gate.
    unresolved
        Those to which something can still happen.
    cost
        Slippage beside the middle of the quote that each was priced at, in dollars: positive where trading
        cost something. None where it is not known of any.
    priced_value
        The value at those middles of what was filled, in dollars: only of orders whose slippage is known.
    cost_basis_points
        The cost in hundredths of a percent of that value, to four decimals; None where it is not known.
    """

    placed: int = 0
    filled: int = 0
    partly_filled: int = 0
    rejected: int = 0
    unresolved: int = 0
    cost: Money | None = None
    priced_value: Money = Decimal(0)
    cost_basis_points: Money | None = None


def measure_by_run(found: Iterable[OrderReading], filled: Filled) -> Mapping[tuple[str, date], OrderMeasure]:
    """Return the orders in numbers, by the correlation id of the run that intended them and their session."""
    orders: dict[tuple[str, date], list[OrderReading]] = defaultdict(list)
    for order in found:
        orders[order.correlation_id, order.session].append(order)
    return {key: measure_orders(own, filled) for key, own in orders.items()}


def add_up(parts: Iterable[OrderMeasure]) -> OrderMeasure:
    """Return the sum of what was measured of different orders."""
    kept = list(parts)
    if len(kept) == 1:
        return kept[0]
    costs = [part.cost for part in kept if part.cost is not None]
    cost = sum(costs, Decimal(0)) if costs else None
    value = sum((part.priced_value for part in kept), Decimal(0))
    return OrderMeasure(
        placed=sum(part.placed for part in kept),
        filled=sum(part.filled for part in kept),
        partly_filled=sum(part.partly_filled for part in kept),
        rejected=sum(part.rejected for part in kept),
        unresolved=sum(part.unresolved for part in kept),
        cost=cost,
        priced_value=value,
        cost_basis_points=_basis_points(cost, value),
    )


def measure_orders(found: Iterable[OrderReading], filled: Filled) -> OrderMeasure:
    """Return the orders in numbers."""
    kept = list(found)
    slips = [slip for order in kept if (slip := _slippage(order, filled)) is not None]
    states = [order.state for order in kept]
    cost = sum((cost for cost, _ in slips), Decimal(0)) if slips else None
    value = sum((value for _, value in slips), Decimal(0))
    return OrderMeasure(
        placed=sum(order.broker_order_id is not None for order in kept),
        filled=states.count(OrderState.FILLED),
        partly_filled=sum(_is_partly_filled(order) for order in kept),
        rejected=states.count(OrderState.REJECTED),
        unresolved=sum(state not in ENDED for state in states),
        cost=cost,
        priced_value=value,
        cost_basis_points=_basis_points(cost, value),
    )


def _basis_points(cost: Decimal | None, value: Decimal) -> Decimal | None:
    if cost is None or not value:
        return None
    exact = EXACT.multiply(EXACT.divide(cost, value), Decimal(BASIS_POINTS))
    return exact.quantize(BASIS_POINT_STEP, rounding=ROUND_HALF_EVEN)


def _is_partly_filled(order: OrderReading) -> bool:
    return bool(order.filled_quantity) and order.state != OrderState.FILLED


def _slippage(order: OrderReading, filled: Filled) -> tuple[Decimal, Decimal] | None:
    """Return what an order cost, and the value at the middle of its quote, in dollars."""
    price, middle = _average_price(order, filled), _middle(order)
    if price is None or middle is None:
        return None
    slip = slippage_of(Side(order.side), order.filled_quantity, price, middle)
    return slip.dollars, order.filled_quantity * middle


def _average_price(order: OrderReading, filled: Filled) -> Decimal | None:
    if not order.filled_quantity:
        return None
    shares, dollars = filled.get(order.client_order_id, (Decimal(0), Decimal(0)))
    if shares != order.filled_quantity:
        return order.average_price
    return EXACT.divide(dollars, shares)


def _middle(order: OrderReading) -> Decimal | None:
    if order.bid is None or order.ask is None or not Decimal(0) < order.bid <= order.ask:
        return None
    return (order.bid + order.ask) / 2
