"""Many orders at once: one look lists them all, and one loop brings them to their end.

A look that fails is a look missed: the next one may succeed, and nothing new is sent for an order of which
nothing is known. Only when patience is at its end does a broker that can't be asked stop the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alchemiser_dagster.errors import BrokerError, OrderError
from alchemiser_dagster.execution.lanes import in_lanes
from alchemiser_dagster.execution.order_desk import LOG, OrderDesk, fields, is_lost
from alchemiser_dagster.execution.patience import Patience
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.records.order import BrokerOrder, OrderState

CLOCK_TOLERANCE = timedelta(minutes=1)
BEING_CANCELED = "pending_cancel"

Reports = Mapping[str, BrokerOrder]


@dataclass(frozen=True)
class Settling:
    """Drives open orders together."""

    desk: OrderDesk

    def work(
        self, orders: Iterable[LedgerOrder], patience: Patience, is_halted: Callable[[], bool]
    ) -> tuple[LedgerOrder, ...]:
        """Send what is not sent and follow all until they end, patience does, or trading is halted.

        Returns what is alive.
        """
        live = self._advance_all(_living(orders))
        while live and not is_halted() and patience.pause():
            live = self._advance_all(live)
        return live

    def wind_up(self, orders: Iterable[LedgerOrder]) -> tuple[LedgerOrder, ...]:
        """Cancel orders and wait until the broker confirms it; return those that it doesn't confirm."""
        live = _living(orders)
        if not live:
            return ()
        patience = self.settling_patience()
        live = self._confirmed(self._withdraw_all(live))
        while live and patience.pause():
            live = self._withdraw_all(live)
        return _living(map(self.desk.believe_refusal, live))

    def resolve(self, orders: Iterable[LedgerOrder]) -> tuple[LedgerOrder, ...]:
        """Ask for each order of an earlier run; give up one that the broker doesn't know after a while."""
        patience = self.settling_patience()
        asked = tuple(map(self.desk.ask, orders))
        while any(map(is_lost, asked)) and patience.pause():
            asked = tuple(self.desk.ask(order) if is_lost(order) else order for order in asked)
        return tuple(self.desk.give_up(order) if is_lost(order) else order for order in asked)

    def catch_up(self, orders: Iterable[LedgerOrder]) -> None:
        """Write down what became of orders that an interrupted run sent, as far as one look tells."""
        self._confirmed(tuple(order for order in _living(orders) if order.state is not OrderState.INTENDED))

    def patience(self, seconds: float, until: datetime | None = None) -> Patience:
        """Return pauses that add up to the seconds at most, and end at the instant."""
        return Patience(self.desk.environment.clock, self.desk.environment.rules, seconds, until)

    def settling_patience(self) -> Patience:
        """Return the pauses in which a cancellation, or an order that nobody can find, is waited for."""
        return self.patience(self.desk.environment.rules.settling_seconds)

    def _advance_all(self, live: tuple[LedgerOrder, ...]) -> tuple[LedgerOrder, ...]:
        sent = [order for order in live if order.state is not OrderState.INTENDED]
        reports = self._look(sent) if sent else {}
        return _living(self._each(live, lambda order: self._advance(order, reports)))

    def _advance(self, order: LedgerOrder, reports: Reports | None) -> LedgerOrder:
        if order.state is OrderState.INTENDED:
            return self.desk.send(order)
        if reports is None:
            return order
        known = self._known(order, reports)
        if is_lost(known):
            return self.desk.send(known)
        if self._was_overtaken(known):
            self.desk.cancel(known)
        return known

    def _withdraw_all(self, live: tuple[LedgerOrder, ...]) -> tuple[LedgerOrder, ...]:
        sent = [order for order in live if order.state is not OrderState.INTENDED]
        reports = self._look(sent) if sent else {}
        return _living(self._each(live, lambda order: self._withdraw(order, reports)))

    def _withdraw(self, order: LedgerOrder, reports: Reports | None) -> LedgerOrder:
        if order.state is OrderState.INTENDED:
            return self.desk.forgo(order, "its time was over")
        known = order if reports is None else self._known(order, reports)
        report = (reports or {}).get(order.client_order_id)
        if not known.state.is_terminal and (report is None or report.raw_status != BEING_CANCELED):
            self.desk.cancel(known)
        return known

    def _confirmed(self, live: tuple[LedgerOrder, ...]) -> tuple[LedgerOrder, ...]:
        reports = self._look(live) if live else None
        if reports is None:
            return live
        return _living(self._each(live, lambda order: self._known(order, reports)))

    def _known(self, order: LedgerOrder, reports: Reports) -> LedgerOrder:
        report = reports.get(order.client_order_id)
        return self.desk.ask(order) if report is None else self.desk.found(order, report)

    def _look(self, orders: Iterable[LedgerOrder]) -> Reports | None:
        """List all orders since the oldest of these with one question; None where it got no answer."""
        since = min(order.created_at for order in orders) - CLOCK_TOLERANCE
        try:
            reported = self.desk.environment.broker.orders_since(since)
        except BrokerError as failed:
            LOG.warning("orders could not be looked at", reason=failed.what)
            return None
        return {report.client_order_id: report for report in reported}

    def _each(
        self, orders: Iterable[LedgerOrder], step: Callable[[LedgerOrder], LedgerOrder]
    ) -> tuple[LedgerOrder, ...]:
        return in_lanes(lambda order: self._tried(order, step), orders, self.desk.environment.rules.lanes)

    def _tried(self, order: LedgerOrder, step: Callable[[LedgerOrder], LedgerOrder]) -> LedgerOrder:
        """Return the order after the step; as the ledger has it where the broker could not be asked."""
        try:
            return step(order)
        except OrderError:
            raise
        except BrokerError as failed:
            LOG.warning("order could not be asked for", **fields(order), reason=failed.what)
            return self.desk.environment.orders.find(order.client_order_id) or order

    def _was_overtaken(self, order: LedgerOrder) -> bool:
        """Whether what the order replaced filled after all: the rest is then planned anew."""
        if order.replaces is None or order.state.is_terminal:
            return False
        old = self.desk.environment.orders.find(order.replaces)
        return old is not None and old.filled_quantity > 0


def _living(orders: Iterable[LedgerOrder]) -> tuple[LedgerOrder, ...]:
    return tuple(order for order in orders if not order.state.is_terminal)
