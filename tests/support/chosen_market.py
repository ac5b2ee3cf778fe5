"""A market that trades at prices that a test chooses, and a calendar that is quick to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
from support.trading import CALENDAR

from alchemiser_dagster.clock import Clock
from alchemiser_dagster.market_data.schema import typed_bars
from alchemiser_dagster.records.market import ProvisionalPrice
from alchemiser_dagster.sessions import TradingCalendar


@dataclass
class ChosenMarket:
    """Every session closes at the chosen prices, and every quote is of now."""

    clock: Clock
    prices: Mapping[str, float]

    def latest_prices(self, symbols: Sequence[str]) -> tuple[ProvisionalPrice, ...]:
        at = self.clock.now()
        return tuple(
            ProvisionalPrice(symbol=symbol, price=self.prices[symbol], observed_at=at)
            for symbol in symbols
            if symbol in self.prices
        )

    def previous_closes(self, symbols: Sequence[str]) -> Mapping[str, float]:
        return {symbol: self.prices[symbol] for symbol in symbols if symbol in self.prices}

    def daily_bars(self, symbols: Sequence[str], first: date, last: date) -> pd.DataFrame:
        rows = [
            {"symbol": symbol, "session": pd.Timestamp(session), "close": close, "source": "chosen"}
            for session in CALENDAR.between(first, last)
            for symbol, close in self.previous_closes(symbols).items()
        ]
        return typed_bars(pd.DataFrame(rows, columns=["symbol", "session", "close", "source"]))


class QuickCalendar(TradingCalendar):
    """A calendar that looks a session's close up once; a look-alike asks for each order that it lists."""

    def close_of(self, session: date) -> datetime:
        known: dict[date, datetime] = self.__dict__.setdefault("closes", {})
        if session not in known:
            known[session] = super().close_of(session)
        return known[session]
