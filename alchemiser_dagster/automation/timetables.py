"""When each thing begins in a session, and until when it still may: beside the session's open and close."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from alchemiser_dagster.risk.waiting import approval_hours
from alchemiser_dagster.sessions import NEW_YORK, TradingCalendar
from alchemiser_dagster.settings import Settings

Moment = Callable[[date], datetime]


@dataclass(frozen=True)
class Timetable:
    """One thing that happens once a session.

    Parameters
    ----------
    in_words
        What happens, such that "its run starts at 15:45" is a sentence.
    begins, ends
        The instant at which it begins in a session, and the one from which on it is too late.
    crons
        The times of the day in New York, on weekdays, at which it begins in some session, as cron strings.
    """

    calendar: TradingCalendar
    in_words: str
    begins: Moment
    ends: Moment
    crons: tuple[str, ...]

    def next_begin(self, now: datetime) -> datetime:
        """Return the first instant after now at which it begins."""
        session = self.calendar.session_at(now)
        while self.begins(session) <= now:
            session = self.calendar.following(session)
        return self.begins(session)


def trading_timetable(settings: Settings, calendar: TradingCalendar) -> Timetable:
    """Return when the trading run begins: before each close, while limits still have time."""
    lead, hours = timedelta(minutes=settings.schedule.lead_minutes), approval_hours(settings, calendar)
    return Timetable(
        calendar=calendar,
        in_words="its run starts",
        begins=lambda session: calendar.close_of(session) - lead,
        ends=hours.deadline,
        crons=_crons(calendar.closing_times(), -lead),
    )


def data_after_timetable(settings: Settings, calendar: TradingCalendar) -> Timetable:
    """Return when a session's bars are stored: after its close, on the same day."""
    after = timedelta(minutes=settings.schedule.data_after_minutes)
    return Timetable(
        calendar=calendar,
        in_words="its bars are stored",
        begins=lambda session: calendar.close_of(session) + after,
        ends=_midnight_after,
        crons=_crons(calendar.closing_times(), after),
    )


def data_before_timetable(settings: Settings, calendar: TradingCalendar) -> Timetable:
    """Return when bars that are missing are stored: before the open, or later while nothing trades."""
    before = timedelta(minutes=settings.schedule.data_before_minutes)
    return _before_the_open(settings, calendar, before, "the bars before it are stored")


def reconciliation_timetable(settings: Settings, calendar: TradingCalendar) -> Timetable:
    """Return when books and broker are compared: before the open, or later while nothing trades."""
    before = timedelta(minutes=settings.schedule.reconcile_before_minutes)
    return _before_the_open(settings, calendar, before, "its books are compared")


def housekeeping_cron(settings: Settings) -> str:
    """Return when the house is kept, as a cron string: once a week."""
    schedule = settings.schedule
    at = time.fromisoformat(schedule.housekeeping_time)
    return f"{at.minute} {at.hour} * * {(schedule.housekeeping_day.number + 1) % 7}"


def next_housekeeping(settings: Settings, now: datetime) -> datetime:
    """Return the first instant after now at which the house is kept."""
    schedule, local = settings.schedule, now.astimezone(NEW_YORK)
    at = time.fromisoformat(schedule.housekeeping_time)
    ahead = (schedule.housekeeping_day.number - local.weekday()) % 7
    coming = datetime.combine(local.date() + timedelta(days=ahead), at, tzinfo=NEW_YORK)
    later = datetime.combine(coming.date() + timedelta(days=7), at, tzinfo=NEW_YORK)
    return coming if coming > now else later


def _before_the_open(
    settings: Settings, calendar: TradingCalendar, before: timedelta, in_words: str
) -> Timetable:
    window = timedelta(minutes=settings.trading.window_minutes)
    return Timetable(
        calendar=calendar,
        in_words=in_words,
        begins=lambda session: calendar.open_of(session) - before,
        ends=lambda session: calendar.close_of(session) - window,
        crons=_crons(calendar.opening_times(), -before),
    )


def _midnight_after(session: date) -> datetime:
    return datetime.combine(session + timedelta(days=1), time(), tzinfo=NEW_YORK)


def _crons(times: Iterable[time], shift: timedelta) -> tuple[str, ...]:
    """Return the times, shifted within their day, as cron strings of weekdays."""
    any_day = date(2000, 1, 3)
    shifted = sorted({(datetime.combine(any_day, at) + shift).time() for at in times}, reverse=True)
    return tuple(f"{at.minute} {at.hour} * * 1-5" for at in shifted)
