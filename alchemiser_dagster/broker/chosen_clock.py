"""Whose time it is, as the mode and the settings say."""

from __future__ import annotations

from datetime import timedelta

from alchemiser_dagster.clock import Clock, StandingClock
from alchemiser_dagster.errors import SessionError
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings import Settings
from alchemiser_dagster.settings.choices import BrokerClock

SIMULATED_LEAD = timedelta(minutes=15)


def chosen_clock(settings: Settings, calendar: TradingCalendar, wall_clock: Clock) -> Clock:
    """Return the real clock, or a look-alike's; in simulated mode one that stands shortly before a close.

    Raises
    ------
    SessionError
        If the session to be simulated is none, or has not come yet.
    """
    if settings.mode is Mode.SIMULATED:
        return _standing_clock(settings, calendar, wall_clock)
    address = settings.alpaca.base_url
    if settings.alpaca.clock is BrokerClock.SYSTEM or address is None:
        return wall_clock
    from alchemiser_dagster.broker.alpaca.look_alike_clock import LookAlikeClock

    return LookAlikeClock(address, settings.alpaca.timeout_seconds)


def _standing_clock(settings: Settings, calendar: TradingCalendar, wall_clock: Clock) -> Clock:
    latest = calendar.session_at(wall_clock.now())
    session = calendar.require(settings.simulation.session or latest)
    if session > latest:
        raise SessionError(
            f"the session {session} has not come yet", remedy=f"The latest session is {latest}"
        )
    return StandingClock(calendar.close_of(session) - SIMULATED_LEAD)
