"""The embedded broker: an account in the ledger's database, quotes around a feed's prices, Alpaca's rules.

1. Every call is one transaction that holds the account (`SimulatedBook.open`).
2. Resting orders are looked at first (`matching`): they fill, or expire with their session.
3. A new order is judged (`refusals`), kept, and filled at once where it is marketable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from alchemiser_dagster.broker.protocol import PriceFeed
from alchemiser_dagster.broker.rounding import to_cent
from alchemiser_dagster.broker.simulated.book import SimulatedBook
from alchemiser_dagster.broker.simulated.matching import Matching
from alchemiser_dagster.broker.simulated.order import Holding, SimulatedOrder, SimulatedStatus
from alchemiser_dagster.broker.simulated.quotes import Quotes, quotes_from, require_quote
from alchemiser_dagster.broker.simulated.refusals import (
    Situation,
    first_refusal,
    held_cash,
    held_shares,
)
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.errors import OrderRejectedError
from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.tables import simulated_orders
from alchemiser_dagster.records.account import BrokerAccount, Position
from alchemiser_dagster.records.market import AssetInfo, MarketClock, Quote
from alchemiser_dagster.records.order import BrokerOrder, Fill, OrderChange, OrderRequest, OrderType
from alchemiser_dagster.sessions import TradingCalendar

__all__ = ["SimulatedBroker", "SimulationRules"]


@dataclass(frozen=True)
class Look:
    """The account and the market at one instant, inside one transaction."""

    book: SimulatedBook
    quotes: Quotes
    open_orders: tuple[SimulatedOrder, ...]
    matching: Matching


class SimulatedBroker:
    """A broker in the ledger's database that behaves as Alpaca does.

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
        self._database = database
        self._feed = feed
        self._calendar = calendar
        self._clock = clock
        self._rules = rules

    def account(self) -> BrokerAccount:
        """Return cash, buying power (cash less what open buys hold), and equity at mid prices."""
        with self._looking(everything=True) as look:
            cash = look.book.cash()
            positions = _positions(look)
            free = cash - held_cash(look.open_orders, self._situation(look))
        return BrokerAccount(
            account=self._rules.account,
            status="ACTIVE",
            currency="USD",
            cash=cash,
            buying_power=max(free, Decimal(0)),
            equity=cash + sum((position.market_value for position in positions), Decimal(0)),
            trading_blocked=False,
            account_blocked=False,
            trade_suspended_by_user=False,
        )

    def positions(self) -> tuple[Position, ...]:
        """Return what is held, sorted by symbol."""
        with self._looking(everything=True) as look:
            return _positions(look)

    def assets(self, symbols: Sequence[str]) -> tuple[AssetInfo, ...]:
        """Return what may be done with each symbol that the feed knows."""
        return tuple(
            AssetInfo(
                symbol=symbol,
                tradable=self._rules.is_tradable(symbol),
                fractionable=self._rules.is_fractionable(symbol),
            )
            for symbol in self._quotes(symbols)
        )

    def quotes(self, symbols: Sequence[str]) -> tuple[Quote, ...]:
        """Return bid and ask of each symbol that the feed has a price for."""
        return tuple(self._quotes(symbols).values())

    def clock(self) -> MarketClock:
        """Return the injected clock's time and whether the exchange is open."""
        now, calendar = self._clock.now(), self._calendar
        session = calendar.session_at(now)
        closes_at = calendar.close_of(session)
        is_open = calendar.open_of(session) <= now < closes_at
        next_close = closes_at if now < closes_at else calendar.close_of(calendar.following(session))
        return MarketClock(now=now, is_open=is_open, next_close=next_close)

    def open_orders(self) -> tuple[BrokerOrder, ...]:
        """Return all orders that can still fill."""
        with self._looking() as look:
            return tuple(order.reported() for order in look.open_orders)

    def order_by_client_id(self, client_order_id: str) -> BrokerOrder | None:
        """Return the order with the client order id, or None."""
        with self._looking() as look:
            order = look.book.order_by_client_id(client_order_id)
        return order.reported() if order else None

    def orders_since(self, instant: datetime) -> tuple[BrokerOrder, ...]:
        """Return all orders submitted at or after the instant."""
        with self._looking() as look:
            orders = look.book.orders(simulated_orders.c.submitted_at >= instant)
        return tuple(order.reported() for order in orders)

    def fills_since(self, instant: datetime) -> tuple[Fill, ...]:
        """Return all fills at or after the instant, in the order in which they happened."""
        with self._looking() as look:
            return look.book.fills_since(instant)

    def submit(self, request: OrderRequest) -> BrokerOrder:
        """Judge, keep and, where it is marketable, fill an order: one transaction.

        Raises
        ------
        DuplicateOrderError
            If the account has an order with the client order id.
        OrderRejectedError
            If a rule forbids it; nothing is kept.
        """
        with self._looking(request.symbol) as look:
            refusal = first_refusal(request, self._situation(look, request))
            if refusal:
                raise refusal.error(request)
            order = self._new_order(request)
            look.book.add_order(order)
            return look.matching.examine(order).reported()

    def cancel(self, broker_order_id: str) -> None:
        """Cancel an open order; raise `OrderRejectedError` where it is not open."""
        with self._looking() as look:
            look.book.set_status(_require_open(look, broker_order_id), SimulatedStatus.CANCELED)

    def replace(self, broker_order_id: str, change: OrderChange) -> BrokerOrder:
        """Put a new order with another quantity and limit in the place of an open one.

        Raises
        ------
        DuplicateOrderError
            If the account has an order with the new client order id; the old order stands.
        OrderRejectedError
            If the old order is not open, or the new one is refused; the old order stands.
        """
        with self._looking() as look:
            old = _require_open(look, broker_order_id)
            request = OrderRequest(
                client_order_id=change.client_order_id,
                symbol=old.symbol,
                side=old.side,
                quantity=old.quantity if change.quantity is None else change.quantity,
                order_type=OrderType.LIMIT,
                limit_price=change.limit_price,
                time_in_force=old.time_in_force,
            )
            others = tuple(order for order in look.open_orders if order != old)
            refusal = first_refusal(request, self._situation(replace(look, open_orders=others), request))
            if refusal:
                raise refusal.error(request)
            look.book.set_status(old, SimulatedStatus.REPLACED)
            order = self._new_order(request)
            look.book.add_order(order)
            return look.matching.examine(order).reported()

    @contextmanager
    def _looking(self, *symbols: str, everything: bool = False) -> Iterator[Look]:
        with self._database.transaction() as connection:
            now = self._clock.now()
            book = SimulatedBook(connection, self._rules.account)
            book.open(to_cent(self._rules.starting_cash), now)
            resting = book.open_orders()
            held = (holding.symbol for holding in book.holdings()) if everything else ()
            quotes = self._quotes((*symbols, *held, *(order.symbol for order in resting)))
            matching = Matching(book, self._calendar, now, quotes, self._rules.shares_per_look)
            examined = tuple(matching.examine(order) for order in resting)
            yield Look(book, quotes, tuple(order for order in examined if order.is_open), matching)

    def _quotes(self, symbols: Iterable[str]) -> Quotes:
        return quotes_from(self._feed, symbols, self._rules.half_spread_basis_points)

    def _situation(self, look: Look, request: OrderRequest | None = None) -> Situation:
        clock = self.clock()
        return Situation(
            rules=self._rules,
            quotes=look.quotes,
            cash=look.book.cash(),
            held=look.book.held(request.symbol) if request else Decimal(0),
            open_orders=look.open_orders,
            is_duplicate=bool(request and look.book.order_by_client_id(request.client_order_id)),
            until_close=clock.next_close - clock.now if clock.is_open else None,
        )

    def _new_order(self, request: OrderRequest) -> SimulatedOrder:
        now = self._clock.now()
        return SimulatedOrder(
            broker_order_id=derived_id(self._rules.account, request.client_order_id),
            client_order_id=request.client_order_id,
            session=self._calendar.session_at(now),
            symbol=request.symbol,
            side=request.side,
            quantity=request.quantity,
            order_type=request.order_type,
            limit_price=request.limit_price,
            time_in_force=request.time_in_force,
            status=SimulatedStatus.NEW,
            filled_quantity=Decimal(0),
            average_price=None,
            submitted_at=now,
        )


def _positions(look: Look) -> tuple[Position, ...]:
    return tuple(_position(look, holding) for holding in look.book.holdings())


def _position(look: Look, holding: Holding) -> Position:
    price = require_quote(look.quotes, holding.symbol).mid
    return Position(
        symbol=holding.symbol,
        quantity=holding.quantity,
        quantity_available=holding.quantity - held_shares(look.open_orders, holding.symbol),
        average_entry_price=holding.average_entry_price,
        market_price=price,
        market_value=to_cent(holding.quantity * price),
    )


def _require_open(look: Look, broker_order_id: str) -> SimulatedOrder:
    for order in look.open_orders:
        if order.broker_order_id == broker_order_id:
            return order
    raise OrderRejectedError(
        "the order is not open, so it can't be canceled or replaced (422, code 42210000)",
        where=f"order {broker_order_id}",
    )
