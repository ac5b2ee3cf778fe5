"""The house is kept with a real ledger and real tables, and nothing that a record names is lost."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from support.command import alchemiser
from support.days import Day

from alchemiser_dagster.cli.log_file import LOG_FILE
from alchemiser_dagster.errors import StorageError
from alchemiser_dagster.housekeeping.backup import back_up
from alchemiser_dagster.housekeeping.house import NO_BACKUP, House, KeptHouse, keep_house
from alchemiser_dagster.housekeeping.old_files import LOG, Shelf, clear, set_log_aside
from alchemiser_dagster.ledger.bar_versions import bar_versions
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.journal import Journal, JournalHead
from alchemiser_dagster.market_data.bar_table import BarTable
from alchemiser_dagster.market_data.upkeep import MOST_FILES, Upkeep, tidy_table
from alchemiser_dagster.settings.schedule import ScheduleSettings

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """A day that was traded once, with two more commits to its bars since."""
    day = Day.in_folder(tmp_path_factory.mktemp("traded"))
    assert day.run().success
    return day


def bars(day: pd.Timestamp, close: float) -> pd.DataFrame:
    price = [close, close]
    return pd.DataFrame(
        {
            "symbol": ["AAA", "BBB"],
            "session": pd.to_datetime([day] * 2),
            **dict.fromkeys(("open", "high", "low", "close"), price),
            "volume": [1.0, 1.0],
            "source": ["test", "test"],
        }
    )


def closes(table: BarTable, version: int) -> pd.DataFrame:
    return table.closes(["AAA", "BBB"], date(2024, 1, 1), date(2024, 12, 31), version)


@pytest.fixture
def busy_table(tmp_path: Path) -> BarTable:
    """A table of twelve sessions, each its own commit, the first three of which were restated."""
    table = BarTable(str(tmp_path / "market_data"))
    days = pd.bdate_range("2024-01-02", periods=12)
    for number, day in enumerate(days):
        table.write(bars(day, 10.0 + number))
    for number, day in enumerate(days[:3]):
        table.write(bars(day, 20.0 + number))
    return table


def test_a_version_that_is_named_reads_as_ever_after_files_were_joined_and_deleted(
    busy_table: BarTable,
) -> None:
    #
    named = [3, 8, 14]
    before = {version: closes(busy_table, version) for version in named}
    newest = closes(busy_table, busy_table.version() or 0)
    done = tidy_table(busy_table, named, grace_hours=0)
    assert done.joined == ("2024",)
    assert done.deleted > 0
    assert done.kept_versions == 3
    for version in named:
        pd.testing.assert_frame_equal(closes(busy_table, version), before[version])
    pd.testing.assert_frame_equal(closes(busy_table, busy_table.version() or 0), newest)


def test_a_version_that_nobody_names_makes_room(busy_table: BarTable) -> None:
    tidy_table(busy_table, [3], grace_hours=0)
    with pytest.raises(StorageError):
        closes(busy_table, 10)


def test_within_a_week_nothing_is_deleted_for_a_record_may_be_on_its_way(busy_table: BarTable) -> None:
    #
    done = tidy_table(busy_table, [])
    assert done.deleted == 0
    assert len(closes(busy_table, 10)) == 10


def test_few_files_are_left_as_they_are(tmp_path: Path) -> None:
    table = BarTable(str(tmp_path))
    assert tidy_table(table, [1]) == Upkeep((), 0, 0)
    for number, day in enumerate(pd.bdate_range("2024-01-02", periods=MOST_FILES)):
        table.write(bars(day, 10.0 + number))
    version = table.version()
    assert tidy_table(table, [1]).joined == ()
    assert table.version() == version


def test_every_traded_decision_still_verifies_after_the_house_was_kept(traded: Day) -> None:
    #
    desk = traded.desk
    for number, day in enumerate(pd.bdate_range("2024-12-02", periods=MOST_FILES + 1)):
        desk.bar_table.write(bars(day, 10.0 + number))
    house = House(desk.database, desk.bar_table, traded.folder / ".alchemiser", ScheduleSettings())
    kept = keep_house(house, NOW)
    assert kept.bars.joined == ("2024",)
    done = tidy_table(desk.bar_table, bar_versions(desk.database), grace_hours=0)
    assert done.deleted > 0
    desk.close()
    shown = alchemiser(traded.folder, "verify", "--since", str(traded.session))
    assert (shown.exit_code, shown.err) == (0, "")
    assert "two_funds" in shown.out


def test_the_copy_of_the_ledger_holds_every_entry_and_is_sound(traded: Day, tmp_path: Path) -> None:
    #
    desk = traded.desk
    copy = back_up(desk.database, tmp_path, NOW)
    assert copy is not None
    assert copy.file.name == "ledger-20261121T140000Z.sqlite"
    assert copy.head == desk.journal.head()
    with closing(Database(f"sqlite:///{copy.file}")) as opened:
        assert Journal(opened).verify() == copy.head
    assert [found.name for found in tmp_path.iterdir() if found.name.endswith(".new")] == []


def test_a_copy_is_made_while_somebody_else_is_writing(traded: Day, tmp_path: Path) -> None:
    #
    desk = traded.desk
    with desk.database.transaction():
        assert back_up(desk.database, tmp_path, NOW) is not None


def test_a_journal_that_was_changed_stops_everything_before_anything_is_removed(tmp_path: Path) -> None:
    day = Day.in_folder(tmp_path)
    assert day.run("market_data_job").success
    desk, folder = day.desk, day.folder / ".alchemiser"
    old = folder / "alchemiser-2020-01-01.log"
    old.write_text("old")
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as opened, opened:
        opened.execute("DROP TRIGGER journal_UPDATE")
        opened.execute("UPDATE journal SET payload = '{}' WHERE entry = 1")
    house = House(desk.database, desk.bar_table, folder, ScheduleSettings())
    with pytest.raises(StorageError, match="entry 1 is not what was written"):
        keep_house(house, NOW)
    assert old.exists()
    assert not (folder / "backups").exists()


def test_a_folder_that_cant_be_written_is_named(traded: Day, tmp_path: Path) -> None:
    #
    (tmp_path / "backups").write_text("a file where a folder should be")
    with pytest.raises(StorageError, match="the ledger could not be copied"):
        back_up(traded.desk.database, tmp_path / "backups", NOW)


def test_a_ledger_on_a_server_is_copied_by_its_owner(tmp_path: Path) -> None:
    nothing = Upkeep((), 0, 0)
    assert back_up(Database("postgresql+psycopg2://somebody@nowhere/ledger"), tmp_path, NOW) is None
    assert KeptHouse(JournalHead(0, ""), None, nothing, {}).backup_in_words == NO_BACKUP


def test_only_what_names_its_own_age_is_removed_and_only_when_it_is_old(tmp_path: Path) -> None:
    names = {
        "alchemiser-2026-11-20.log": True,
        "alchemiser-2026-08-01.log": False,
        "alchemiser-2026-99-99.log": True,
        "alchemiser.log": True,
        "notices.log": True,
        "ledger.sqlite": True,
        "my-alchemiser-2020-01-01.log": True,
    }
    for name in names:
        (tmp_path / name).write_text(name)
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "requests").mkdir()
    (tmp_path / "requests" / "2020-01-02").mkdir()
    (tmp_path / "requests" / "2026-11-20").mkdir()
    (tmp_path / "requests" / "2020-01-03").symlink_to(outside)
    kept = keep_house(_empty_house(tmp_path), NOW)
    assert kept.removed == {"backups": 0, "logs": 1, "requests": 1, "reports": 0}
    assert {name: (tmp_path / name).exists() for name in names if name != "alchemiser.log"} == {
        name: stays for name, stays in names.items() if name != "alchemiser.log"
    }
    assert sorted(found.name for found in (tmp_path / "requests").iterdir()) == ["2020-01-03", "2026-11-20"]
    assert outside.is_dir()


def _empty_house(folder: Path) -> House:
    (folder / "ledger.sqlite").unlink(missing_ok=True)
    day = Day.in_folder(folder)
    settings = day.settings_file
    settings.write_text(f'data_dir = "{folder}"\n{settings.read_text()}')
    desk = day.desk
    return House(desk.database, desk.bar_table, folder, desk.settings.schedule)


def test_the_newest_copies_stay_however_old_they_are(tmp_path: Path) -> None:
    for day in ("20260101", "20260201"):
        (tmp_path / f"ledger-{day}T140000Z.sqlite").write_text("x")
    shelf = Shelf(tmp_path, re.compile(r"ledger-(\d{8})T\d{6}Z\.sqlite"), days=7, least=1)
    assert clear(shelf, TODAY) == 1
    assert [found.name for found in tmp_path.iterdir()] == ["ledger-20260201T140000Z.sqlite"]
    assert clear(shelf, TODAY + timedelta(days=1000)) == 0


def test_the_log_begins_anew_and_what_it_held_is_kept_under_its_day(tmp_path: Path) -> None:
    assert LOG == LOG_FILE
    assert not set_log_aside(tmp_path, TODAY)
    (tmp_path / LOG).write_text("a line\n")
    assert set_log_aside(tmp_path, TODAY)
    (tmp_path / LOG).write_text("another line\n")
    assert not set_log_aside(tmp_path, TODAY)
    assert (tmp_path / "alchemiser-2026-11-21.log").read_text() == "a line\n"
    assert (tmp_path / LOG).read_text() == "another line\n"


def test_the_job_says_what_it_did(traded: Day) -> None:
    desk = {"settings_file": str(traded.settings_file), "console_notices": False}
    result = traded.definitions.resolve_job_def("housekeeping_job").execute_in_process(
        run_config={
            "resources": {"desk": {"config": desk}},
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
        instance=traded.instance,
        raise_on_error=False,
    )
    assert result.success
    (made,) = result.asset_materializations_for_node("housekeeping")
    told = {name: value.value for name, value in made.metadata.items()}
    assert told["journal_head"] == traded.desk.journal.head().hash
    assert told["backup"].endswith(f"{told['journal_entries']} entries")
    assert {"logs_removed", "requests_removed", "reports_removed", "backups_removed"} <= set(told)
    assert json.dumps(told)
    assert isinstance(made, dg.AssetMaterialization)
