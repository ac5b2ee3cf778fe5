"""A broker whose calls are told to whoever listens: what a wire does for a broker that has one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from pydantic import JsonValue
from pydantic_core import to_json, to_jsonable_python

from alchemiser_dagster.broker.calls import Call, CallObserver
from alchemiser_dagster.broker.protocol import Broker
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.errors import AlchemiserError
from alchemiser_dagster.records.account import BrokerAccount, Position
from alchemiser_dagster.records.activity import Activity
from alchemiser_dagster.records.market import AssetInfo, MarketClock, Quote
from alchemiser_dagster.records.order import BrokerOrder, Fill, OrderChange, OrderRequest

Answer = TypeVar("Answer")
Given = str | date | Sequence[str] | OrderRequest | OrderChange


@dataclass(frozen=True)
class RecordingBroker:
    """Passes on every call, and tells of it when it is over."""

    inner: Broker
    observer: CallObserver
    time: Clock

    def account(self) -> BrokerAccount:
        """Return cash, buying power, equity and flags."""
        return self._told("account", self.inner.account)

    def positions(self) -> tuple[Position, ...]:
        """Return what is held, sorted by symbol."""
        return self._told("positions", self.inner.positions)

    def assets(self, symbols: Sequence[str]) -> tuple[AssetInfo, ...]:
        """Return what may be done with each symbol."""
        return self._told("assets", lambda: self.inner.assets(symbols), symbols=symbols)

    def quotes(self, symbols: Sequence[str]) -> tuple[Quote, ...]:
        """Return best bid and ask of each symbol."""
        return self._told("quotes", lambda: self.inner.quotes(symbols), symbols=symbols)

    def clock(self) -> MarketClock:
        """Return the broker's own time and whether its market is open."""
        return self._told("clock", self.inner.clock)

    def open_orders(self) -> tuple[BrokerOrder, ...]:
        """Return all orders that can still fill."""
        return self._told("open_orders", self.inner.open_orders)

    def order_by_client_id(self, client_order_id: str) -> BrokerOrder | None:
        """Return the order with the id, or None where the broker is sure that there is none."""
        return self._told(
            "order_by_client_id",
            lambda: self.inner.order_by_client_id(client_order_id),
            client_order_id=client_order_id,
        )

    def orders_since(self, instant: datetime) -> tuple[BrokerOrder, ...]:
        """Return all orders submitted at or after the instant."""
        return self._told("orders_since", lambda: self.inner.orders_since(instant), instant=instant)

    def fills_since(self, instant: datetime) -> tuple[Fill, ...]:
        """Return all fills at or after the instant."""
        return self._told("fills_since", lambda: self.inner.fills_since(instant), instant=instant)

    def activities_since(self, day: date) -> tuple[Activity, ...]:
        """Return what happened besides trades on or after the New York date."""
        return self._told("activities_since", lambda: self.inner.activities_since(day), day=day)

    def await_turn(self) -> None:
        """Wait until this thread's next order may go at once; nothing is asked of the broker."""
        self.inner.await_turn()

    def submit(self, request: OrderRequest) -> BrokerOrder:
        """Place an order, once."""
        return self._told("submit", lambda: self.inner.submit(request), request=request)

    def cancel(self, broker_order_id: str) -> None:
        """Ask for an order to be canceled."""
        self._told("cancel", lambda: self.inner.cancel(broker_order_id), broker_order_id=broker_order_id)

    def replace(self, broker_order_id: str, change: OrderChange) -> BrokerOrder:
        """Ask for an order to be replaced; return the new one."""
        return self._told(
            "replace",
            lambda: self.inner.replace(broker_order_id, change),
            broker_order_id=broker_order_id,
            change=change,
        )

    def _told(self, name: str, call: Callable[[], Answer], **given: Given) -> Answer:
        if not self.observer.listens:
            return call()
        began = self.time.monotonic()
        try:
            answer = call()
        except AlchemiserError as error:
            taken = self.time.monotonic() - began
            self.observer.tell(Call(name, _arguments(given), taken, error=f"{error.code}: {error}"))
            raise
        taken = self.time.monotonic() - began
        self.observer.tell(Call(name, _arguments(given), taken, answer=to_json(answer)))
        return answer


def _arguments(given: dict[str, Given]) -> dict[str, JsonValue]:
    arguments: dict[str, JsonValue] = to_jsonable_python(given)
    return arguments
