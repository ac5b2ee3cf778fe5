"""How long Dagster lets a run take: its run monitoring ends one that takes longer, and marks it as failed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings import Settings
from alchemiser_dagster.watch.deadlines import time_left

MAX_RUNTIME_TAG = "dagster/max_runtime"


def runtime_tag(longest: timedelta) -> dict[str, str]:
    """Return the tag by which Dagster knows how long a run may take, in real seconds."""
    return {MAX_RUNTIME_TAG: str(int(longest.total_seconds()))}


def tag_until_due(
    settings: Settings, calendar: TradingCalendar, session: date, now: datetime
) -> dict[str, str]:
    """Return the tag of a run that begins now and has to have a result when its session's is due."""
    return runtime_tag(time_left(settings, calendar, session, now))
