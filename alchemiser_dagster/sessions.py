"""The trading calendar of the New York Stock Exchange: sessions, closes, early closes.

A session is named by its New York date. Instants are UTC. Source: exchange_calendars, XNYS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from alchemiser_dagster.errors import SessionError

if TYPE_CHECKING:
    import pandas as pd
    from exchange_calendars import ExchangeCalendar

NEW_YORK = ZoneInfo("America/New_York")
REGULAR_CLOSE = time(16, 0)

Period = Literal["daily", "weekly", "monthly", "quarterly", "yearly"]


@dataclass(frozen=True)
class TradingCalendar:
    """Sessions of XNYS between two dates.

    Parameters
    ----------
    first, last
        The dates between which the calendar answers; outside them it raises `SessionError`.
    """

    first: date = date(1990, 1, 1)
    last: date = date(2035, 12, 31)

    @property
    def _calendar(self) -> ExchangeCalendar:
        return _exchange_calendar(self.first, self.last)

    @property
    def _ordinal(self) -> Mapping[date, int]:
        return _numbered_sessions(self.first, self.last)

    @property
    def index(self) -> pd.DatetimeIndex:
        """All sessions as midnight timestamps without a time zone."""
        sessions: pd.DatetimeIndex = self._calendar.sessions
        return sessions

    @property
    def sessions(self) -> tuple[date, ...]:
        """All sessions, in order."""
        return _sessions(self.first, self.last)

    def is_session(self, day: date) -> bool:
        """Return whether the exchange trades on the day."""
        return day in self._ordinal

    def require(self, day: date) -> date:
        """Return the day if it is a session; raise `SessionError` with the nearest one otherwise."""
        if not self.is_session(day):
            raise SessionError(
                f"{day:%A} {day} is not a trading session",
                remedy=f"The session before it is {self.latest(day)}",
            )
        return day

    def latest(self, day: date) -> date:
        """Return the last session on or before the day."""
        for back in range(15):
            candidate = day - timedelta(days=back)
            if candidate in self._ordinal:
                return candidate
        raise SessionError(
            f"the calendar knows no session near {day}",
            remedy=f"Choose a session from {self.first} to {self.last}",
        )

    def previous(self, session: date) -> date:
        """Return the session before."""
        return self.sessions[self._ordinal[self.require(session)] - 1]

    def following(self, session: date) -> date:
        """Return the session after."""
        return self.sessions[self._ordinal[self.require(session)] + 1]

    def between(self, first: date, last: date) -> tuple[date, ...]:
        """Return the sessions from the first day to the last, both included."""
        return tuple(session for session in self.sessions if first <= session <= last)

    def close_of(self, session: date) -> datetime:
        """Return the instant of the session's close."""
        close: datetime = self._calendar.session_close(self.require(session).isoformat()).to_pydatetime()
        return close.astimezone(UTC)

    def open_of(self, session: date) -> datetime:
        """Return the instant of the session's open."""
        opening: datetime = self._calendar.session_open(self.require(session).isoformat()).to_pydatetime()
        return opening.astimezone(UTC)

    def hours(self) -> tuple[tuple[date, datetime, datetime], ...]:
        """Return every session with the instants of its open and its close, in order."""
        opens, closes = (
            (stamp.to_pydatetime().astimezone(UTC) for stamp in stamps)
            for stamps in (self._calendar.opens, self._calendar.closes)
        )
        return tuple(zip(self.sessions, opens, closes, strict=True))

    def is_early_close(self, session: date) -> bool:
        """Return whether the session closes before 16:00 New York."""
        return self.close_of(session).astimezone(NEW_YORK).time() < REGULAR_CLOSE

    def closing_times(self) -> tuple[time, ...]:
        """Return every time of the day, in New York, at which some session closes, in order."""
        closes = self._calendar.closes.dt.tz_convert(NEW_YORK)
        return tuple(sorted(set(closes.dt.time)))

    def opening_times(self) -> tuple[time, ...]:
        """Return every time of the day, in New York, at which some session opens, in order."""
        opens = self._calendar.opens.dt.tz_convert(NEW_YORK)
        return tuple(sorted(set(opens.dt.time)))

    def holiday_name(self, day: date) -> str | None:
        """Return the name of the holiday; None on other days, and on one for which there is no rule."""
        named = self._calendar.regular_holidays.holidays(day.isoformat(), day.isoformat(), return_name=True)
        return str(named.iloc[0]) if len(named) else None

    def session_at(self, instant: datetime) -> date:
        """Return the latest session that had begun, by New York date, at the instant."""
        return self.latest(instant.astimezone(NEW_YORK).date())

    def last_complete(self, instant: datetime) -> date:
        """Return the latest session whose close lies at or before the instant (R-33)."""
        session = self.session_at(instant)
        return session if self.close_of(session) <= instant else self.previous(session)

    def begins_period(self, session: date, period: Period) -> bool:
        """Return whether the session is the first one of its day, week, month, quarter or year."""
        return _period_of(self.require(session), period) != _period_of(self.previous(session), period)

    def weekday_holidays(self, first: date, last: date) -> tuple[date, ...]:
        """Return the weekdays between two dates, both included, on which the exchange is closed."""
        days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
        return tuple(day for day in days if day.weekday() < 5 and day not in self._ordinal)  # noqa: PLR2004


@lru_cache(maxsize=8)
def _exchange_calendar(first: date, last: date) -> ExchangeCalendar:
    """Return the calendar, computed once a process: it takes a fifth of a second and never changes."""
    from exchange_calendars.exchange_calendar_xnys import XNYSExchangeCalendar

    return XNYSExchangeCalendar(start=first.isoformat(), end=last.isoformat())


@lru_cache(maxsize=8)
def _sessions(first: date, last: date) -> tuple[date, ...]:
    return tuple(_exchange_calendar(first, last).sessions.date)


@lru_cache(maxsize=8)
def _numbered_sessions(first: date, last: date) -> Mapping[date, int]:
    return MappingProxyType({session: number for number, session in enumerate(_sessions(first, last))})


def _period_of(day: date, period: Period) -> tuple[int, ...]:
    match period:
        case "daily":
            return (day.toordinal(),)
        case "weekly":
            return day.isocalendar()[:2]
        case "monthly":
            return (day.year, day.month)
        case "quarterly":
            return (day.year, (day.month - 1) // 3)
        case "yearly":
            return (day.year,)
