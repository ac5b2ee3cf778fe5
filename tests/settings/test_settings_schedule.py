"""When the scheduled run begins must lie where orders may be sent and before their time is over."""

from __future__ import annotations

from pathlib import Path

import pytest
from settings.settings_builders import message_of, write_project

from alchemiser_dagster.settings import load_settings
from alchemiser_dagster.settings.schedule import Weekday


@pytest.mark.parametrize(
    ("toml", "line", "said"),
    [
        (
            "[schedule]\nlead_minutes = 31",
            2,
            (
                "schedule.lead_minutes is 31, and orders may only be sent from 30 minutes before "
                "the close on. Set "
                "schedule.lead_minutes to at most 30, or trading.window_minutes to at least 31"
            ),
        ),
        (
            "[trading]\nwindow_minutes = 10",
            2,
            (
                "schedule.lead_minutes is 15, and orders may only be sent from 10 minutes before "
                "the close on. Set "
                "schedule.lead_minutes to at most 10, or trading.window_minutes to at least 15"
            ),
        ),
        (
            "[schedule]\nlead_minutes = 2",
            2,
            (
                "schedule.lead_minutes is 2, and trading.deadline_seconds is 120: a scheduled "
                "run would begin when "
                "its time is over. Set schedule.lead_minutes above 2, or trading.deadline_seconds below 120"
            ),
        ),
        (
            "[schedule]\nhousekeeping_time = '9 pm'",
            2,
            (
                "schedule.housekeeping_time is '9 pm'; it must be a time of the day, such as "
                "09:00. Time in New York "
                "at which the house is kept, such as 09:00. Default: 09:00"
            ),
        ),
    ],
)
def test_a_lead_outside_of_the_window_is_refused(tmp_path: Path, toml: str, line: int, said: str) -> None:
    #
    message = message_of(write_project(tmp_path, f"{toml}\n"))
    assert message == f"PROJECT/alchemiser.toml:{line}: {said}"


@pytest.mark.parametrize("toml", ["lead_minutes = 30", "lead_minutes = 3"])
def test_a_lead_at_the_edges_is_taken(tmp_path: Path, toml: str) -> None:
    load_settings(write_project(tmp_path, f"[schedule]\n{toml}\n"), environment={})


def test_a_day_of_the_week_counts_as_dates_count_it() -> None:
    assert [day.number for day in Weekday] == list(range(7))
