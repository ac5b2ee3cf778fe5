"""When things happen by themselves, once their schedules are on; and for how long what is kept is kept."""

from __future__ import annotations

from datetime import time
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from alchemiser_dagster.settings.section import Section


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """Its number, as `date.weekday` counts: Monday is 0."""
        return list(Weekday).index(self)


def _require_time(text: str) -> str:
    try:
        written = time.fromisoformat(text)
    except ValueError as error:
        raise ValueError("must be a time of the day, such as 09:00") from error
    if f"{written:%H:%M}" != text:
        raise ValueError("must be a time of the day, such as 09:00")
    return text


class ScheduleSettings(Section):
    """When runs begin, beside the open and the close of each session, and when the house is kept."""

    lead_minutes: int = Field(
        default=15,
        ge=1,
        le=390,
        description="Minutes before the close at which the trading run begins: 1 to 390, within "
        "trading.window_minutes and before trading.deadline_seconds. Default: 15",
    )
    data_after_minutes: int = Field(
        default=30,
        ge=16,
        le=420,
        description="Minutes after the close at which the session's bars are stored: 16 to 420. Default: 30",
    )
    data_before_minutes: int = Field(
        default=90,
        ge=1,
        le=480,
        description="Minutes before the open at which bars that are missing are stored: 1 to 480. "
        "Default: 90",
    )
    reconcile_before_minutes: int = Field(
        default=45,
        ge=1,
        le=480,
        description="Minutes before the open at which books and broker are compared: 1 to 480. Default: 45",
    )
    housekeeping_day: Weekday = Field(
        default=Weekday.SATURDAY,
        description="Day of the week on which the house is kept: monday to sunday. Default: saturday",
    )
    housekeeping_time: Annotated[str, AfterValidator(_require_time)] = Field(
        default="09:00",
        description="Time in New York at which the house is kept, such as 09:00. Default: 09:00",
    )
    keep_backups_days: int = Field(
        default=90,
        ge=7,
        le=36500,
        description="Days for which backups of the ledger are kept: 7 to 36500. The newest always is. "
        "Default: 90",
    )
    keep_logs_days: int = Field(
        default=90,
        ge=7,
        le=36500,
        description="Days for which log files are kept: 7 to 36500. Default: 90",
    )
    keep_requests_days: int = Field(
        default=400,
        ge=7,
        le=36500,
        description="Days for which a session's requests and answers are kept: 7 to 36500. Default: 400",
    )
    keep_reports_days: int = Field(
        default=2000,
        ge=7,
        le=36500,
        description="Days for which a session's report is kept: 7 to 36500. Default: 2000",
    )
