"""Whether a tick of a schedule is the moment of its session: a pure decision, with its reason.

A schedule ticks at every time of the day at which some session may want it, on every weekday; after a machine
was asleep, it ticks late. The calendar, not the tick, says what is to be done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alchemiser_dagster.automation.timetables import Timetable
from alchemiser_dagster.sessions import NEW_YORK, TradingCalendar

SATURDAY = 5
TOLERANCE = timedelta(minutes=1)
"""How far the clock that trading goes by may be behind the one that ticks."""


@dataclass(frozen=True)
class Launch:
    """It is time: for this session, so much after the moment that was planned."""

    session: date
    late: timedelta


@dataclass(frozen=True)
class Skip:
    """Nothing is launched, and why."""

    reason: str


def decide(timetable: Timetable, scheduled_at: datetime, now: datetime) -> Launch | Skip:
    """Return whether the tick is the moment of its own day's session, and early enough.

    Parameters
    ----------
    scheduled_at
        The instant that the tick stands for.
    now
        The instant at which it is looked at: later, where the machine was asleep.
    """
    calendar, day = timetable.calendar, scheduled_at.astimezone(NEW_YORK).date()
    if not calendar.is_session(day):
        return Skip(no_session(calendar, day))
    begins = timetable.begins(day)
    if scheduled_at != begins:
        return Skip(f"{_closing(calendar, day)}: {timetable.in_words} at {clock_time(begins)}")
    return _in_time(timetable, day, now)


def no_session(calendar: TradingCalendar, day: date) -> str:
    """Return that the day is no session, and what it is instead."""
    if day.weekday() >= SATURDAY:
        return f"{day} is no session: a {day:%A}"
    name = calendar.holiday_name(day)
    return f"{day} is no session: {name}" if name else f"{day} is no session"


def clock_time(instant: datetime) -> str:
    """Return the time of the day in New York."""
    return f"{instant.astimezone(NEW_YORK):%H:%M}"


def _closing(calendar: TradingCalendar, session: date) -> str:
    at = clock_time(calendar.close_of(session))
    early = "early " if calendar.is_early_close(session) else ""
    return f"{session} closes {early}at {at}"


def _in_time(timetable: Timetable, session: date, now: datetime) -> Launch | Skip:
    begins, ends = timetable.begins(session), timetable.ends(session)
    planned, late = f"{session}: {timetable.in_words} at {clock_time(begins)}", now - begins
    if now.astimezone(NEW_YORK).date() > session:
        return Skip(f"{planned}; it is {_day_and_time(now)}, {_in_words(late)} late")
    if now >= ends:
        until, at = clock_time(ends), clock_time(now)
        return Skip(f"{planned}, and until {until}; it is {at}, {_in_words(late)} late")
    if late < -TOLERANCE:
        return Skip(f"{planned}; by the clock that trading goes by it is {_day_and_time(now)}")
    return Launch(session, max(late, timedelta()))


def _day_and_time(instant: datetime) -> str:
    return f"{instant.astimezone(NEW_YORK):%Y-%m-%d %H:%M} in New York"


def _in_words(late: timedelta) -> str:
    """Return a duration in its two largest units."""
    minutes = int(late.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    parts = ((days, "day"), (hours, "hour"), (minutes % 60, "minute"))
    told = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count][:2]
    return " and ".join(told) or "less than a minute"
