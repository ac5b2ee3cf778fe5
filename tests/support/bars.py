"""Bars, files of bars and sources for tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.market_data.file_source import FileBars
from alchemiser_dagster.market_data.schema import sorted_bars, typed_bars
from alchemiser_dagster.market_data.source import BarSource, LatestPrice
from alchemiser_dagster.sessions import NEW_YORK, TradingCalendar

CALENDAR = TradingCalendar()


def after_close_of(session: date) -> StandingClock:
    """Return a clock that stands at the session's close."""
    return StandingClock(CALENDAR.close_of(session))


def clock_at(session: date, hour: int, minute: int = 0) -> StandingClock:
    """Return a clock that stands at a New York time of the session's day."""
    return StandingClock(datetime(session.year, session.month, session.day, hour, minute, tzinfo=NEW_YORK))


def long_bars(closes: Mapping[str, Mapping[date, float]], source: str = "test") -> pd.DataFrame:
    """Return bars with closes alone."""
    rows = [
        {"symbol": symbol, "session": pd.Timestamp(session), "close": close, "source": source}
        for symbol, by_session in closes.items()
        for session, close in by_session.items()
    ]
    return sorted_bars(typed_bars(pd.DataFrame(rows, columns=["symbol", "session", "close", "source"])))


def walk(sessions: Iterable[date], start: float = 100.0, step: float = 0.01) -> dict[date, float]:
    """Return closes that grow by the same fraction from session to session."""
    return {session: start * (1 + step) ** number for number, session in enumerate(sessions)}


def write_csv(path: Path, closes: Mapping[str, Mapping[date, float]]) -> Path:
    """Write a file of bars with closes alone, and return its path."""
    lines = [
        f"{symbol},{session},{close!r}"
        for symbol, by_session in closes.items()
        for session, close in by_session.items()
    ]
    path.write_text("\n".join(["symbol,session,close", *lines]) + "\n", encoding="utf-8")
    return path


def csv_source(path: Path, closes: Mapping[str, Mapping[date, float]], sealed: date) -> FileBars:
    """Return a file source over closes, read after the close of a session."""
    return FileBars(write_csv(path, closes), CALENDAR, after_close_of(sealed))


@dataclass
class AskedSource:
    """A source that remembers what it was asked."""

    inner: BarSource
    asked: list[tuple[tuple[str, ...], date, date]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.inner.name

    def daily_bars(self, symbols: Sequence[str], first: date, last: date) -> pd.DataFrame:
        self.asked.append((tuple(symbols), first, last))
        return self.inner.daily_bars(symbols, first, last)

    def latest_prices(self, symbols: Sequence[str]) -> tuple[LatestPrice, ...]:
        return self.inner.latest_prices(symbols)
