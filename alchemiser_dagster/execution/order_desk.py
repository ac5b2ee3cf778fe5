"""The life of orders at the broker: send, ask, wait, cancel, and write down each step first or at once.

An order whose fate is unknown is asked for by its client order id before anything else. Where the broker is
sure that it has none, the very same request is sent again: its id makes the broker refuse a double (R-26).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from alchemiser_dagster.errors import (
    DuplicateOrderError,
    OrderError,
    OrderFateUnknownError,
    OrderNotSentError,
    OrderRejectedError,
    SessionError,
)
from alchemiser_dagster.execution.environment import ExecutionEnvironment
from alchemiser_dagster.execution.patience import Patience
from alchemiser_dagster.execution.permit import TradingPermit
from alchemiser_dagster.ledger.order_rows import LedgerOrder, OrderNews
from alchemiser_dagster.records.order import BrokerOrder, OrderState

if TYPE_CHECKING:
    from datetime import datetime

LOG = structlog.stdlib.get_logger("alchemiser_dagster.execution")

LOST = frozenset({OrderState.SENT, OrderState.UNKNOWN})


@dataclass(frozen=True)
class OrderDesk:
    """Sends orders and follows them; can't be made without a permit."""

    environment: ExecutionEnvironment
    permit: TradingPermit

    def settle(self, orders: Iterable[LedgerOrder]) -> tuple[LedgerOrder, ...]:
        """Bring orders to their end: send what is not sent, wait, cancel what takes too long.

        Returns the orders to which something can still happen: none, unless the broker doesn't answer.
        """
        rules = self.environment.rules
        patience = self._patience(rules.patience_seconds, until=self.permit.closes_at)
        live = self._advance_all(orders)
        while live and patience.pause():
            live = self._advance_all(live)
        return self.wind_up(live)

    def wind_up(self, orders: Iterable[LedgerOrder]) -> tuple[LedgerOrder, ...]:
        """Cancel orders and wait until the broker confirms it; return those that it doesn't confirm."""
        patience = self._patience(self.environment.rules.settling_seconds)
        live = _living(map(self._withdraw, orders))
        while live and patience.pause():
            live = _living(map(self._withdraw, live))
        return live

    def resolve(self, orders: Iterable[LedgerOrder]) -> tuple[LedgerOrder, ...]:
        """Ask for each order of an earlier run; give up one that the broker doesn't know after a while."""
        patience = self._patience(self.environment.rules.settling_seconds)
        asked = tuple(map(self._ask, orders))
        while any(_is_lost(order) for order in asked) and patience.pause():
            asked = tuple(self._ask(order) if _is_lost(order) else order for order in asked)
        return tuple(self._give_up(order) if _is_lost(order) else order for order in asked)

    def _patience(self, seconds: float, until: datetime | None = None) -> Patience:
        return Patience(self.environment.clock, self.environment.rules, seconds, until)

    def _advance_all(self, orders: Iterable[LedgerOrder]) -> tuple[LedgerOrder, ...]:
        waiting = tuple(orders)
        listed = self._listed() if any(_is_working(order) for order in waiting) else {}
        return _living(self._advance(order, listed) for order in waiting)

    def _advance(self, order: LedgerOrder, listed: Mapping[str, BrokerOrder]) -> LedgerOrder:
        if order.state is OrderState.INTENDED:
            return self._send(order)
        report = listed.get(order.client_order_id)
        known = self._record(report) if report else self._ask(order)
        return self._send(known) if _is_lost(known) else known

    def _listed(self) -> dict[str, BrokerOrder]:
        return {order.client_order_id: order for order in self.environment.broker.open_orders()}

    def _send(self, order: LedgerOrder) -> LedgerOrder:
        try:
            self.permit.check(self.environment.clock.now())
        except SessionError as closed:
            return self._forgo(order, closed.what)
        if order.state is not OrderState.SENT:
            self._note(order, OrderState.SENT, f"attempt {order.attempt} is being sent")
        try:
            return self._record(self.environment.broker.submit(order.request()))
        except (DuplicateOrderError, OrderFateUnknownError) as unknown:
            return self._ask(self._note(order, OrderState.UNKNOWN, unknown.what))
        except OrderRejectedError as refused:
            return self._unless_there(order, OrderState.REJECTED, refused.what)
        except OrderNotSentError as unsent:
            was_never_sent = order.state is OrderState.INTENDED
            after = OrderState.INTENDED if was_never_sent else OrderState.UNKNOWN
            return self._note(order, after, f"not sent: {unsent.what}")

    def _ask(self, order: LedgerOrder) -> LedgerOrder:
        report = self.environment.broker.order_by_client_id(order.client_order_id)
        if report is None:
            return self._missing(order)
        if order.state is OrderState.INTENDED:
            self._note(order, OrderState.SENT, "found at the broker")
        return self._record(report)

    def _missing(self, order: LedgerOrder) -> LedgerOrder:
        if order.state is OrderState.SENT or _is_working(order):
            return self._note(order, OrderState.UNKNOWN, "the broker knows no such order")
        return order

    def _unless_there(self, order: LedgerOrder, state: OrderState, detail: str) -> LedgerOrder:
        report = self.environment.broker.order_by_client_id(order.client_order_id)
        return self._record(report) if report else self._note(order, state, detail)

    def _withdraw(self, order: LedgerOrder) -> LedgerOrder:
        if order.state is OrderState.INTENDED:
            return self._forgo(order, "its time was over")
        known = self._ask(order)
        if known.state.is_terminal or known.broker_order_id is None:
            return known
        try:
            self.environment.broker.cancel(known.broker_order_id)
        except OrderError as refused:
            LOG.info("cancel refused", **_fields(known), reason=refused.what)
        return self._ask(known)

    def _forgo(self, order: LedgerOrder, reason: str) -> LedgerOrder:
        if order.state is OrderState.INTENDED:
            return self._note(order, OrderState.CANCELED, f"never sent: {reason}")
        return order

    def _give_up(self, order: LedgerOrder) -> LedgerOrder:
        return self._note(order, OrderState.CANCELED, "the broker has no such order")

    def _record(self, report: BrokerOrder) -> LedgerOrder:
        book = self.environment.orders
        return self._told(report.client_order_id, lambda at: book.record(report, at))

    def _note(self, order: LedgerOrder, state: OrderState, detail: str) -> LedgerOrder:
        book = self.environment.orders
        return self._told(
            order.client_order_id,
            lambda at: book.note(order.client_order_id, OrderNews(state, at, detail)),
        )

    def _told(self, client_order_id: str, write: Callable[[datetime], LedgerOrder]) -> LedgerOrder:
        before = self.environment.orders.find(client_order_id)
        after = write(self.environment.clock.now())
        if before is None or (before.state, before.filled_quantity) != (after.state, after.filled_quantity):
            LOG.info("order changed", **_fields(after), detail=after.detail)
        return after


def _living(orders: Iterable[LedgerOrder]) -> tuple[LedgerOrder, ...]:
    return tuple(order for order in orders if not order.state.is_terminal)


def _is_working(order: LedgerOrder) -> bool:
    return order.state in {OrderState.ACKNOWLEDGED, OrderState.PARTIALLY_FILLED}


def _is_lost(order: LedgerOrder) -> bool:
    return order.state in {OrderState.INTENDED, *LOST} and order.broker_order_id is None


def _fields(order: LedgerOrder) -> dict[str, str]:
    return {
        "correlation_id": order.correlation_id,
        "client_order_id": order.client_order_id,
        "symbol": order.symbol,
        "side": order.side.value,
        "quantity": str(order.quantity),
        "state": order.state.value,
        "filled_quantity": str(order.filled_quantity),
    }
