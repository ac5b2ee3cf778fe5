"""Signs of life: kept in files, read by anybody, harmless where they can't be kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from alchemiser_dagster.watch.heartbeats import (
    TRADING_SCHEDULE,
    Beat,
    beat,
    last_beat,
    note_switch,
    trading_is_on,
)

NOW = datetime(2024, 11, 27, 20, 45, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_the_last_sign_of_life_is_the_one_that_counts(tmp_path: Path) -> None:
    folder = tmp_path / "signs"
    assert last_beat(folder, "part") is None
    beat(folder, "part", NOW)
    beat(folder, "part", NOW + MINUTE, NOW + 2 * MINUTE)
    assert last_beat(folder, "part") == Beat(at=NOW + MINUTE, next_expected=NOW + 2 * MINUTE)
    assert last_beat(folder, "other") is None


def test_a_sign_that_cannot_be_kept_or_read_disturbs_nobody(tmp_path: Path) -> None:
    #
    (tmp_path / "file").write_text("no folder")
    beat(tmp_path / "file", "part", NOW)
    note_switch(tmp_path / "file", NOW, is_on=True)
    (tmp_path / "part.json").write_text("{half")
    (tmp_path / "switch.json").write_bytes(b"\xff\xfe")
    assert last_beat(tmp_path, "part") is None
    assert trading_is_on(tmp_path) is None


def test_the_switch_keeps_since_when_it_stands(tmp_path: Path) -> None:
    note_switch(tmp_path, NOW, is_on=True)
    note_switch(tmp_path, NOW + MINUTE, is_on=True)
    switch = trading_is_on(tmp_path)
    assert switch is not None
    assert (switch.is_on, switch.at) == (True, NOW)
    note_switch(tmp_path, NOW + 2 * MINUTE, is_on=False)
    switch = trading_is_on(tmp_path)
    assert switch is not None
    assert (switch.is_on, switch.at) == (False, NOW + 2 * MINUTE)


def test_a_schedule_that_looks_is_on_by_whatever_hand(tmp_path: Path) -> None:
    beat(tmp_path, TRADING_SCHEDULE, NOW)
    switch = trading_is_on(tmp_path)
    assert switch is not None
    assert switch.is_on
    note_switch(tmp_path, NOW + MINUTE, is_on=False)
    switch = trading_is_on(tmp_path)
    assert switch is not None
    assert not switch.is_on
    beat(tmp_path, TRADING_SCHEDULE, NOW + 2 * MINUTE)
    switch = trading_is_on(tmp_path)
    assert switch is not None
    assert switch.is_on
    note_switch(tmp_path, NOW + 3 * MINUTE, is_on=False)
    switch = trading_is_on(tmp_path)
    assert switch is not None
    assert not switch.is_on
