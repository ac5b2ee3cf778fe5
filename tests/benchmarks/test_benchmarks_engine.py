from __future__ import annotations

import platform
from pathlib import Path

import engine
import pytest
from engine import README, with_results
from generator import Generator, Shape, market
from growth import evaluation, growth_rows
from machine import machine
from measuring import Measured, in_new_process, warm_in_turns
from shapes import BOOK_SYMBOLS
from tables import megabytes, seconds, table
from targets import Row, one_more_session, weights_of

from alchemiser_dagster.symphony import parse

TINY = Shape(forms=150, depth=24, symbols=6, readings=8, filters=7, conditions=16)


def test_a_new_process_says_what_evaluating_a_folder_cost(tmp_path: Path) -> None:
    (tmp_path / "000.clj").write_text(Generator(TINY).text())
    costs = in_new_process("fresh.py", [tmp_path, TINY.symbols, 300])
    assert set(costs) == {"seconds", "reading", "megabytes"}
    assert 0 < costs["reading"] < costs["seconds"]
    assert costs["megabytes"] >= 0


def test_a_new_process_that_fails_says_why(tmp_path: Path) -> None:
    (tmp_path / "000.clj").write_text("(defsymphony")
    with pytest.raises(RuntimeError, match="defsymphony"):
        in_new_process("fresh.py", [tmp_path, TINY.symbols, 300])


def test_warm_evaluations_are_measured_in_turns() -> None:
    measured = warm_in_turns([evaluation(TINY, 300), evaluation(TINY, 30)], 2)
    assert [len(one.runs) for one in measured] == [2, 2]
    assert min(measured[0].runs) > 0


def test_one_more_session_is_measured_and_is_that_of_all_at_once() -> None:
    symphonies = [parse(Generator(TINY).text())]
    prepared, appended = one_more_session(symphonies, market(TINY.symbols, 260), 2)
    assert len(prepared.runs) == len(appended.runs) == 2


def test_weights_of_all_symphonies_are_read() -> None:
    symphonies = [parse(Generator(TINY).text())] * 2
    assert [len(weights) for weights in weights_of(symphonies, market(BOOK_SYMBOLS, 50))] == [50, 50]


def test_growth_is_stated_of_the_first_and_per_unit() -> None:
    rows = growth_rows("forms", [100, 400], [Measured((0.1,)), Measured((0.2,))])
    assert rows == [["100 forms", "100 ms", "1.00", "1.00"], ["400 forms", "200 ms", "2.00", "0.50"]]


def test_a_row_states_the_median_the_spread_and_the_share_of_the_target() -> None:
    cells = Row("read", 0.4, Measured((0.1, 0.2, 0.9))).cells()
    assert cells == ["read", "400 ms", "200 ms", "100 ms … 900 ms", "3", "0.50", "ok"]
    assert Row("read", 0.1, Measured((0.2,))).cells()[-2:] == ["2.00", "over"]
    assert Row("of which", None, Measured((0.2,))).cells()[-2:] == ["", ""]


def test_durations_and_memory_are_readable() -> None:
    assert [seconds(value) for value in (0.0123456, 1.5, 1234.5)] == ["12.3 ms", "1.5 s", "1,234 s"]
    assert megabytes(233.4) == "233 MB"


def test_a_table_is_aligned() -> None:
    assert table(["a", "b"], [["long", "1"]]) == "| a    |  b |\n| ---- | -: |\n| long |  1 |\n"


def test_results_take_the_place_of_the_last_ones() -> None:
    document = README.read_text()
    written = with_results(with_results(document, "first\n"), "second\n")
    assert "second" in written
    assert "first\n" not in written.partition(engine.BEGIN)[2].partition(engine.END)[0]
    assert written.partition(engine.BEGIN)[0] == document.partition(engine.BEGIN)[0]
    assert written.partition(engine.END)[2] == document.partition(engine.END)[2]


def test_the_machine_is_described_without_its_name() -> None:
    assert "Python" in machine()
    assert platform.node() not in machine()
