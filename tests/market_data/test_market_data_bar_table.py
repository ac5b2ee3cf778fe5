from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bars import CALENDAR, long_bars, walk

from alchemiser_dagster.errors import DataError, StorageError
from alchemiser_dagster.market_data import bar_table
from alchemiser_dagster.market_data.bar_table import BarTable, WriteOutcome
from alchemiser_dagster.market_data.coverage import Coverage

SESSIONS = CALENDAR.between(date(2023, 12, 20), date(2024, 1, 10))
FIRST, LAST = SESSIONS[0], SESSIONS[-1]


@pytest.fixture
def table(tmp_path: Path) -> BarTable:
    return BarTable(str(tmp_path / "bars"))


def stored(table: BarTable, *symbols: str) -> pd.DataFrame:
    return table.bars(symbols, FIRST, LAST)


def test_a_table_that_was_never_written_is_empty(table: BarTable) -> None:
    assert table.version() is None
    assert table.span(["AAA"]) == {}
    assert table.coverage.of(["AAA"]) == {}
    assert stored(table, "AAA").empty
    closes = table.closes(["AAA", "BBB"], FIRST, LAST)
    assert closes.columns.tolist() == ["AAA", "BBB"]
    assert closes.empty


def test_what_was_written_is_read_back(table: BarTable) -> None:
    bars = long_bars({"AAA": walk(SESSIONS), "O'BB": walk(SESSIONS[3:])})
    assert table.write(bars).rows_written == len(bars)
    pd.testing.assert_frame_equal(stored(table, "O'BB", "AAA"), bars)
    assert table.span(["AAA", "O'BB", "CCC"]) == {"AAA": (FIRST, LAST), "O'BB": (SESSIONS[3], LAST)}


def test_closes_stand_side_by_side_as_asked_and_a_missing_symbol_is_nan(table: BarTable) -> None:
    table.write(long_bars({"AAA": walk(SESSIONS), "BBB": walk(SESSIONS[3:])}))
    closes = table.closes(["BBB", "CCC", "AAA"], SESSIONS[1], SESSIONS[-2])
    assert closes.columns.tolist() == ["BBB", "CCC", "AAA"]
    assert list(closes.index.date) == list(SESSIONS[1:-1])
    assert closes["CCC"].isna().all()
    assert closes["BBB"].isna().sum() == 2
    assert closes["AAA"].tolist() == pytest.approx(list(walk(SESSIONS).values())[1:-1])
    assert (closes.dtypes == "float64").all()


def test_writing_the_same_twice_writes_nothing(table: BarTable) -> None:
    bars = long_bars({"AAA": walk(SESSIONS), "BBB": walk(SESSIONS)})
    first = table.write(bars)
    assert table.write(bars) == WriteOutcome(first.version, 0)
    assert table.write(bars.tail(3)) == WriteOutcome(first.version, 0)


def test_only_new_and_changed_rows_are_written(table: BarTable) -> None:
    table.write(long_bars({"AAA": walk(SESSIONS[:-1])}))
    changed = walk(SESSIONS) | {SESSIONS[2]: 1.0}
    assert table.write(long_bars({"AAA": changed})).rows_written == 2
    assert stored(table, "AAA")["close"].tolist() == list(changed.values())


def test_every_version_stays_readable(table: BarTable) -> None:
    first = table.write(long_bars({"AAA": {FIRST: 1.0}}))
    second = table.write(long_bars({"AAA": {FIRST: 2.0}}))
    assert second.version > first.version
    seen = [
        table.closes(["AAA"], FIRST, LAST, version).iloc[0, 0] for version in (first.version, second.version)
    ]
    assert seen == [1.0, 2.0]


def test_no_version_ever_expires(table: BarTable) -> None:
    table.write(long_bars({"AAA": {FIRST: 1.0}}))
    wishes = DeltaTable(table.location).metadata().configuration
    assert wishes["delta.enableExpiredLogCleanup"] == "false"
    assert wishes["delta.logRetentionDuration"] == "interval 36500 days"
    assert wishes["delta.deletedFileRetentionDuration"] == "interval 36500 days"


def test_a_version_that_is_not_there_is_named(table: BarTable) -> None:
    with pytest.raises(StorageError, match="version 3"):
        table.closes(["AAA"], FIRST, LAST, 3)
    table.write(long_bars({"AAA": {FIRST: 1.0}}))
    with pytest.raises(StorageError, match="version 99"):
        table.closes(["AAA"], FIRST, LAST, 99)


def test_replacing_a_symbol_leaves_none_of_its_other_rows_and_none_of_others_out(table: BarTable) -> None:
    table.write(long_bars({"AAA": walk(SESSIONS), "O'BB": walk(SESSIONS)}, source="old"))
    fresh = long_bars({"O'BB": walk(SESSIONS[4:6])}, source="new")
    outcome = table.write(fresh, replacing=["O'BB"])
    assert outcome.rows_written == 2
    pd.testing.assert_frame_equal(stored(table, "O'BB"), fresh)
    assert len(stored(table, "AAA")) == len(SESSIONS)
    assert table.write(fresh, replacing=["O'BB"]) == WriteOutcome(outcome.version, 0)


def test_replacing_a_symbol_by_nothing_deletes_it(table: BarTable) -> None:
    table.write(long_bars({"AAA": walk(SESSIONS), "BBB": walk(SESSIONS)}))
    table.write(long_bars({}), replacing=["BBB"])
    assert table.span(["AAA", "BBB"]) == {"AAA": (FIRST, LAST)}


def test_malformed_bars_write_nothing(table: BarTable) -> None:
    table.write(long_bars({"AAA": {FIRST: 1.0}}))
    version = table.version()
    with pytest.raises(DataError, match="BBB"):
        table.write(long_bars({"AAA": {LAST: 1.0}, "BBB": {LAST: -1.0}}))
    assert table.version() == version


Write = tuple[Mapping[tuple[str, date], float], frozenset[str]]
bar_keys = st.tuples(st.sampled_from(["AAA", "BBB", "C'C"]), st.sampled_from(SESSIONS[4:9]))
writes: st.SearchStrategy[Write] = st.tuples(
    st.dictionaries(bar_keys, st.sampled_from([1.0, 2.0, 3.5]), max_size=5),
    st.frozensets(st.sampled_from(["AAA", "BBB", "C'C"]), max_size=2),
)


@settings(max_examples=12, deadline=None)
@given(st.lists(writes, min_size=1, max_size=4))
def test_any_sequence_of_writes_leaves_what_a_dictionary_would_hold(sequence: list[Write]) -> None:
    held: dict[tuple[str, date], float] = {}
    with TemporaryDirectory() as folder:
        table = BarTable(folder)
        for bars, replaced in sequence:
            kept = {key: close for key, close in held.items() if key[0] not in replaced} | dict(bars)
            written = sum(held.get(key) != close for key, close in bars.items())
            outcome = table.write(frame_of(bars), replacing=replaced)
            assert outcome.rows_written == written
            assert outcome.version == table.version()
            held = kept
            found = stored(table, "AAA", "BBB", "C'C")
            rows = zip(found["symbol"], found["session"].dt.date, found["close"], strict=True)
            assert {(symbol, session): close for symbol, session, close in rows} == held
            assert not found.duplicated(["symbol", "session"]).any()


def frame_of(bars: Mapping[tuple[str, date], float]) -> pd.DataFrame:
    nested: dict[str, dict[date, float]] = {}
    for (symbol, session), close in bars.items():
        nested.setdefault(symbol, {})[session] = close
    return long_bars(nested)


def test_writers_at_once_all_succeed_and_no_bar_is_there_twice(table: BarTable) -> None:
    def write(writer: int) -> WriteOutcome:
        symbols = [f"S{number}" for number in range(writer, writer + 4)]
        mine = BarTable(table.location.removesuffix("/bars"))
        return mine.write(long_bars({symbol: walk(SESSIONS[-3:]) for symbol in symbols}))

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(write, range(6)))
    found = stored(table, *(f"S{number}" for number in range(9)))
    assert len(found) == 9 * 3
    assert not found.duplicated(["symbol", "session"]).any()
    assert sum(outcome.rows_written for outcome in outcomes) == 9 * 3


def test_many_small_writes_are_joined_without_a_change(
    table: BarTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bar_table, "_SMALL_FILES", 4)
    sessions = SESSIONS[-7:]
    closes = walk(sessions)
    outcomes = [table.write(long_bars({"AAA": {session: closes[session]}})) for session in sessions]
    assert any(len(removed) > 1 for removed in removed_files(Path(table.location)))
    assert table.closes(["AAA"], FIRST, LAST)["AAA"].tolist() == list(closes.values())
    assert len(table.closes(["AAA"], FIRST, LAST, outcomes[2].version)) == 3


def removed_files(folder: Path) -> list[list[str]]:
    logs = sorted((folder / "_delta_log").glob("*.json"))
    return [[line for line in log.read_text().splitlines() if '"remove"' in line] for log in logs]


def test_a_broken_table_is_a_storage_error(table: BarTable) -> None:
    table.write(long_bars({"AAA": {FIRST: 1.0}}))
    for part in Path(table.location).rglob("*.parquet"):
        part.write_bytes(b"broken")
    with pytest.raises(StorageError, match="could not be read"):
        stored(table, "AAA")


def test_a_place_that_cannot_hold_a_table_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="could not be"):
        BarTable(str(tmp_path / "file")).write(long_bars({"AAA": {FIRST: 1.0}}))


def test_coverage_widens_within_a_source_and_starts_anew_with_another(table: BarTable) -> None:
    early, late = date(2010, 1, 1), date(2020, 1, 1)
    table.coverage.record({"AAA": Coverage("one", late), "BBB": Coverage("one", early)})
    table.coverage.record({"AAA": Coverage("one", early), "BBB": Coverage("one", late)})
    assert table.coverage.of(["AAA", "BBB", "CCC"]) == {
        "AAA": Coverage("one", early),
        "BBB": Coverage("one", early),
    }
    table.coverage.record({"AAA": Coverage("two", late)})
    assert table.coverage.of(["AAA"]) == {"AAA": Coverage("two", late)}
