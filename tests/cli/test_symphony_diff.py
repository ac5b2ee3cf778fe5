"""symphony diff: what was changed between two strategy files, and on which sessions it matters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.command import Shown, alchemiser, working_folder
from support.flipping import SYMPHONY, make_folder


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with working_folder() as made:
        make_folder(made)
        (made / "labelled.clj").write_text(SYMPHONY.replace('"EEE"', '"EEE" "a label"'))
        (made / "weights.clj").write_text(SYMPHONY.replace("0.3 (asset", "0.2 (asset"))
        (made / "level.clj").write_text(SYMPHONY.replace(" 100)", " 102)"))
        (made / "unknown.clj").write_text(SYMPHONY.replace("AAA", "ZZZ"))
        yield made


def diff(folder: Path, b: str, *options: str, code: int = 1) -> Shown:
    shown = alchemiser(folder, "symphony", "diff", "flip.clj", b, *options)
    assert (shown.exit_code, shown.err) == (code, "")
    return shown


def test_files_that_mean_the_same_say_so_first(folder: Path) -> None:
    assert diff(folder, "flip.clj", code=0).out == "A and B mean the same.\n"
    shown = diff(folder, "labelled.clj", code=0)
    assert shown.lines[0] == "A and B mean the same; 1 name or label changed, which changes no meaning."
    assert "label of asset – a label (line 3) root → then → weight-specified" in shown.lines


def test_a_change_is_listed_with_its_lines_and_the_way_to_it(folder: Path) -> None:
    shown = diff(folder, "weights.clj")
    assert shown.lines[0] == "A and B differ: 2 changes."
    assert "weight of asset BBB 0.3 (line 4) 0.2 (line 4) root → else" in shown.lines
    assert "weight of asset CCC 0.3 (line 4) 0.2 (line 4) root → else" in shown.lines
    assert "Compared" not in shown.out


def test_equal_changes_are_one_line(folder: Path) -> None:
    (folder / "one.clj").write_text('(defsymphony "x" [(asset "A") (group "g" [(asset "A")])])')
    (folder / "two.clj").write_text('(defsymphony "x" [(asset "B") (group "g" [(asset "B")])])')
    shown = alchemiser(folder, "symphony", "diff", "one.clj", "two.clj")
    assert "symbol held A (column 19) B (column 19) root → weight-equal, and 1 other place" in shown.lines


def test_a_long_condition_does_not_fill_the_table(folder: Path) -> None:
    parts = " ".join(f'(> (current-price "SIG") {number})' for number in range(20))
    for name, weight in [("one", 0.4), ("two", 0.5)]:
        branch = f'(if (and {parts}) [(asset "AAA")] [])'
        text = f'(defsymphony "x"\n (weight-specified {weight} {branch} 0.1 (asset "BBB")))'
        (folder / f"{name}.clj").write_text(text)
    shown = alchemiser(folder, "symphony", "diff", "one.clj", "two.clj", "--sessions")
    assert "(line 2), 0.1 BBB" in " ".join(shown.out.split())


def test_sessions_are_compared_on_a_file_of_bars(folder: Path) -> None:
    shown = diff(folder, "level.clj", "--bars", "bars.csv", "--from", "2024-11-25", "--to", "2024-12-02")
    assert (
        "Compared 5 sessions, 2024-11-25 to 2024-12-02: "
        "other weights on 2, first on 2024-11-26, last on 2024-11-29."
    ) in shown.lines
    joined = " ".join(shown.out.split())
    assert "if at line 2 2 2024-11-26 2024-11-29" in joined
    assert "2024-11-29 90.00 % if at line 2" in joined


def test_sessions_are_compared_on_the_market_data_in_force(folder: Path) -> None:
    shown = diff(folder, "weights.clj", "--sessions")
    assert "weight-specified at line 4" in " ".join(shown.out.split())


def test_sessions_that_all_agree_say_so(folder: Path) -> None:
    shown = diff(folder, "labelled.clj", "--sessions", "--from", "2024-12-02", "--to", "2024-12-03", code=0)
    assert shown.lines[-1] == "Compared 2 sessions, 2024-12-02 to 2024-12-03: the same weights on every one."
    empty = diff(folder, "labelled.clj", "--sessions", "--from", "2099-01-01", code=0)
    assert empty.lines[-1] == "There is no session to compare."


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("flip.clj", "nowhere.clj"), "error: nowhere.clj: the strategy file can't be read"),
        (("flip.clj", "unknown.clj", "--sessions"), "no bars for ZZZ"),
        (("flip.clj", "flip.clj", "--bars", "nowhere.csv"), "nowhere.csv"),
        (("flip.clj", "flip.clj", "--from", "2024-12-02", "--to", "2024-12-01"), "--from is later than --to"),
        (("flip.clj",), "Missing argument 'B'"),
    ],
)
def test_trouble_is_told_from_a_difference(folder: Path, arguments: tuple[str, ...], error: str) -> None:
    shown = alchemiser(folder, "symphony", "diff", *arguments)
    assert shown.exit_code == 2
    assert error in shown.err
