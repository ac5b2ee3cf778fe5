"""The embedded broker as its own wire sees it: orders with their whole life, every call one look.

1. Every call but `book` is one transaction that holds the account (`SimulatedBook.open`).
2. Open orders are brought to the present first (`life`): acknowledged, changed, filled, ended.
3. A new order is judged (`refusals`), kept, and filled at once where it is live and marketable.
4. A cancellation or replacement is judged and asked for (`changes`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal

from alchemiser_dagster.broker.protocol import PriceFeed
from alchemiser_dagster.broker.rounding import to_cent
from alchemiser_dagster.broker.simulated.activity_rows import When
from alchemiser_dagster.broker.simulated.book import SimulatedBook
from alchemiser_dagster.broker.simulated.changes import ask_to_cancel, ask_to_replace
from alchemiser_dagster.broker.simulated.effects import effect_of, require_no_open_order
from alchemiser_dagster.broker.simulated.floor import Floor
from alchemiser_dagster.broker.simulated.happenings import Happening, ShareTransfer
from alchemiser_dagster.broker.simulated.last_closes import LastCloses
from alchemiser_dagster.broker.simulated.life import advance, advance_all
from alchemiser_dagster.broker.simulated.market import Market, hours_of, market_clock
from alchemiser_dagster.broker.simulated.order import Holding, SimulatedOrder
from alchemiser_dagster.broker.simulated.queries import FillReport, OrderQuery
from alchemiser_dagster.broker.simulated.quote_faults import shown
from alchemiser_dagster.broker.simulated.quotes import Quotes, quotes_from, with_last_closes
from alchemiser_dagster.broker.simulated.refusals import first_refusal
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.broker.simulated.situation import situation_of
from alchemiser_dagster.broker.simulated.standing import standing_at
from alchemiser_dagster.broker.simulated.statement import account_of, positions_of
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.errors import BrokerError
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.records.account import BrokerAccount, Position
from alchemiser_dagster.records.activity import Activity
from alchemiser_dagster.records.market import AssetInfo, MarketClock, Quote
from alchemiser_dagster.records.order import OrderChange, OrderRequest
from alchemiser_dagster.records.values import Symbol
from alchemiser_dagster.sessions import NEW_YORK, TradingCalendar


class SimulatedVenue:
    """An account in a database, and a market around a feed's prices.

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
        self._closes = LastCloses(feed)

    def account(self) -> BrokerAccount:
        """Return cash, buying power, equity and flags.

        The equity of the last close is that of the account as it was then, or as it began where it is
        younger; None where a share that was held then has no close.
        """
        with self._looking(everything=True) as floor:
            session = self._calendar.session_at(floor.market.now)
            last_close = hours_of(self._calendar, self._calendar.previous(session)).closes_at
            before = standing_at(floor.book, last_close)
            closes = self._closes.before(session, sorted(before.shares))
            return account_of(floor, before.value(closes))

    def positions(self) -> tuple[Position, ...]:
        """Return what is held, sorted by symbol."""
        with self._looking(everything=True) as floor:
            return positions_of(floor)

    def assets(self, symbols: Sequence[str]) -> tuple[AssetInfo, ...]:
        """Return what may be done with each symbol; one that the feed has no price for does not exist."""
        return tuple(
            AssetInfo(
                symbol=symbol,
                tradable=self._rules.is_tradable(symbol),
                fractionable=self._rules.is_fractionable(symbol),
            )
            for symbol in self._true_quotes(symbols)
        )

    def quotes(self, symbols: Sequence[str]) -> tuple[Quote, ...]:
        """Return the quotes that are shown, with what the rules make wrong with them."""
        true = with_last_closes(self._feed, self._true_quotes(symbols).values())
        faulty = (shown(quote, self._rules.behaviour_of(quote.symbol).quote_fault) for quote in true)
        return tuple(quote for quote in faulty if quote)

    def clock(self) -> MarketClock:
        """Return the injected clock's time and whether the exchange is open."""
        return market_clock(self._calendar, self._clock.now())

    def order(self, broker_order_id: str) -> SimulatedOrder | None:
        """Return the order with the broker's id, or None."""
        with self._looking() as floor:
            return floor.book.order(broker_order_id)

    def order_by_client_id(self, client_order_id: str) -> SimulatedOrder | None:
        """Return the order with the client order id, or None."""
        with self._looking() as floor:
            return floor.book.order_by_client_id(client_order_id)

    def open_orders(self) -> tuple[SimulatedOrder, ...]:
        """Return all orders that can still fill, in the order of their submission."""
        with self._looking() as floor:
            return floor.open_orders

    def orders(self, query: OrderQuery) -> tuple[SimulatedOrder, ...]:
        """Return the orders that are asked for."""
        with self._looking() as floor:
            return floor.book.listed(query)

    def fills_since(self, instant: datetime | None) -> tuple[FillReport, ...]:
        """Return the fills at or after the instant, None: all, in the order in which they happened."""
        with self._looking() as floor:
            return floor.book.fill_reports(instant)

    def activities_since(self, day: date | None) -> tuple[Activity, ...]:
        """Return what happened besides trades on or after the date, None: all, oldest first."""
        with self.book() as book:
            return book.activities.since(day)

    def submit(self, request: OrderRequest) -> SimulatedOrder:
        """Judge, keep and, where it is marketable, fill an order: one transaction.

        Raises
        ------
        RefusedDuplicateError
            If the account has an order with the client order id.
        RefusedOrderError
            If a rule forbids it; nothing is kept.
        """
        with self._looking(request.symbol) as floor:
            refusal = first_refusal(request, situation_of(floor, request))
            if refusal:
                raise refusal.error(f"to {request.side} {request.quantity}", request.symbol)
            return advance(floor, floor.add(floor.market.new_order(request, self._rules.account)))

    def cancel(self, broker_order_id: str) -> SimulatedOrder:
        """Ask for an open order to be canceled and return it as it is now; see `ask_to_cancel`."""
        with self._looking() as floor:
            return ask_to_cancel(floor, broker_order_id)

    def replace(self, broker_order_id: str, change: OrderChange) -> SimulatedOrder:
        """Ask for an open order to be replaced and return the new one as it is now; see `ask_to_replace`."""
        with self._looking() as floor:
            return ask_to_replace(floor, broker_order_id, change)

    def let_happen(self, happening: Happening) -> tuple[Activity, ...]:
        """Let something happen besides trades, once: one transaction; return the rows that tell of it.

        Raises
        ------
        BrokerError
            If it is about shares that the account does not hold, or that an open order is about.
        """
        with self._looking() as floor:
            book = floor.book
            if not book.activities.of_happening(happening.happening_id):
                told = self._priced(happening)
                require_no_open_order(told, floor.open_orders)
                effect = effect_of(told, {held.symbol: held for held in book.holdings()})
                book.let_happen(told.happening_id, effect, self._when(told))
            return book.activities.of_happening(happening.happening_id)

    def begin_anew(self, cash: Decimal, holdings: Mapping[Symbol, Decimal]) -> None:
        """Give the account this cash, in dollars, and these shares, at their latest price, and nothing else.

        Raises
        ------
        BrokerError
            If the feed has no price for a symbol; then nothing is changed.
        """
        held = tuple(self._beginning(holdings))
        with self._database.transaction() as connection:
            book = SimulatedBook(connection, self._rules.account)
            book.begin_anew(to_cent(cash), held, self._clock.now())

    @contextmanager
    def book(self) -> Iterator[SimulatedBook]:
        """Yield the account as it is kept, to be read only: nobody looks at the market, nothing goes on."""
        with self._database.reading() as connection:
            yield SimulatedBook(connection, self._rules.account)

    def _priced(self, happening: Happening) -> Happening:
        if not isinstance(happening, ShareTransfer) or happening.price or happening.quantity < 0:
            return happening
        (held,) = self._beginning({happening.symbol: happening.quantity})
        return happening.model_copy(update={"price": held.average_entry_price})

    def _when(self, happening: Happening) -> When:
        now = self._clock.now()
        return When(happening.occurred_on or now.astimezone(NEW_YORK).date(), now)

    def _beginning(self, holdings: Mapping[Symbol, Decimal]) -> Iterator[Holding]:
        latest = self._feed.latest_prices(tuple(holdings))
        costs = {price.symbol: Decimal(repr(price.price)) for price in latest}
        for symbol, quantity in holdings.items():
            if symbol not in costs:
                raise BrokerError("the market has no price for what is to be held", where=symbol)
            yield Holding(symbol, quantity, costs[symbol])

    def _true_quotes(self, symbols: Iterable[str]) -> Quotes:
        rules = self._rules
        return quotes_from(self._feed, symbols, rules.half_spread_basis_points, rules.behaviours)

    @contextmanager
    def _looking(self, *symbols: str, everything: bool = False) -> Iterator[Floor]:
        with self._database.transaction() as connection:
            now = self._clock.now()
            book = SimulatedBook(connection, self._rules.account)
            book.open(to_cent(self._rules.starting_cash), now)
            orders = {order.broker_order_id: order for order in book.open_orders()}
            held = (holding.symbol for holding in book.holdings()) if everything else ()
            wanted = (*symbols, *held, *(order.symbol for order in orders.values()))
            quotes = self._true_quotes(wanted)
            floor = Floor(book, Market(self._rules, self._calendar, now, quotes), orders)
            advance_all(floor)
            yield floor
