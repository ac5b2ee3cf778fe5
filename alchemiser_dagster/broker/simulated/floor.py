"""The account's open orders within one look: every move is legal, and kept in the book at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from alchemiser_dagster.broker.rounding import to_cent
from alchemiser_dagster.broker.simulated.book import SimulatedBook
from alchemiser_dagster.broker.simulated.market import Market
from alchemiser_dagster.broker.simulated.order import SimulatedOrder, Trade, averaged
from alchemiser_dagster.broker.simulated.status import (
    ACCEPTED,
    CANCELED,
    EXPIRED,
    FILLED,
    NEW,
    PARTIALLY_FILLED,
    PENDING_CANCEL,
    PENDING_NEW,
    PENDING_REPLACE,
    REJECTED,
    REPLACED,
    SimulatedStatus,
    require_legal,
)
from alchemiser_dagster.records.values import Side


@dataclass(frozen=True)
class Floor:
    """The market, the book, and the orders that were open when the look began or came since, by broker id."""

    book: SimulatedBook
    market: Market
    orders: dict[str, SimulatedOrder]

    @property
    def open_orders(self) -> tuple[SimulatedOrder, ...]:
        """The orders that can still fill, in the order of their submission."""
        return tuple(order for order in self.orders.values() if order.is_open)

    def add(self, order: SimulatedOrder) -> SimulatedOrder:
        """Add a new order behind all others."""
        self.book.add_order(order)
        self.orders[order.broker_order_id] = order
        return order

    def move(
        self, order: SimulatedOrder, status: SimulatedStatus, at: datetime | None = None
    ) -> SimulatedOrder:
        """Give the order a status that may follow; the replacement follows what becomes of its old order.

        Raises
        ------
        BrokerError
            If the status may not follow.
        """
        require_legal(order.status, status)
        moved = self._save(replace(order, status=status), at or self.market.now)
        if order.status is PENDING_REPLACE and not moved.is_open:
            self._follow(moved)
        return moved

    def trade(self, order: SimulatedOrder, price: Decimal, quantity: Decimal) -> SimulatedOrder:
        """Exchange shares for cash; an order that outgrew the cash is canceled instead."""
        if order.side is Side.BUY and to_cent(quantity * price) > self.book.cash():
            return self.move(order, CANCELED)
        trade = Trade(quantity, price, self.market.now)
        self.book.exchange(order, trade)
        after = replace(
            order,
            filled_quantity=order.filled_quantity + quantity,
            average_price=averaged(order.filled_quantity, order.average_price or price, trade),
        )
        after = self.move(after, _status_after_trade(after))
        cancels = after.is_open and self.market.behaviour_of(after).cancels_after_fill
        return self.move(after, CANCELED) if cancels else after

    def awaits(self, order: SimulatedOrder) -> bool:
        """Return whether the order is a replacement that has not taken effect."""
        old = self.orders.get(order.replaces) if order.replaces else None
        return old is not None and old.status is PENDING_REPLACE

    def successor(self, old: SimulatedOrder) -> SimulatedOrder:
        """Return the order that is to take the place of one whose replacement is pending."""
        return next(
            order for order in self.orders.values() if order.replaces == old.broker_order_id and order.is_open
        )

    def first_status(self, order: SimulatedOrder) -> SimulatedStatus:
        """Return what an order is once it is acknowledged."""
        return ACCEPTED if self.market.waits(order) or self.market.behaviour_of(order).rejects else NEW

    def _follow(self, old: SimulatedOrder) -> None:
        new, at = self.successor(old), old.updated_at
        if old.status is not REPLACED:
            self.move(new, EXPIRED if old.status is EXPIRED else REJECTED, at)
            return
        live = self._save(replace(new, quantity=new.quantity - old.filled_quantity), at or self.market.now)
        if live.status is PENDING_NEW:
            self.move(live, self.first_status(live), at)

    def _save(self, order: SimulatedOrder, at: datetime) -> SimulatedOrder:
        saved = replace(order, updated_at=max(at, order.updated_at or order.submitted_at))
        self.book.save(saved)
        self.orders[saved.broker_order_id] = saved
        return saved


def _status_after_trade(order: SimulatedOrder) -> SimulatedStatus:
    if not order.remaining:
        return FILLED
    return order.status if order.status in {PENDING_CANCEL, PENDING_REPLACE} else PARTIALLY_FILLED
