"""Trading sessions as Dagster partitions."""

from __future__ import annotations

from datetime import date, datetime

import dagster as dg

from alchemiser_dagster.sessions import NEW_YORK, TradingCalendar

KEY_FORMAT = "%Y-%m-%d"


def session_partitions(calendar: TradingCalendar, first: date) -> dg.TimeWindowPartitionsDefinition:
    """Return one partition a session, from the first one on or after the date.

    Weekdays less the exchange's holidays. A session's key exists from midnight New York of its own day, which
    Dagster counts as unfinished, hence the offset. On a holiday the newest key is therefore the next session:
    what may be traded is decided by the calendar and the clock, never by the key.
    """
    holidays = calendar.weekday_holidays(first, calendar.last)
    return dg.TimeWindowPartitionsDefinition(
        start=datetime(first.year, first.month, first.day, tzinfo=NEW_YORK),
        timezone=str(NEW_YORK),
        cron_schedule="0 0 * * 1-5",
        fmt=KEY_FORMAT,
        end_offset=1,
        exclusions=[datetime(day.year, day.month, day.day, tzinfo=NEW_YORK) for day in holidays],
    )
