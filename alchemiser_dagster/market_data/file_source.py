"""Bars from a Parquet or CSV file that a person names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from alchemiser_dagster.market_data.file_checks import checked_rows
from alchemiser_dagster.market_data.file_reading import read_rows
from alchemiser_dagster.market_data.schema import sorted_bars, typed_bars
from alchemiser_dagster.market_data.source import LatestPrice, closes_before, vantage_of

if TYPE_CHECKING:
    from alchemiser_dagster.clock import Clock
    from alchemiser_dagster.sessions import TradingCalendar


class FileBars:
    """A file of bars: `symbol, session, close`, and `open, high, low, volume` where it has them.

    Only the rows of the symbols that are asked for are read and checked. The official close of a session is
    also its provisional price: a file knows no other. A column `source` is left out; the bars carry the
    file's own path, so that bars of two files are never mixed inside one symbol.

    Parameters
    ----------
    path
        The file; its name ends in `.parquet`, `.pq` or `.csv`.
    calendar
        Every row's session must be one of its sessions.
    clock
        Seals a session once it has passed the session's close.

    Notes
    -----
    Every question raises `DataError`, naming the file and the line or the symbol and session, when the file
    is missing or can't be read, lacks a column, has a price that is no positive number, a day that is no
    session, or two bars for the same symbol and session.
    """

    def __init__(self, path: Path, calendar: TradingCalendar, clock: Clock) -> None:
        self._path = Path(path)
        self._calendar = calendar
        self._clock = clock

    @property
    def name(self) -> str:
        """Return the file's whole path."""
        return f"file:{self._path.resolve()}"

    def daily_bars(self, symbols: Sequence[str], first: date, last: date) -> pd.DataFrame:
        """Return the sealed bars of the symbols from the first day to the last, both included."""
        sealed = min(last, self._calendar.last_complete(self._clock.now()))
        return self._bars(symbols, first, sealed)

    def latest_prices(self, symbols: Sequence[str]) -> tuple[LatestPrice, ...]:
        """Return the close of the session in which the clock stands as its provisional price."""
        vantage = vantage_of(self._calendar, self._clock)
        if vantage is None:
            return ()
        bars = self._bars(symbols, vantage.session, vantage.session)
        return tuple(
            LatestPrice(symbol=symbol, price=float(close), observed_at=vantage.observed_at)
            for symbol, close in zip(bars["symbol"], bars["close"], strict=True)
        )

    def previous_closes(self, symbols: Sequence[str]) -> Mapping[str, float]:
        """Return the close of the session before the one in which the clock stands."""
        return closes_before(self, symbols, self._calendar, self._clock)

    def _bars(self, symbols: Sequence[str], first: date, last: date) -> pd.DataFrame:
        raw = read_rows(self._path, frozenset(symbols))
        rows = checked_rows(raw, self._path, self._calendar)
        asked = rows[rows["session"].between(pd.Timestamp(first), pd.Timestamp(last))]
        return sorted_bars(typed_bars(asked.assign(source=self.name)))
