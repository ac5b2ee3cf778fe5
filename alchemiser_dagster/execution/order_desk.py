"""The life of one order at the broker: send, ask, cancel, replace, and write down each step first or at once.

An order whose fate is unknown is asked for by its client order id before anything else. Where the broker is
sure that it has none, the very same request is sent again: its id makes the broker refuse a double (R-26).
If it is refused for another reason, the first one may have arrived late: it is asked for until patience ends,
and only then rejected. A replacement is sent again only while the order that it is to replace works
untouched: an order gives its place once, so a second request can't double a first. Else it is settled by what
became of that order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from alchemiser_dagster.errors import (
    DuplicateOrderError,
    OrderError,
    OrderFateUnknownError,
    OrderNotSentError,
    OrderRejectedError,
)
from alchemiser_dagster.execution.environment import ExecutionEnvironment
from alchemiser_dagster.ledger.order_rows import LedgerOrder, OrderNews
from alchemiser_dagster.records.order import BrokerOrder, OrderChange, OrderState
from alchemiser_dagster.risk.gate import Admission, Refusal, RiskGate

if TYPE_CHECKING:
    from datetime import datetime

LOG = structlog.stdlib.get_logger("alchemiser_dagster.execution")

REPLACED = "replaced"
UNTOUCHED = "new"
LOST = frozenset({OrderState.INTENDED, OrderState.SENT, OrderState.UNKNOWN})
WORKING = frozenset({OrderState.ACKNOWLEDGED, OrderState.PARTIALLY_FILLED})


@dataclass(frozen=True)
class OrderDesk:
    """Asks for orders and cancels them; sends them through the risk gate, and none without one.

    `refused` says why an order was refused when it was sent again, by its client order id.
    """

    environment: ExecutionEnvironment
    gate: RiskGate | None = None
    refused: dict[str, str] = field(default_factory=dict)

    def send(self, order: LedgerOrder) -> LedgerOrder:
        """Send an order that is intended, or one that the broker surely doesn't have and did not refuse."""
        if order.client_order_id in self.refused:
            return order
        if self.gate is None:
            return self.forgo(order, "nothing is sent without the risk gate")
        if order.replaces is not None:
            return self._send_replacement(order, order.replaces, self.gate)
        return self._request(order, self.gate, self.gate.submit)

    def ask(self, order: LedgerOrder) -> LedgerOrder:
        """Ask the broker for the order, and write down what it says."""
        report = self.environment.broker.order_by_client_id(order.client_order_id)
        return self._missing(order) if report is None else self.found(order, report)

    def found(self, order: LedgerOrder, report: BrokerOrder) -> LedgerOrder:
        """Write down what the broker reports of the order."""
        if order.state is OrderState.INTENDED:
            order = self.note(order, OrderState.SENT, "found at the broker")
        return self._record(order, report)

    def cancel(self, order: LedgerOrder) -> None:
        """Ask for the order to be canceled; what became of it is seen at the next look."""
        if order.broker_order_id is None:
            return
        try:
            self.environment.broker.cancel(order.broker_order_id)
        except OrderError as refused:
            LOG.info("cancel refused", **fields(order), reason=refused.what)

    def forgo(self, order: LedgerOrder, reason: str) -> LedgerOrder:
        """End an order that was never sent; leave any other as it is."""
        if order.state is OrderState.INTENDED:
            return self.note(order, OrderState.CANCELED, f"never sent: {reason}")
        return order

    def give_up(self, order: LedgerOrder) -> LedgerOrder:
        """End an order that the broker, asked again and again, does not have."""
        return self.note(order, OrderState.CANCELED, "the broker has no such order")

    def believe_refusal(self, order: LedgerOrder) -> LedgerOrder:
        """Reject an order that was refused when it was sent again, and has not turned up since."""
        reason = self.refused.get(order.client_order_id)
        if reason is None or not is_lost(order):
            return order
        return self.note(order, OrderState.REJECTED, reason)

    def note(self, order: LedgerOrder, state: OrderState, detail: str) -> LedgerOrder:
        """Write down a state of the order that the broker did not report."""
        book = self.environment.orders
        return self._told(order, lambda at: book.note(order.client_order_id, OrderNews(state, at, detail)))

    def _record(self, order: LedgerOrder, report: BrokerOrder) -> LedgerOrder:
        book = self.environment.orders
        return self._told(order, lambda at: book.record(report, at))

    def _request(
        self, order: LedgerOrder, gate: RiskGate, call: Callable[[Admission], BrokerOrder]
    ) -> LedgerOrder:
        was_never_sent = order.state is OrderState.INTENDED
        verdict = gate.admit(order)
        if isinstance(verdict, Refusal):
            return self._turned_away(order, verdict)
        sent = self._told(order, lambda _at: verdict.order)
        try:
            return self._record(sent, call(verdict))
        except (DuplicateOrderError, OrderFateUnknownError) as unknown:
            return self.ask(self.note(sent, OrderState.UNKNOWN, unknown.what))
        except OrderRejectedError as refused:
            if was_never_sent:
                return self._unless_there(sent, OrderState.REJECTED, refused.what)
            self.refused[order.client_order_id] = refused.what
            return self.ask(self.note(sent, OrderState.UNKNOWN, refused.what))
        except OrderNotSentError as unsent:
            after = OrderState.INTENDED if was_never_sent else OrderState.UNKNOWN
            return self.note(sent, after, f"not sent: {unsent.what}")

    def _turned_away(self, order: LedgerOrder, refusal: Refusal) -> LedgerOrder:
        """End an order that was never sent: for good where it is at fault itself."""
        if refusal.is_final and order.state is OrderState.INTENDED:
            return self.note(order, OrderState.REJECTED, f"refused by the risk gate: {refusal.reason}")
        return self.forgo(order, refusal.reason)

    def _send_replacement(self, order: LedgerOrder, replaced_id: str, gate: RiskGate) -> LedgerOrder:
        old = self.environment.orders.find(replaced_id)
        limit = order.limit_price
        if old is None or old.broker_order_id is None or limit is None or old.state.is_terminal:
            return self.forgo(order, "the order that it was to replace has ended")
        if order.state is not OrderState.INTENDED and not self._is_untouched(replaced_id):
            return order
        change = OrderChange(client_order_id=order.client_order_id, quantity=None, limit_price=limit)
        broker_order_id = old.broker_order_id
        return self._request(order, gate, lambda admission: gate.replace(admission, broker_order_id, change))

    def _is_untouched(self, replaced_id: str) -> bool:
        """Whether the order works as it did: no replacement of it was accepted, so one may be asked for."""
        old = self.environment.broker.order_by_client_id(replaced_id)
        return old is not None and old.raw_status == UNTOUCHED and old.replaced_by is None

    def _missing(self, order: LedgerOrder) -> LedgerOrder:
        if order.replaces is not None and self._was_left_in_place(order.replaces):
            return self.note(order, OrderState.CANCELED, "what it was to replace ended in its own place")
        if order.state is OrderState.SENT or order.state in WORKING:
            return self.note(order, OrderState.UNKNOWN, "the broker knows no such order")
        return order

    def _was_left_in_place(self, replaced_id: str) -> bool:
        """Whether the order ended without being replaced: no replacement of it can exist any more then."""
        old = self.environment.broker.order_by_client_id(replaced_id)
        if old is None or not old.state.is_terminal:
            return False
        return old.replaced_by is None and old.raw_status != REPLACED

    def _unless_there(self, order: LedgerOrder, state: OrderState, detail: str) -> LedgerOrder:
        report = self.environment.broker.order_by_client_id(order.client_order_id)
        return self._record(order, report) if report else self.note(order, state, detail)

    def _told(self, before: LedgerOrder, write: Callable[[datetime], LedgerOrder]) -> LedgerOrder:
        after = write(self.environment.clock.now())
        if (before.state, before.filled_quantity) != (after.state, after.filled_quantity):
            LOG.info("order changed", **fields(after), detail=after.detail)
        return after


def is_lost(order: LedgerOrder) -> bool:
    """Return whether nobody knows that the broker has the order."""
    return order.state in LOST and order.broker_order_id is None


def fields(order: LedgerOrder) -> dict[str, str]:
    """Return what a log line says of an order."""
    return {
        "correlation_id": order.correlation_id,
        "client_order_id": order.client_order_id,
        "symbol": order.symbol,
        "side": order.side.value,
        "quantity": str(order.quantity),
        "state": order.state.value,
        "filled_quantity": str(order.filled_quantity),
    }
