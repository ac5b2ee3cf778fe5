"""A cancellation or a replacement, asked for and judged; it takes effect later (`life`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from alchemiser_dagster.broker.rounding import SMALLEST_FRACTION, WHOLE_SHARE, is_whole
from alchemiser_dagster.broker.simulated.behaviour import PendingFill
from alchemiser_dagster.broker.simulated.floor import Floor
from alchemiser_dagster.broker.simulated.life import advance, can_trade, settle
from alchemiser_dagster.broker.simulated.order import SimulatedOrder
from alchemiser_dagster.broker.simulated.refusal import UNFIT, UNPROCESSABLE, Refusal, unknown_order
from alchemiser_dagster.broker.simulated.refusals import first_refusal
from alchemiser_dagster.broker.simulated.situation import situation_of
from alchemiser_dagster.broker.simulated.status import (
    CANCELABLE,
    PENDING_CANCEL,
    PENDING_REPLACE,
    REPLACEABLE,
    SimulatedStatus,
)
from alchemiser_dagster.records.order import OrderChange, OrderRequest, OrderType


def ask_to_cancel(floor: Floor, broker_order_id: str) -> SimulatedOrder:
    """Ask for an open order to be canceled; return it as it is now.

    Raises
    ------
    RefusedOrderError
        If the order is unknown, has ended, or waits for another change.
    """
    order = _require(floor, broker_order_id, "cancel")
    if order.status not in CANCELABLE:
        raise _unfit(order.status).error(_action("cancel", order), broker_order_id)
    return settle(floor, _ask(floor, order, PENDING_CANCEL))


def ask_to_replace(floor: Floor, broker_order_id: str, change: OrderChange) -> SimulatedOrder:
    """Ask for an open order to be replaced; return the new one as it is now.

    Raises
    ------
    RefusedDuplicateError
        If the account has an order with the new client order id; the old order stands.
    RefusedOrderError
        If the old order can't be replaced, or the new one is refused; the old order stands.
    """
    old = _require(floor, broker_order_id, "replace")
    request = _request(old, change)
    refusal = next(_refusals(floor, old, request), None)
    if refusal:
        raise refusal.error(_action("replace", old), broker_order_id)
    new = floor.add(floor.market.new_order(request, floor.book.account, replaces=broker_order_id))
    settle(floor, _ask(floor, old, PENDING_REPLACE))
    return advance(floor, floor.orders[new.broker_order_id])


def _require(floor: Floor, broker_order_id: str, verb: str) -> SimulatedOrder:
    order = floor.orders.get(broker_order_id) or floor.book.order(broker_order_id)
    if order is None:
        raise unknown_order(broker_order_id).error(f"to {verb} an order", broker_order_id)
    return order


def _action(verb: str, order: SimulatedOrder) -> str:
    return f"to {verb} an order" if order.is_open else f"to {verb} an order that is not open"


def _unfit(status: SimulatedStatus) -> Refusal:
    return Refusal(UNPROCESSABLE, UNFIT, f'order is already in "{status}" state')


def _request(old: SimulatedOrder, change: OrderChange) -> OrderRequest:
    return OrderRequest(
        client_order_id=change.client_order_id,
        symbol=old.symbol,
        side=old.side,
        quantity=old.quantity if change.quantity is None else change.quantity,
        order_type=OrderType.LIMIT,
        limit_price=change.limit_price,
        time_in_force=old.time_in_force,
    )


def _refusals(floor: Floor, old: SimulatedOrder, request: OrderRequest) -> Iterator[Refusal]:
    if not old.is_open or old.status in {PENDING_CANCEL, PENDING_REPLACE}:
        yield _unfit(old.status)
    elif old.status not in REPLACEABLE:
        yield Refusal(UNPROCESSABLE, UNFIT, "unable to replace order, order isn't sent to exchange yet")
    if old.order_type is not OrderType.LIMIT:
        yield Refusal(UNPROCESSABLE, UNFIT, "limit_price is not allowed for a market order")
    if request.quantity != old.quantity and not (is_whole(request.quantity) and is_whole(old.quantity)):
        yield Refusal(UNPROCESSABLE, UNFIT, "qty of a fractional order can't be replaced")
    if request.quantity <= old.filled_quantity:
        yield Refusal(UNPROCESSABLE, UNFIT, "qty must be greater than filled_qty")
    refusal = first_refusal(request, situation_of(floor, request, old))
    if refusal:
        yield refusal


def _ask(floor: Floor, order: SimulatedOrder, status: SimulatedStatus) -> SimulatedOrder:
    stood_in_the_market = can_trade(floor, order)
    asked = floor.move(replace(order, pending_since=floor.market.now), status)
    quantity = _racing_quantity(floor, asked) if stood_in_the_market else Decimal(0)
    return floor.trade(asked, floor.market.racing_price(asked), quantity) if quantity else asked


def _racing_quantity(floor: Floor, order: SimulatedOrder) -> Decimal:
    match floor.market.behaviour_of(order).fills_while_pending:
        case PendingFill.NOTHING:
            return Decimal(0)
        case PendingFill.ALL:
            return order.remaining
        case PendingFill.HALF:
            step = WHOLE_SHARE if is_whole(order.remaining) else SMALLEST_FRACTION
            return (order.remaining / 2).quantize(step, rounding=ROUND_DOWN)
