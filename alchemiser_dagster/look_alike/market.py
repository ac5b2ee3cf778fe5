"""What the look-alike asks of a market, and what it makes of the answers outside of a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from alchemiser_dagster.broker.protocol import PriceFeed
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.records.market import ProvisionalPrice
from alchemiser_dagster.sessions import TradingCalendar

if TYPE_CHECKING:
    import pandas as pd


class Market(PriceFeed, Protocol):
    """Prices of the session, and the sealed bars before it."""

    def daily_bars(self, symbols: Sequence[str], first: date, last: date) -> pd.DataFrame:
        """Return the sealed bars of the symbols from the first day to the last, both included."""
        ...


@dataclass(frozen=True)
class StandingPrices:
    """A market's prices that never go away: before a session opens, the last close stands."""

    market: PriceFeed
    calendar: TradingCalendar
    clock: Clock

    def latest_prices(self, symbols: Sequence[str]) -> tuple[ProvisionalPrice, ...]:
        """Return the latest price of each symbol; before the session's first, the close of the one before."""
        latest = self.market.latest_prices(symbols)
        priced = {price.symbol for price in latest}
        missing = sorted(set(symbols) - priced)
        return (*latest, *self._closes(missing)) if missing else latest

    def previous_closes(self, symbols: Sequence[str]) -> Mapping[str, float]:
        """Return the close of the session before the one that trades, of each symbol that has one."""
        return self.market.previous_closes(symbols)

    def _closes(self, symbols: Sequence[str]) -> tuple[ProvisionalPrice, ...]:
        session = self.calendar.session_at(self.clock.now())
        if self.clock.now() >= self.calendar.open_of(session):
            return ()
        observed_at = self.calendar.close_of(self.calendar.previous(session))
        return tuple(
            ProvisionalPrice(symbol=symbol, price=close, observed_at=observed_at)
            for symbol, close in self.market.previous_closes(symbols).items()
        )
