"""When the embedded broker's orders fill, and when they end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alchemiser_dagster.broker.rounding import floor_to_tick, to_cent
from alchemiser_dagster.broker.simulated.book import SimulatedBook
from alchemiser_dagster.broker.simulated.order import SimulatedOrder, SimulatedStatus, Trade
from alchemiser_dagster.broker.simulated.quotes import Quotes, require_quote
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.order import TimeInForce
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.sessions import TradingCalendar


@dataclass(frozen=True)
class Matching:
    """The market at one instant, for the orders of one account."""

    book: SimulatedBook
    calendar: TradingCalendar
    now: datetime
    quotes: Quotes
    shares_per_look: Decimal | None

    def examine(self, order: SimulatedOrder) -> SimulatedOrder:
        """Fill the order as far as the market allows, end it where its session is over."""
        if self.now >= self.calendar.close_of(order.session):
            return self._after_close(order)
        if order.time_in_force is TimeInForce.CLOSE:
            return order
        quote = require_quote(self.quotes, order.symbol)
        price = quote.ask if order.side is Side.BUY else quote.bid
        return self._trade(order, price, self._volume(order)) if _allows(order, price) else order

    def _after_close(self, order: SimulatedOrder) -> SimulatedOrder:
        price = _closing_price(require_quote(self.quotes, order.symbol))
        if order.time_in_force is TimeInForce.CLOSE and _allows(order, price):
            return self._trade(order, price, order.remaining)
        return self.book.set_status(order, SimulatedStatus.EXPIRED)

    def _volume(self, order: SimulatedOrder) -> Decimal:
        return min(order.remaining, self.shares_per_look or order.remaining)

    def _trade(self, order: SimulatedOrder, price: Decimal, quantity: Decimal) -> SimulatedOrder:
        if order.side is Side.BUY and to_cent(quantity * price) > self.book.cash():
            return self.book.set_status(order, SimulatedStatus.CANCELED)
        return self.book.execute(order, Trade(quantity, price, self.now))


def _allows(order: SimulatedOrder, price: Decimal) -> bool:
    if order.limit_price is None:
        return True
    return price <= order.limit_price if order.side is Side.BUY else price >= order.limit_price


def _closing_price(quote: Quote) -> Decimal:
    return floor_to_tick(quote.mid)
