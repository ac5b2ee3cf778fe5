"""The simulated market: a bar source for any symbol, with no account, no key and no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.market_data.schema import BAR_COLUMNS, NUMBER_COLUMNS, empty_bars, typed_bars
from alchemiser_dagster.market_data.simulated.draws import SESSIONS_DRAWN
from alchemiser_dagster.market_data.simulated.factors import Factors, draw_factors
from alchemiser_dagster.market_data.simulated.paths import draw_path
from alchemiser_dagster.market_data.source import LatestPrice, closes_before, vantage_of

if TYPE_CHECKING:
    from alchemiser_dagster.clock import Clock
    from alchemiser_dagster.sessions import TradingCalendar

EPOCH = date(1990, 1, 2)


class SimulatedMarket:
    """A market in which every symbol has traded since 1990-01-02, the same for the same seed.

    A bar depends on the seed, the symbol and the number of the session since the epoch, and on nothing else:
    extending the future, or asking for another range or other symbols, changes no bit of it. The last
    minutes of a session don't move: the provisional price of a session is its close.

    Parameters
    ----------
    seed
        Chooses the world, >= 0.
    calendar
        The sessions; it must begin on or before 1990-01-02.
    clock
        Seals a session once it has passed the session's close.
    """

    def __init__(self, seed: int, calendar: TradingCalendar, clock: Clock) -> None:
        self._seed = seed
        self._calendar = calendar
        self._clock = clock

    @property
    def name(self) -> str:
        """Return the name that bars of this seed carry."""
        return f"simulated:{self._seed}"

    @cached_property
    def _factors(self) -> Factors:
        return draw_factors(self._seed)

    @cached_property
    def _sessions(self) -> pd.DatetimeIndex:
        sessions = self._calendar.index[self._calendar.index >= pd.Timestamp(EPOCH)]
        if not self._calendar.is_session(EPOCH) or len(sessions) > SESSIONS_DRAWN:
            raise DataError(
                "the simulated market needs a calendar that begins at its first session",
                where=f"calendar {self._calendar.first} to {self._calendar.last}",
                remedy=f"Let it begin on or before {EPOCH} and span at most {SESSIONS_DRAWN} sessions",
            )
        return sessions

    def daily_bars(self, symbols: Sequence[str], first: date, last: date) -> pd.DataFrame:
        """Return the sealed bars of the symbols from the first day to the last, both included."""
        sealed = min(last, self._calendar.last_complete(self._clock.now()))
        start = int(self._sessions.searchsorted(pd.Timestamp(first), side="left"))
        stop = int(self._sessions.searchsorted(pd.Timestamp(sealed), side="right"))
        if start >= stop or not symbols:
            return empty_bars()
        return self._bars(sorted(set(symbols)), slice(start, stop))

    def latest_prices(self, symbols: Sequence[str]) -> tuple[LatestPrice, ...]:
        """Return the close of the session in which the clock stands as its provisional price."""
        vantage = vantage_of(self._calendar, self._clock)
        if vantage is None:
            return ()
        number = int(self._sessions.searchsorted(pd.Timestamp(vantage.session)))
        window = slice(number, number + 1)
        return tuple(
            LatestPrice(
                symbol=symbol,
                price=float(draw_path(symbol, self._seed, self._factors, window).close[0]),
                observed_at=vantage.observed_at,
            )
            for symbol in sorted(set(symbols))
        )

    def previous_closes(self, symbols: Sequence[str]) -> Mapping[str, float]:
        """Return the close of the session before the one in which the clock stands."""
        return closes_before(self, symbols, self._calendar, self._clock)

    def _bars(self, symbols: list[str], window: slice) -> pd.DataFrame:
        paths = [draw_path(symbol, self._seed, self._factors, window) for symbol in symbols]
        sessions = self._sessions[window]
        columns: dict[str, object] = {
            column: np.concatenate([getattr(path, column) for path in paths]) for column in NUMBER_COLUMNS
        }
        columns["symbol"] = np.repeat(np.array(symbols, dtype=object), len(sessions))
        columns["session"] = np.tile(sessions.to_numpy(), len(symbols))
        columns["source"] = self.name
        return typed_bars(pd.DataFrame(columns, columns=list(BAR_COLUMNS)))
