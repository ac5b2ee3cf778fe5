"""How an order goes on by itself: evaluated at each look, from the clock alone.

1. A cancellation or replacement whose time has come takes effect.
2. A new order is acknowledged; one that waited is let go on, or rejected.
3. When its session is over an order expires, unless it is for the closing auction.
4. What is left trades as far as the market allows.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from alchemiser_dagster.broker.simulated.floor import Floor
from alchemiser_dagster.broker.simulated.order import SimulatedOrder
from alchemiser_dagster.broker.simulated.status import (
    ACCEPTED,
    CANCELED,
    EXPIRED,
    NEW,
    PENDING_CANCEL,
    PENDING_NEW,
    PENDING_REPLACE,
    REJECTED,
    REPLACED,
)
from alchemiser_dagster.records.order import TimeInForce


def advance(floor: Floor, order: SimulatedOrder) -> SimulatedOrder:
    """Bring an order to the present instant and return it as it is now."""
    order = _acknowledge(floor, settle(floor, order))
    if not order.is_open:
        return order
    if floor.market.has_closed(order):
        return _end_with_the_session(floor, order)
    price = floor.market.price_for(order) if can_trade(floor, order) else None
    return order if price is None else floor.trade(order, price, floor.market.volume(order))


def advance_all(floor: Floor) -> None:
    """Bring all orders to the present instant, an old order before the one that replaces it."""
    for broker_order_id in tuple(floor.orders):
        advance(floor, floor.orders[broker_order_id])


def settle(floor: Floor, order: SimulatedOrder) -> SimulatedOrder:
    """Cancel or replace an order whose time has come, unless its session ended first."""
    due = _due(floor, order)
    if due is None or due > floor.market.now or due >= floor.market.close_of(order):
        return order
    if order.status is PENDING_CANCEL:
        return floor.move(order, CANCELED, due)
    new = floor.successor(order)
    if new.quantity <= order.filled_quantity:
        return floor.move(order, CANCELED, due)
    return floor.move(replace(order, replaced_by=new.broker_order_id), REPLACED, due)


def can_trade(floor: Floor, order: SimulatedOrder) -> bool:
    """Return whether the order stands in the market now."""
    stands = order.status is not ACCEPTED and not floor.market.waits(order)
    return stands and _is_acknowledged(floor, order)


def _due(floor: Floor, order: SimulatedOrder) -> datetime | None:
    rules = floor.market.rules
    if order.pending_since is None or floor.awaits(order):
        return None
    if order.status is PENDING_CANCEL:
        return order.pending_since + rules.cancel_after
    return order.pending_since + rules.replace_after if order.status is PENDING_REPLACE else None


def _acknowledge(floor: Floor, order: SimulatedOrder) -> SimulatedOrder:
    if order.status is ACCEPTED:
        return _go_on(floor, order)
    at = floor.market.acknowledged_at(order)
    is_due = at <= floor.market.now and at < floor.market.close_of(order)
    if order.status is PENDING_NEW and is_due and not floor.awaits(order):
        return floor.move(order, floor.first_status(order), at)
    return order


def _go_on(floor: Floor, order: SimulatedOrder) -> SimulatedOrder:
    if floor.market.behaviour_of(order).rejects:
        return floor.move(order, REJECTED)
    return order if floor.market.waits(order) else floor.move(order, NEW)


def _is_acknowledged(floor: Floor, order: SimulatedOrder) -> bool:
    if order.status is PENDING_NEW or floor.awaits(order):
        return False
    return order.replaces is not None or floor.market.acknowledged_at(order) <= floor.market.now


def _end_with_the_session(floor: Floor, order: SimulatedOrder) -> SimulatedOrder:
    market = floor.market
    joins = order.time_in_force is TimeInForce.CLOSE and not market.behaviour_of(order).halted
    price = market.closing_price(order) if joins and _is_acknowledged(floor, order) else None
    if price is None:
        return floor.move(order, EXPIRED, market.close_of(order))
    return floor.trade(order, price, order.remaining)
