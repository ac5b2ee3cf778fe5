"""What the look-alike asks of a market, and what it makes of the answers outside of a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from alchemiser_dagster.broker.protocol import PriceFeed
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.records.market import ProvisionalPrice
from alchemiser_dagster.records.values import Symbol
from alchemiser_dagster.sessions import TradingCalendar

if TYPE_CHECKING:
    import pandas as pd


class Market(PriceFeed, Protocol):
    """Prices of the session, and the sealed bars before it."""

    def daily_bars(self, symbols: Sequence[str], first: date, last: date) -> pd.DataFrame:
        """Return the sealed bars of the symbols from the first day to the last, both included."""
        ...


class StandingPrices:
    """A market's prices that never go away: before a session opens, the last close stands.

    Closes are asked of the market once: that of a session which is over never changes.
    """

    def __init__(self, market: PriceFeed, calendar: TradingCalendar, clock: Clock) -> None:
        self._market = market
        self._calendar = calendar
        self._clock = clock
        self._lock = Lock()
        self._closes_of: date | None = None
        self._closes: dict[Symbol, float | None] = {}

    def latest_prices(self, symbols: Sequence[str]) -> tuple[ProvisionalPrice, ...]:
        """Return the latest price of each symbol; before the session's first, the close of the one before."""
        latest = self._market.latest_prices(symbols)
        missing = sorted(set(symbols) - {price.symbol for price in latest})
        return (*latest, *self._standing(missing)) if missing else latest

    def previous_closes(self, symbols: Sequence[str]) -> Mapping[str, float]:
        """Return the close of the session before the one that trades, of each symbol that has one."""
        session = self._calendar.session_at(self._clock.now())
        with self._lock:
            if session != self._closes_of:
                self._closes_of, self._closes = session, {}
            lacking = [symbol for symbol in symbols if symbol not in self._closes]
            if lacking:
                self._closes |= dict.fromkeys(lacking) | dict(self._market.previous_closes(lacking))
            return {symbol: close for symbol in symbols if (close := self._closes[symbol]) is not None}

    def _standing(self, symbols: Sequence[str]) -> tuple[ProvisionalPrice, ...]:
        session = self._calendar.session_at(self._clock.now())
        if self._clock.now() >= self._calendar.open_of(session):
            return ()
        observed_at = self._calendar.close_of(self._calendar.previous(session))
        return tuple(
            ProvisionalPrice(symbol=symbol, price=close, observed_at=observed_at)
            for symbol, close in self.previous_closes(symbols).items()
        )
