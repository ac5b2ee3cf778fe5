"""When the watch calls out: what is late, what is silent, what runs out."""

from __future__ import annotations

from pydantic import Field

from alchemiser_dagster.settings.section import Section


class WatchSettings(Section):
    """The dead man's watch."""

    result_minutes: int = Field(
        default=5,
        ge=1,
        le=120,
        description="Minutes after the close by which a session has a result, or the watch calls out; "
        "trading runs are ended then: 1 to 120. Default: 5",
    )
    silent_minutes: int = Field(
        default=5,
        ge=2,
        le=120,
        description="Minutes without a sign of life, on the day of a session, after which the daemon or a "
        "schedule counts as stopped: 2 to 120. Default: 5",
    )
    least_free_megabytes: int = Field(
        default=500,
        ge=0,
        le=1_000_000,
        description="Free space on the disk of data_dir, in megabytes, below which the watch calls out: 0 to "
        "1000000. Default: 500",
    )
    calendar_days: int = Field(
        default=60,
        ge=1,
        le=366,
        description="Days before the end of the built-in trading calendar from which the watch calls out: 1 "
        "to 366. Default: 60",
    )
