"""The embedded market at one instant: what an order would trade at, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from alchemiser_dagster.broker.rounding import ceil_to_tick, floor_to_tick
from alchemiser_dagster.broker.simulated.behaviour import SymbolBehaviour
from alchemiser_dagster.broker.simulated.order import SimulatedOrder
from alchemiser_dagster.broker.simulated.quotes import Quotes, require_quote
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.broker.simulated.status import SimulatedStatus
from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.records.market import MarketClock, Quote
from alchemiser_dagster.records.order import OrderRequest, TimeInForce
from alchemiser_dagster.records.values import Side, Symbol
from alchemiser_dagster.sessions import TradingCalendar


@dataclass(frozen=True)
class Market:
    """Quotes, hours and rules at one instant."""

    rules: SimulationRules
    calendar: TradingCalendar
    now: datetime
    quotes: Quotes

    def close_of(self, order: SimulatedOrder) -> datetime:
        """Return when the order's session closes."""
        return hours_of(self.calendar, order.session).closes_at

    def new_order(
        self, request: OrderRequest, account: str, *, replaces: str | None = None
    ) -> SimulatedOrder:
        """Return the order that a request becomes, before it is acknowledged."""
        return SimulatedOrder(
            broker_order_id=derived_id(account, request.client_order_id),
            client_order_id=request.client_order_id,
            session=self.calendar.session_at(self.now),
            symbol=request.symbol,
            side=request.side,
            quantity=request.quantity,
            order_type=request.order_type,
            limit_price=request.limit_price,
            time_in_force=request.time_in_force,
            status=SimulatedStatus.PENDING_NEW,
            filled_quantity=Decimal(0),
            average_price=None,
            submitted_at=self.now,
            replaces=replaces,
            updated_at=self.now,
        )

    def has_closed(self, order: SimulatedOrder) -> bool:
        """Return whether the order's session is over."""
        return self.now >= self.close_of(order)

    def behaviour_of(self, order: SimulatedOrder) -> SymbolBehaviour:
        """Return how the order's symbol behaves."""
        return self.rules.behaviour_of(order.symbol)

    def quote(self, symbol: Symbol) -> Quote:
        """Return the true quote; raise `BrokerError` where the feed lost its price."""
        return require_quote(self.quotes, symbol)

    def acknowledged_at(self, order: SimulatedOrder) -> datetime:
        """Return when a new order is or was acknowledged."""
        return order.submitted_at + self.rules.acknowledge_after

    def waits(self, order: SimulatedOrder) -> bool:
        """Return whether the order is for the closing auction, or its symbol is halted."""
        return order.time_in_force is TimeInForce.CLOSE or self.behaviour_of(order).halted

    def price_for(self, order: SimulatedOrder) -> Decimal | None:
        """Return what the order trades at now, or None where its limit does not meet the other side."""
        quote = self.quote(order.symbol)
        if order.limit_price is None:
            return far_side(quote, order.side)
        meets_at = self.behaviour_of(order).meets_at
        price = meeting_price(quote, order.side, self.rules.meets_at if meets_at is None else meets_at)
        return price if _allows(order, price) else None

    def racing_price(self, order: SimulatedOrder) -> Decimal:
        """Return what the order trades at if the market comes to it, never worse than its limit."""
        price = far_side(self.quote(order.symbol), order.side)
        return price if order.limit_price is None or _allows(order, price) else order.limit_price

    def closing_price(self, order: SimulatedOrder) -> Decimal | None:
        """Return the closing auction's price, or None where the order's limit forbids it."""
        price = floor_to_tick(self.quote(order.symbol).mid)
        return price if _allows(order, price) else None

    def volume(self, order: SimulatedOrder) -> Decimal:
        """Return how many shares of the order change hands at one look."""
        thin = self.behaviour_of(order).shares_per_look or self.rules.shares_per_look
        return min(order.remaining, thin or order.remaining)


def far_side(quote: Quote, side: Side) -> Decimal:
    """Return what a market order trades at."""
    return quote.ask if side is Side.BUY else quote.bid


def meeting_price(quote: Quote, side: Side, meets_at: Decimal) -> Decimal:
    """Return where a limit meets the other side, rounded to the tick nearer to its own side."""
    distance = meets_at * (quote.ask - quote.bid)
    return floor_to_tick(quote.bid + distance) if side is Side.BUY else ceil_to_tick(quote.ask - distance)


@dataclass(frozen=True)
class Hours:
    """When a session begins and ends."""

    opens_at: datetime
    closes_at: datetime


@lru_cache(maxsize=64)
def hours_of(calendar: TradingCalendar, session: date) -> Hours:
    """Return a session's hours, computed once a process: they never change, and every look asks for them."""
    return Hours(calendar.open_of(session), calendar.close_of(session))


def market_clock(calendar: TradingCalendar, now: datetime) -> MarketClock:
    """Return whether the exchange is open, and its next close."""
    session = calendar.session_at(now)
    hours = hours_of(calendar, session)
    is_open = hours.opens_at <= now < hours.closes_at
    is_over = now >= hours.closes_at
    following = hours_of(calendar, calendar.following(session)) if is_over else hours
    return MarketClock(now=now, is_open=is_open, next_close=following.closes_at)


def _allows(order: SimulatedOrder, price: Decimal) -> bool:
    if order.limit_price is None:
        return True
    return price <= order.limit_price if order.side is Side.BUY else price >= order.limit_price
