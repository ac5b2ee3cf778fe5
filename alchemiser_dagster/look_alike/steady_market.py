"""A market that is asked once a session: for sources whose prices don't move within one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING

from alchemiser_dagster.clock import Clock
from alchemiser_dagster.look_alike.market import Market
from alchemiser_dagster.market_data.source import vantage_of
from alchemiser_dagster.records.market import ProvisionalPrice
from alchemiser_dagster.records.values import Symbol
from alchemiser_dagster.sessions import TradingCalendar

if TYPE_CHECKING:
    import pandas as pd


class SteadyMarket:
    """The market behind it, faster: a price that was asked for in a session is not asked for again.

    Parameters
    ----------
    market
        A source whose price of a session is its close, such as the simulated market or a file.
    calendar, clock
        Those of the source.
    """

    def __init__(self, market: Market, calendar: TradingCalendar, clock: Clock) -> None:
        self._market = market
        self._calendar = calendar
        self._clock = clock
        self._lock = Lock()
        self._session: date | None = None
        self._prices: dict[Symbol, ProvisionalPrice | None] = {}

    def latest_prices(self, symbols: Sequence[str]) -> tuple[ProvisionalPrice, ...]:
        """Return the session's price of each symbol that has one, observed now."""
        vantage = vantage_of(self._calendar, self._clock)
        if vantage is None:
            return ()
        wanted = sorted(set(symbols))
        with self._lock:
            if vantage.session != self._session:
                self._session, self._prices = vantage.session, {}
            lacking = [symbol for symbol in wanted if symbol not in self._prices]
            if lacking:
                found = {price.symbol: price for price in self._market.latest_prices(lacking)}
                self._prices |= dict.fromkeys(lacking) | found
            prices = [price for symbol in wanted if (price := self._prices[symbol]) is not None]
        return tuple(price.model_copy(update={"observed_at": vantage.observed_at}) for price in prices)

    def previous_closes(self, symbols: Sequence[str]) -> Mapping[str, float]:
        """Return the close of the session before, of each symbol that has one."""
        return self._market.previous_closes(symbols)

    def daily_bars(self, symbols: Sequence[str], first: date, last: date) -> pd.DataFrame:
        """Return the sealed bars of the symbols from the first day to the last, both included."""
        return self._market.daily_bars(symbols, first, last)
