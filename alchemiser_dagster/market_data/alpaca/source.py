"""Alpaca as a source of bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from alchemiser_dagster.market_data.alpaca.data_plan import BARS_REMEDY, PRICES_REMEDY, plan_refusals
from alchemiser_dagster.market_data.alpaca.data_reader import DataReader
from alchemiser_dagster.market_data.alpaca.pages import ROWS_PER_PAGE, most_pages, read_rows
from alchemiser_dagster.market_data.alpaca.rows import RowReader
from alchemiser_dagster.market_data.alpaca.snapshots import price_in, read_snapshots
from alchemiser_dagster.market_data.alpaca.wire_names import groups_of, wire_names
from alchemiser_dagster.market_data.alpaca.wire_times import midnight_of, written
from alchemiser_dagster.market_data.schema import empty_bars, sorted_bars
from alchemiser_dagster.market_data.source import ALPACA, LatestPrice, closes_before, vantage_of
from alchemiser_dagster.settings.choices import DataFeed

if TYPE_CHECKING:
    from alchemiser_dagster.clock import Clock
    from alchemiser_dagster.sessions import TradingCalendar

ADJUSTMENT = "all"
DELAY = timedelta(minutes=16)
"""What a free data plan must leave out of SIP data is the last 15 minutes; one more for unequal clocks."""


@dataclass(frozen=True)
class AlpacaBars:
    """Daily bars and latest prices from Alpaca's market data.

    Bars are adjusted for splits and dividends, and a renamed symbol has its history under the name of today.

    Parameters
    ----------
    data
        The connection to Alpaca's data.
    feed
        Whose bars: all exchanges' or IEX's. Bars of different feeds are never mixed inside one symbol.
    quote_feed
        Whose trades are the latest prices.
    calendar
        Every bar's session must be one of its sessions.
    clock
        Seals a session once it has passed the session's close.

    Notes
    -----
    Every question raises `BrokerError` where Alpaca doesn't answer, and `DataError` where the answer is
    malformed or the account's data plan doesn't permit the question.
    """

    data: DataReader
    feed: DataFeed
    quote_feed: DataFeed
    calendar: TradingCalendar
    clock: Clock

    @property
    def name(self) -> str:
        """The feed and the adjustment, as in `alpaca:sip:all`."""
        return f"{ALPACA}{self.feed}:{ADJUSTMENT}"

    def daily_bars(self, symbols: Sequence[str], first: date, last: date) -> pd.DataFrame:
        """Return the sealed bars of the symbols from the first day to the last, both included."""
        sealed = min(last, self.calendar.last_complete(self.clock.now()))
        asked = self.calendar.between(first, sealed)
        if not asked or not symbols:
            return empty_bars()
        answers = [self._bars(names, asked) for names in groups_of(wire_names(symbols))]
        return sorted_bars(pd.concat(answers, ignore_index=True))

    def latest_prices(self, symbols: Sequence[str]) -> tuple[LatestPrice, ...]:
        """Return the last trades of the session in which the clock stands; after its close, its close."""
        vantage = vantage_of(self.calendar, self.clock)
        if vantage is None:
            return ()
        with plan_refusals(f"Alpaca's feed {self.quote_feed}", PRICES_REMEDY):
            snapshots = list(read_snapshots(self.data, wire_names(symbols), self.quote_feed))
        found = [(symbol, price_in(snapshot, vantage, self.calendar)) for symbol, snapshot in snapshots]
        return tuple(
            LatestPrice(symbol=symbol, price=price.price, observed_at=price.at)
            for symbol, price in found
            if price is not None
        )

    def previous_closes(self, symbols: Sequence[str]) -> Mapping[str, float]:
        """Return the close of the session before the one in which the clock stands, adjusted as of today."""
        return closes_before(self, symbols, self.calendar, self.clock)

    def _bars(self, names: Mapping[str, str], asked: Sequence[date]) -> pd.DataFrame:
        question = {
            "symbols": ",".join(names),
            "timeframe": "1Day",
            "adjustment": ADJUSTMENT,
            "feed": self.feed.value,
            "start": written(midnight_of(asked[0])),
            "end": written(self._end(asked[-1])),
            "limit": str(ROWS_PER_PAGE),
        }
        with plan_refusals(f"Alpaca's feed {self.feed}", BARS_REMEDY):
            rows = read_rows(self.data, question, most_pages(len(names), len(asked)))
        bars = RowReader(self.name, self.calendar).frame(rows, names)
        return bars[bars["session"].between(pd.Timestamp(asked[0]), pd.Timestamp(asked[-1]))]

    def _end(self, sealed: date) -> datetime:
        """Return the end of the session's day, or as much of it as every data plan permits.

        Shortly after a close no plan but a paid one permits its bar, and the end is now: one before the close
        could cut the closing auction off.
        """
        now = self.clock.now()
        free = now - DELAY if now - DELAY >= self.calendar.close_of(sealed) else now
        return min(midnight_of(sealed + timedelta(days=1)) - timedelta(seconds=1), free)
