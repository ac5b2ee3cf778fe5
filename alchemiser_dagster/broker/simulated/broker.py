"""The embedded broker behind the protocol that every broker has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from alchemiser_dagster.broker.protocol import PriceFeed
from alchemiser_dagster.broker.simulated.queries import Listing, OrderQuery
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.broker.simulated.venue import SimulatedVenue
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.records.account import BrokerAccount, Position
from alchemiser_dagster.records.activity import Activity
from alchemiser_dagster.records.market import AssetInfo, MarketClock, Quote
from alchemiser_dagster.records.order import BrokerOrder, Fill, OrderChange, OrderRequest
from alchemiser_dagster.sessions import TradingCalendar


class SimulatedBroker:
    """A broker in the ledger's database that behaves as Alpaca does; `venue` tells more of it.

    Parameters
    ----------
    database
        Where the account is kept; its tables must exist.
    feed
        What each symbol trades at.
    calendar, clock
        When the market is open, and what time it is.
    rules
        The account's name and the market's terms.
    """

    def __init__(
        self,
        database: Database,
        feed: PriceFeed,
        calendar: TradingCalendar,
        clock: Clock,
        rules: SimulationRules,
    ) -> None:
        self.venue = SimulatedVenue(database, feed, calendar, clock, rules)

    def account(self) -> BrokerAccount:
        """Return cash, buying power (less what is held and withheld), equity at mid prices, and flags."""
        return self.venue.account()

    def positions(self) -> tuple[Position, ...]:
        """Return what is held, sorted by symbol."""
        return self.venue.positions()

    def assets(self, symbols: Sequence[str]) -> tuple[AssetInfo, ...]:
        """Return what may be done with each symbol that the feed knows."""
        return self.venue.assets(symbols)

    def quotes(self, symbols: Sequence[str]) -> tuple[Quote, ...]:
        """Return bid and ask of each symbol that the feed has a price for, as the rules let them be shown."""
        return self.venue.quotes(symbols)

    def clock(self) -> MarketClock:
        """Return the injected clock's time and whether the exchange is open."""
        return self.venue.clock()

    def open_orders(self) -> tuple[BrokerOrder, ...]:
        """Return all orders that can still fill."""
        return tuple(order.reported() for order in self.venue.open_orders())

    def order_by_client_id(self, client_order_id: str) -> BrokerOrder | None:
        """Return the order with the client order id, or None."""
        order = self.venue.order_by_client_id(client_order_id)
        return order.reported() if order else None

    def orders_since(self, instant: datetime) -> tuple[BrokerOrder, ...]:
        """Return all orders submitted at or after the instant."""
        query = OrderQuery(status=Listing.ALL, since=instant)
        return tuple(order.reported() for order in self.venue.orders(query))

    def fills_since(self, instant: datetime) -> tuple[Fill, ...]:
        """Return all fills at or after the instant, in the order in which they happened."""
        return tuple(report.fill for report in self.venue.fills_since(instant))

    def activities_since(self, day: date) -> tuple[Activity, ...]:
        """Return what happened besides trades on or after the New York date, oldest first."""
        return self.venue.activities_since(day)

    def await_turn(self) -> None:
        """Wait for nothing: there is no limit of requests here."""

    def submit(self, request: OrderRequest) -> BrokerOrder:
        """Judge, keep and, where it is marketable, fill an order; what is refused is not kept.

        Raises
        ------
        DuplicateOrderError
            If the account has an order with the client order id.
        OrderRejectedError
            If a rule forbids it.
        """
        return self.venue.submit(request).reported()

    def cancel(self, broker_order_id: str) -> None:
        """Ask for an open order to be canceled; raise `OrderRejectedError` where it can't be."""
        self.venue.cancel(broker_order_id)

    def replace(self, broker_order_id: str, change: OrderChange) -> BrokerOrder:
        """Ask for an open order to be replaced; return the new one.

        Raises
        ------
        DuplicateOrderError
            If the account has an order with the new client order id; the old order stands.
        OrderRejectedError
            If the old order can't be replaced, or the new one is refused; the old order stands.
        """
        return self.venue.replace(broker_order_id, change).reported()
