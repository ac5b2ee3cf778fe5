"""A calendar from a file is the calendar; a file that is anything else is written anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alchemiser_dagster.cli.kept_calendar import FILE, KeptCalendar, kept_calendar
from alchemiser_dagster.errors import SessionError
from alchemiser_dagster.sessions import TradingCalendar

COMPUTED = TradingCalendar()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    empty = tmp_path_factory.mktemp("calendar") / "new"
    assert not isinstance(kept_calendar(empty), KeptCalendar)
    return empty


def test_every_session_is_as_it_was_computed(folder: Path) -> None:
    kept = kept_calendar(folder)
    assert isinstance(kept, KeptCalendar)
    assert kept.sessions == COMPUTED.sessions
    sample = COMPUTED.sessions[::7]
    assert [kept.close_of(day) for day in sample] == [COMPUTED.close_of(day) for day in sample]
    assert [kept.open_of(day) for day in sample] == [COMPUTED.open_of(day) for day in sample]
    last = COMPUTED.sessions[-1]
    assert kept.latest(COMPUTED.last) == last
    with pytest.raises(SessionError, match="is not a trading session"):
        kept.close_of(last.replace(month=7, day=4))


@pytest.mark.parametrize("change", [{"source": "another 1.0"}, {"last": "2034-12-31"}, {"sessions": [["x"]]}])
def test_a_file_of_anything_else_is_written_anew(
    folder: Path, tmp_path: Path, change: dict[str, str]
) -> None:
    good = (folder / FILE).read_text()
    (tmp_path / FILE).write_text(json.dumps({**json.loads(good), **change}))
    assert not isinstance(kept_calendar(tmp_path), KeptCalendar)
    assert (tmp_path / FILE).read_text() == good


def test_where_nothing_can_be_kept_it_is_computed(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert kept_calendar(tmp_path / "file" / "folder").sessions == COMPUTED.sessions
