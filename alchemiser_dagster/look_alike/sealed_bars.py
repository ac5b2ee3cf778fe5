"""Daily bars as the look-alike tells them: sealed ones from the market, today's from its latest price."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING

from alchemiser_dagster.clock import Clock
from alchemiser_dagster.look_alike.market import Market
from alchemiser_dagster.records.values import Symbol
from alchemiser_dagster.sessions import TradingCalendar

if TYPE_CHECKING:
    import pandas as pd

MOST_SESSIONS = 4


@dataclass(frozen=True, slots=True)
class DayBar:
    """One session of one symbol: dollars and shares."""

    symbol: Symbol
    session: date
    open: float
    high: float
    low: float
    close: float
    volume: float


class SealedBars:
    """The bars of the last sessions, asked of the market once: a sealed bar never changes."""

    def __init__(self, market: Market, calendar: TradingCalendar, clock: Clock) -> None:
        self._market = market
        self._calendar = calendar
        self._clock = clock
        self._lock = Lock()
        self._kept: dict[date, dict[Symbol, DayBar | None]] = {}

    @property
    def session(self) -> date:
        """The latest session that has opened."""
        now = self._clock.now()
        latest = self._calendar.session_at(now)
        return latest if now >= self._calendar.open_of(latest) else self._calendar.previous(latest)

    def of(self, session: date, symbols: Sequence[Symbol]) -> Mapping[Symbol, DayBar]:
        """Return the bars of a session by symbol: a symbol without one, and a session not over, has none."""
        if self._clock.now() < self._calendar.close_of(session):
            return {}
        with self._lock:
            kept = self._kept.setdefault(session, {})
            lacking = [symbol for symbol in symbols if symbol not in kept]
            if lacking:
                frame = self._market.daily_bars(lacking, session, session)
                kept |= dict.fromkeys(lacking) | {bar.symbol: bar for bar in day_bars(frame)}
            self._forget_all_but(session)
            return {symbol: bar for symbol in symbols if (bar := kept[symbol]) is not None}

    def before(self, symbols: Sequence[Symbol]) -> Mapping[Symbol, DayBar]:
        """Return the bars of the session before the latest one that has opened."""
        return self.of(self._calendar.previous(self.session), symbols)

    def latest(self, symbols: Sequence[Symbol]) -> Mapping[Symbol, DayBar]:
        """Return the bars of the latest session that has opened: while it runs, as far as it is known."""
        if self._clock.now() >= self._calendar.close_of(self.session):
            return self.of(self.session, symbols)
        before = self.before(symbols)
        return {
            price.symbol: self._partial(price.symbol, price.price, before.get(price.symbol))
            for price in self._market.latest_prices(symbols)
        }

    def _partial(self, symbol: Symbol, price: float, before: DayBar | None) -> DayBar:
        opened = before.close if before else price
        volume = math.floor((before.volume if before else 0.0) * self._part_gone())
        return DayBar(symbol, self.session, opened, max(opened, price), min(opened, price), price, volume)

    def _part_gone(self) -> float:
        opened, closes = self._calendar.open_of(self.session), self._calendar.close_of(self.session)
        return (self._clock.now() - opened) / (closes - opened)

    def _forget_all_but(self, session: date) -> None:
        others = sorted(kept for kept in self._kept if kept != session)
        for old in others[: max(0, len(self._kept) - MOST_SESSIONS)]:
            del self._kept[old]


def day_bars(frame: pd.DataFrame) -> Iterator[DayBar]:
    """Yield the rows of a frame of bars; a price that is not there is the close, a volume 0."""
    columns = (frame[name] for name in ("symbol", "session", "open", "high", "low", "close", "volume"))
    for symbol, session, *prices, close, volume in zip(*columns, strict=True):
        opened, high, low = (close if math.isnan(price) else price for price in prices)
        traded = 0.0 if math.isnan(volume) else volume
        yield DayBar(symbol, session.date(), opened, high, low, close, traded)
