"""The switch of what happens by itself: this folder's Dagster alone, what comes next, who keeps time."""

from __future__ import annotations

from pathlib import Path

import pytest
import time_machine
from support.command import alchemiser, working_folder

from alchemiser_dagster.automation.schedules import SCHEDULES
from alchemiser_dagster.automation.switchboard import MODULE, location_of
from alchemiser_dagster.watch.heartbeats import FOLDER, trading_is_on


def switches(lines: list[str]) -> dict[str, str]:
    """Return the switch of each schedule that the table shows."""
    rows = (line.split() for line in lines if line.split()[0] in SCHEDULES)
    return {row[0]: row[1] for row in rows}


def test_schedules_are_switched_on_and_off_and_both_is_shown_and_noted() -> None:
    with working_folder() as folder:
        on = alchemiser(folder, "schedule", "on")
        assert (on.exit_code, on.err) == (0, "")
        assert switches(on.lines) == dict.fromkeys(SCHEDULES, "on")
        noted = trading_is_on(folder / ".alchemiser" / FOLDER)
        assert noted is not None
        assert noted.is_on
        assert any(line.startswith("No daemon makes schedules tick: none was seen.") for line in on.lines)
        assert f"dagster dev -m {MODULE}" in on.out.replace("\n", " ")
        off = alchemiser(folder, "schedule", "off")
        assert switches(off.lines) == dict.fromkeys(SCHEDULES, "off")
        noted = trading_is_on(folder / ".alchemiser" / FOLDER)
        assert noted is not None
        assert not noted.is_on
        assert {found.name for found in folder.iterdir()} == {".alchemiser"}


def test_the_next_moments_are_those_of_the_calendar() -> None:
    with working_folder() as folder, time_machine.travel("2025-11-27T12:00:00+00:00"):
        shown = alchemiser(folder, "schedule", "status")
    rows = {
        line.split()[0]: " ".join(line.split()[2:5]) for line in shown.lines if line.split()[0] in SCHEDULES
    }
    assert rows["trading_schedule"] == "Fri 2025-11-28 12:45"
    assert rows["data_after_close_schedule"] == "Fri 2025-11-28 13:30"
    assert rows["housekeeping_schedule"] == "Sat 2025-11-29 09:00"
    assert switches(shown.lines) == dict.fromkeys(SCHEDULES, "off")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("workspace.yaml", "load_from: []", ()),
        ("pyproject.toml", "[tool.dagster]\nmodule_name = 'x'\n", ()),
        ("pyproject.toml", "[tool.other]\n", ("-m", MODULE)),
        ("pyproject.toml", "no toml", ("-m", MODULE)),
        ("other.toml", "", ("-m", MODULE)),
    ],
)
def test_dagster_knows_the_schedules_by_the_name_that_its_daemon_uses(
    tmp_path: Path, name: str, text: str, words: tuple[str, ...]
) -> None:
    (tmp_path / name).write_text(text)
    assert location_of(tmp_path) == words
