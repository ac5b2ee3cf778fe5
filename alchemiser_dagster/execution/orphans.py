"""Own orders that are open at the broker although the ledger holds them for ended, or not at all (R-31)."""

from __future__ import annotations

from collections.abc import Iterable

from alchemiser_dagster.errors import OrderError
from alchemiser_dagster.execution.client_order_id import is_ours
from alchemiser_dagster.execution.order_desk import LOG, OrderDesk
from alchemiser_dagster.execution.settling import Settling
from alchemiser_dagster.records.order import BrokerOrder


def orphans_among(desk: OrderDesk, listed: Iterable[BrokerOrder]) -> tuple[BrokerOrder, ...]:
    """Return the own orders among those that the broker lists as open, of which nothing should be open."""
    return tuple(order for order in listed if _is_orphan(desk, order))


def cancel_orphans(desk: OrderDesk, orphans: tuple[BrokerOrder, ...]) -> tuple[BrokerOrder, ...]:
    """Cancel them and wait until the broker lists them no more; return those that it still lists."""
    patience = Settling(desk).settling_patience()
    left = _still_open(desk, orphans)
    while left:
        for order in left:
            _try_to_cancel(desk, order)
        left = _still_open(desk, left)
        if left and not patience.pause():
            return left
    return ()


def _is_orphan(desk: OrderDesk, order: BrokerOrder) -> bool:
    if not is_ours(order.client_order_id):
        return False
    known = desk.environment.orders.find(order.client_order_id)
    return known is None or known.state.is_terminal


def _try_to_cancel(desk: OrderDesk, order: BrokerOrder) -> None:
    try:
        desk.environment.broker.cancel(order.broker_order_id)
    except OrderError as refused:
        LOG.info("cancel refused", symbol=order.symbol, reason=refused.what)


def _still_open(desk: OrderDesk, orders: tuple[BrokerOrder, ...]) -> tuple[BrokerOrder, ...]:
    if not orders:
        return ()
    listed = {order.broker_order_id for order in desk.environment.broker.open_orders()}
    return tuple(order for order in orders if order.broker_order_id in listed)
