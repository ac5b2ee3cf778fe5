"""The world behind the look-alike: one account in one market, at one time, all of which may be changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from threading import Lock

from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.broker.simulated.venue import SimulatedVenue
from alchemiser_dagster.ids import IdSource, RandomIds
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.look_alike.listing import Judge, Listing
from alchemiser_dagster.look_alike.market import Market, StandingPrices
from alchemiser_dagster.look_alike.rate_limit import RateLimit
from alchemiser_dagster.look_alike.request_log import RequestLog
from alchemiser_dagster.look_alike.scripted_clock import ScriptedClock
from alchemiser_dagster.look_alike.sealed_bars import SealedBars
from alchemiser_dagster.look_alike.terms import Terms
from alchemiser_dagster.records.values import Symbol
from alchemiser_dagster.sessions import TradingCalendar

MOST_SYMBOLS = 20_000


class World:
    """Account, market and time.

    Parameters
    ----------
    database
        Where the account is kept; its tables must exist.
    market
        What symbols trade at, and their bars; it must go by the same clock.
    calendar, clock
        When the market is open, and what time it is.
    rules
        The account's name and the market's terms.
    terms
        Who is let in, and how often.
    symbols
        What the list of assets names. One that somebody asks about is named from then on.
    ids
        Where a client order id comes from that the client left out.
    """

    def __init__(  # noqa: PLR0913  # the parts of a world, each named at its one call
        self,
        database: Database,
        market: Market,
        calendar: TradingCalendar,
        clock: ScriptedClock,
        rules: SimulationRules,
        *,
        terms: Terms | None = None,
        symbols: Iterable[Symbol] = (),
        ids: IdSource | None = None,
    ) -> None:
        self.database = database
        self.calendar = calendar
        self.clock = clock
        self.rules = rules
        self.terms = terms or Terms()
        self.ids = ids or RandomIds()
        self.market = market
        self.prices = StandingPrices(market, calendar, clock)
        self.bars = SealedBars(market, calendar, clock)
        self.log = RequestLog(clock)
        self.listing = Listing(clock)
        self.trading_limit = RateLimit(clock, self.terms.requests_per_minute)
        self.data_limit = RateLimit(clock, self.terms.requests_per_minute)
        self._symbols = set(symbols)
        self._lock = Lock()

    @property
    def venue(self) -> SimulatedVenue:
        """The embedded broker, under the rules of this moment."""
        return SimulatedVenue(self.database, self.prices, self.calendar, self.clock, self.rules)

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """What the list of assets names, in order."""
        with self._lock:
            return tuple(sorted(self._symbols))

    def known(self, symbols: Iterable[Symbol]) -> tuple[Symbol, ...]:
        """Return those of the symbols that the market has, and name them in the list of assets."""
        wanted = tuple(symbols)
        priced = {price.symbol for price in self.prices.latest_prices(wanted)}
        self.note(priced)
        return tuple(symbol for symbol in wanted if symbol in priced)

    def note(self, symbols: Iterable[Symbol]) -> None:
        """Name symbols in the list of assets, as long as it is not too long."""
        with self._lock:
            if len(self._symbols) < MOST_SYMBOLS:
                self._symbols.update(symbols)

    def change_rules(self, **fields: object) -> SimulationRules:
        """Change fields of the rules for all that comes; return the rules as they are now."""
        with self._lock:
            self.rules = SimulationRules.model_validate({**dict(self.rules), **fields})
            return self.rules

    def judge_listing(self, judge: Judge) -> None:
        """Let faults decide how what happens from now on is listed; what has happened is told as it is."""
        with self.venue.book() as book:
            fills = (report.fill.fill_id for report in book.fill_reports())
            others = (activity.activity_id for activity in book.activities.since(None))
            self.listing.begin(judge, (*fills, *others))

    def reset(
        self, cash: Decimal, holdings: Mapping[Symbol, Decimal] | None = None, at: datetime | None = None
    ) -> None:
        """Begin anew: an account with this cash and these shares and no order, no request, a free window.

        Holdings cost their latest price, dollars a share; nothing is paid for them.

        Raises
        ------
        BrokerError
            If the market has no price for a symbol; then nothing is changed but the clock.
        """
        if at is not None:
            self.clock.wind(to=at)
        self.venue.begin_anew(cash, holdings or {})
        self.change_rules(starting_cash=cash)
        self.log.clear()
        self.listing.forget()
        self.trading_limit.clear()
        self.data_limit.clear()
