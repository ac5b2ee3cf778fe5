"""What the system asks of a broker.

Reading and trading are two protocols: most of the system is handed an `AccountReader` and can't order
anything. A call that fails raises `BrokerError`; a call that changes an order raises the subclass of
`OrderError` that says what is known of the order's fate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from alchemiser_dagster.records.account import BrokerAccount, Position
from alchemiser_dagster.records.activity import Activity
from alchemiser_dagster.records.market import AssetInfo, MarketClock, ProvisionalPrice, Quote
from alchemiser_dagster.records.order import BrokerOrder, Fill, OrderChange, OrderRequest


class PriceFeed(Protocol):
    """Where the simulated broker learns what a symbol trades at."""

    def latest_prices(self, symbols: Sequence[str]) -> tuple[ProvisionalPrice, ...]:
        """Return the latest price of each symbol that has one."""
        ...

    def previous_closes(self, symbols: Sequence[str]) -> Mapping[str, float]:
        """Return the close of the session before the one that trades, of each symbol that has one."""
        ...


class AccountReader(Protocol):
    """Everything that can be asked without changing anything."""

    def account(self) -> BrokerAccount:
        """Return cash, buying power, equity and flags."""
        ...

    def positions(self) -> tuple[Position, ...]:
        """Return what is held, sorted by symbol."""
        ...

    def assets(self, symbols: Sequence[str]) -> tuple[AssetInfo, ...]:
        """Return what may be done with each symbol; one that the broker doesn't know is absent."""
        ...

    def quotes(self, symbols: Sequence[str]) -> tuple[Quote, ...]:
        """Return best bid and ask of each symbol; one without a quote is absent."""
        ...

    def clock(self) -> MarketClock:
        """Return the broker's own time and whether its market is open."""
        ...

    def open_orders(self) -> tuple[BrokerOrder, ...]:
        """Return all orders that can still fill, ours and others'."""
        ...

    def order_by_client_id(self, client_order_id: str) -> BrokerOrder | None:
        """Return the order with the id, or None where the broker is sure that there is none."""
        ...

    def orders_since(self, instant: datetime) -> tuple[BrokerOrder, ...]:
        """Return all orders submitted at or after the instant, whatever became of them."""
        ...

    def fills_since(self, instant: datetime) -> tuple[Fill, ...]:
        """Return all fills at or after the instant, in the order in which they happened."""
        ...

    def activities_since(self, day: date) -> tuple[Activity, ...]:
        """Return what happened besides trades on or after the New York date, oldest first."""
        ...


class Broker(AccountReader, Protocol):
    """A reader that can also trade. Only the execution step of a run for today's session holds one."""

    def await_turn(self) -> None:
        """Wait until this thread's next order may go at once: what is asked after that is asked in time.

        Where no turn comes in time, the order's own call says so.
        """
        ...

    def submit(self, request: OrderRequest) -> BrokerOrder:
        """Place an order, once; never retried by the adapter (R-21)."""
        ...

    def cancel(self, broker_order_id: str) -> None:
        """Ask for an order to be canceled; success doesn't mean that it is."""
        ...

    def replace(self, broker_order_id: str, change: OrderChange) -> BrokerOrder:
        """Ask for an order to be replaced; return the new one."""
        ...
