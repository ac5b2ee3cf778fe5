"""A broker that can be asked and can cancel, and sends nothing whatever it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NoReturn

from alchemiser_dagster.broker.protocol import Broker
from alchemiser_dagster.errors import RiskError
from alchemiser_dagster.records.account import BrokerAccount, Position
from alchemiser_dagster.records.activity import Activity
from alchemiser_dagster.records.market import AssetInfo, MarketClock, Quote
from alchemiser_dagster.records.order import BrokerOrder, Fill, OrderChange, OrderRequest


@dataclass(frozen=True)
class QuietBroker:
    """Passes on every question and every cancellation; refuses what would order something (R-32)."""

    inner: Broker

    def account(self) -> BrokerAccount:
        """Return cash, buying power, equity and flags."""
        return self.inner.account()

    def positions(self) -> tuple[Position, ...]:
        """Return what is held, sorted by symbol."""
        return self.inner.positions()

    def assets(self, symbols: Sequence[str]) -> tuple[AssetInfo, ...]:
        """Return what may be done with each symbol."""
        return self.inner.assets(symbols)

    def quotes(self, symbols: Sequence[str]) -> tuple[Quote, ...]:
        """Return best bid and ask of each symbol."""
        return self.inner.quotes(symbols)

    def clock(self) -> MarketClock:
        """Return the broker's own time and whether its market is open."""
        return self.inner.clock()

    def open_orders(self) -> tuple[BrokerOrder, ...]:
        """Return all orders that can still fill."""
        return self.inner.open_orders()

    def order_by_client_id(self, client_order_id: str) -> BrokerOrder | None:
        """Return the order with the id, or None where the broker is sure that there is none."""
        return self.inner.order_by_client_id(client_order_id)

    def orders_since(self, instant: datetime) -> tuple[BrokerOrder, ...]:
        """Return all orders submitted at or after the instant."""
        return self.inner.orders_since(instant)

    def fills_since(self, instant: datetime) -> tuple[Fill, ...]:
        """Return all fills at or after the instant."""
        return self.inner.fills_since(instant)

    def activities_since(self, day: date) -> tuple[Activity, ...]:
        """Return what happened besides trades on or after the day."""
        return self.inner.activities_since(day)

    def cancel(self, broker_order_id: str) -> None:
        """Ask for an order to be canceled."""
        self.inner.cancel(broker_order_id)

    def await_turn(self) -> None:
        """Wait for nothing: no order will go."""

    def submit(self, request: OrderRequest) -> BrokerOrder:
        """Refuse: raise `RiskError`."""
        self._refuse(request.client_order_id)

    def replace(self, broker_order_id: str, change: OrderChange) -> BrokerOrder:
        """Refuse: raise `RiskError`."""
        del broker_order_id
        self._refuse(change.client_order_id)

    def _refuse(self, client_order_id: str) -> NoReturn:
        raise RiskError(
            "a recovery asks and cancels, and sends nothing",
            where=f"order {client_order_id}",
            remedy="Nothing was sent; only the execution of a plan orders",
        )
