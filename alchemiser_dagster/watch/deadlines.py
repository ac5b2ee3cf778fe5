"""How long a run may take, and how long it has in its session."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings import Settings

FOLLOW_UP = timedelta(minutes=30)
SHORTEST = timedelta(minutes=1)


def longest_ordering_run(settings: Settings) -> timedelta:
    """Return how long a run behind which orders are placed may take, whenever in the window it begins."""
    return timedelta(minutes=settings.trading.window_minutes + settings.watch.result_minutes)


def result_due(settings: Settings, calendar: TradingCalendar, session: date) -> datetime:
    """Return the instant by which the session has a result."""
    return calendar.close_of(session) + timedelta(minutes=settings.watch.result_minutes)


def time_left(settings: Settings, calendar: TradingCalendar, session: date, now: datetime) -> timedelta:
    """Return how long a run that begins now for the session may take."""
    left = result_due(settings, calendar, session) - now
    return max(SHORTEST, min(left, longest_ordering_run(settings)))
