"""What a source of daily bars can be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from alchemiser_dagster.errors import DataError, DataUnavailableError
from alchemiser_dagster.records.market import ProvisionalPrice

if TYPE_CHECKING:
    import pandas as pd

    from alchemiser_dagster.clock import Clock
    from alchemiser_dagster.sessions import TradingCalendar


ALPACA = "alpaca:"
"""How the names of Alpaca's sources begin."""

LatestPrice = ProvisionalPrice
"""The newest price of one symbol: dollars, and the instant for which it stands."""


class BarSource(Protocol):
    """Where bars come from.

    `name` is stored in the column `source` of every bar: two sources that may disagree have two names.
    """

    @property
    def name(self) -> str:
        """Return what tells this source from any other."""
        ...

    def daily_bars(self, symbols: Sequence[str], first: date, last: date) -> pd.DataFrame:
        """Return the sealed bars of the symbols from the first day to the last, both included.

        A session whose close lies after the clock's instant is never in it (R-33), and a symbol without bars
        is simply absent. Columns are `BAR_COLUMNS`; rows are sorted by symbol and session.
        """
        ...

    def latest_prices(self, symbols: Sequence[str]) -> tuple[LatestPrice, ...]:
        """Return the provisional prices of the session in which the clock stands.

        A symbol without a price in that session is absent; before the session's open, all are. After the
        close the price is the close, observed at the close.
        """
        ...

    def previous_closes(self, symbols: Sequence[str]) -> Mapping[str, float]:
        """Return the close of the session before the one in which the clock stands, in dollars.

        A symbol without a bar of that session is absent.
        """
        ...


@dataclass(frozen=True, slots=True)
class Vantage:
    """The session that has begun at an instant, and the moment for which its price stands."""

    session: date
    observed_at: datetime


def vantage_of(calendar: TradingCalendar, clock: Clock) -> Vantage | None:
    """Return the session in which the clock stands, or None before that session's open."""
    now = clock.now()
    session = calendar.session_at(now)
    if now < calendar.open_of(session):
        return None
    return Vantage(session, min(now, calendar.close_of(session)))


def closes_before(
    source: BarSource, symbols: Sequence[str], calendar: TradingCalendar, clock: Clock
) -> Mapping[str, float]:
    """Return the source's closes of the session before the one in which the clock stands, by symbol."""
    before = calendar.previous(calendar.session_at(clock.now()))
    bars = source.daily_bars(symbols, before, before)
    return dict(zip(bars["symbol"], bars["close"], strict=True))


def no_price(source: BarSource, session: date, symbols: Sequence[str]) -> DataError:
    """Return the error that symbols have no price of the running session, to be raised."""
    remedy = "Choose a session that the source has, or take the strategy that needs the symbol out"
    kind = DataError
    if source.name.startswith(ALPACA):
        remedy = (
            "Run while the exchange trades; set market_data.quote_feed to sip if it seldom trades on IEX, "
            "or take the strategy that needs it out"
        )
        kind = DataUnavailableError
    what = f"no price of session {session} for {', '.join(symbols)}"
    return kind(what, where=f"bar source {source.name}", remedy=remedy)
