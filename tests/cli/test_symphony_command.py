"""symphony check, show, convert: what a person sees of a strategy file."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.command import EXECUTABLE, alchemiser, working_folder

from alchemiser_dagster.cli import symphony_convert
from alchemiser_dagster.symphony import load, parse

TEXT = """; what it does, and why
(defsymphony "Calm shares" {:rebalance-frequency :weekly}
  (if (> (rsi "QQQ" {:window 10}) 79)
    [(asset "BIL" "Treasury bills")]
    [(group "shares" [
      (filter (stdev-return {:window 20}) (select-bottom 1)
        [(asset "SPY") (group "two" [(asset "QQQ")])])])]))
"""
BROKEN = '(defsymphony "x" {}\n  (asset "spy" nil))\n'


@pytest.fixture
def folder() -> Iterator[Path]:
    with working_folder() as made:
        (made / "calm.clj").write_text(TEXT)
        (made / "broken.clj").write_text(BROKEN)
        (made / "empty.clj").touch()
        yield made


def test_check_says_what_each_file_is(folder: Path) -> None:
    shown = alchemiser(folder, "symphony", "check", "calm.clj")
    assert (shown.exit_code, shown.err) == (0, "")
    assert shown.out == "ok calm.clj: Calm shares: 12 forms, 3 symbols, 21 sessions of history\n"


def test_check_shows_every_error_and_goes_on_behind_it(folder: Path) -> None:
    files = ("broken.clj", "empty.clj", "nowhere.clj", ".", "calm.clj")
    shown = alchemiser(folder, "symphony", "check", *files)
    assert shown.exit_code == 2
    assert shown.out.startswith("ok calm.clj: ")
    assert 'error: broken.clj:2:10: "spy" is no symbol' in shown.err
    assert '\n    (asset "spy" nil))\n           ^\n' in shown.err
    for beginning in ("empty.clj:1:1: ", "nowhere.clj: ", ".: "):
        assert f"error: {beginning}" in shown.err
    assert shown.err.endswith("4 of 5 files can't be read\n")


@pytest.mark.parametrize("command", ["show", "convert"])
@pytest.mark.parametrize("file", ["broken.clj", "empty.clj", "nowhere.clj", "."])
def test_a_file_that_cannot_be_read_is_an_error_with_its_name(folder: Path, command: str, file: str) -> None:
    shown = alchemiser(folder, "symphony", command, file)
    assert (shown.exit_code, shown.out) == (2, "")
    assert shown.err.startswith(f"error: {file}:")


def test_show_lists_facts_forms_and_indicators(folder: Path) -> None:
    shown = alchemiser(folder, "symphony", "show", "calm.clj", "--no-tree")
    assert (shown.exit_code, shown.err) == (0, "")
    for line in (
        "Calm shares",
        "trades first session of each week",
        "history needed 21 sessions",
        "forms 12, 5 blocks deep",
        "price paths of blocks 1 level",
        "may hold (3) BIL, QQQ, SPY",
        "only looks at (0) –",
        "asset 3 3",
        "rsi 10 1 1 – –",
        "stdev-return 20 – – 1 1",
    ):
        assert line in shown.lines
    assert "└──" not in shown.out


def test_show_draws_the_tree(folder: Path) -> None:
    shown = alchemiser(folder, "symphony", "show", "calm.clj")
    assert shown.out.endswith(
        """Calm shares
├── if (> (rsi "QQQ" {:window 10}) 79) → BIL (line 3)
└── else
    └── group "shares" (line 5)
        └── filter (stdev-return {:window 20}) (select-bottom 1) (line 6)
            ├── SPY (line 7)
            └── group "two" → QQQ (line 7)
"""
    )


def test_show_folds_what_lies_deeper_than_is_wanted(folder: Path) -> None:
    shown = alchemiser(folder, "symphony", "show", "calm.clj", "--depth", "2")
    assert shown.out.endswith(
        """└── else
    └── group "shares" (line 5) … 6 forms folded
6 forms folded: --depth 3 shows 3 levels in full
"""
    )


def test_a_file_is_converted_there_and_back(folder: Path) -> None:
    there = alchemiser(folder, "symphony", "convert", "calm.clj", "--output", "calm.json")
    assert (there.exit_code, there.out, there.err) == (0, "", "")
    back = alchemiser(folder, "symphony", "convert", "calm.json")
    assert (back.exit_code, back.err) == (0, "")
    assert parse(back.out) == load(folder / "calm.json") == load(folder / "calm.clj")
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith((".", "calm"))) == [
        "calm.clj",
        "calm.json",
    ]


def test_a_notation_can_be_asked_for(folder: Path) -> None:
    shown = alchemiser(folder, "symphony", "convert", "calm.clj", "--to", "text")
    assert shown.out.startswith('(defsymphony "Calm shares"')
    assert shown.out.count("\n\n") == 0


def test_a_file_without_an_ending_is_known_by_its_first_character(folder: Path) -> None:
    score = alchemiser(folder, "symphony", "convert", "calm.clj").out
    (folder / "score").write_text(score)
    assert alchemiser(folder, "symphony", "convert", "score").out.startswith("(defsymphony")


def test_what_comes_through_a_pipe_is_read_once(folder: Path) -> None:
    score = alchemiser(folder, "symphony", "convert", "calm.clj").out
    command = [EXECUTABLE, "symphony", "convert", "/dev/stdin"]
    shown = subprocess.run(command, cwd=folder, input=score, capture_output=True, text=True, check=True)  # noqa: S603
    assert shown.stdout.startswith("(defsymphony")


def test_a_file_that_exists_is_overwritten_only_by_force(folder: Path) -> None:
    arguments = ("symphony", "convert", "calm.clj", "--to", "text", "--output", "broken.clj")
    shown = alchemiser(folder, *arguments)
    assert (shown.exit_code, shown.out) == (2, "")
    assert shown.err == (
        "error: broken.clj: the file exists. Choose another --output, or overwrite it with --force\n"
    )
    assert (folder / "broken.clj").read_text() == BROKEN
    assert alchemiser(folder, *arguments, "--force").exit_code == 0
    assert load(folder / "broken.clj") == load(folder / "calm.clj")


def test_an_ending_of_the_other_notation_is_refused(folder: Path) -> None:
    shown = alchemiser(folder, "symphony", "convert", "calm.clj", "--output", "new.clj")
    assert shown.exit_code == 2
    assert shown.err == (
        "error: new.clj: a file with this ending is not read as json. "
        "Choose a name that ends in .json, or another --to\n"
    )


@pytest.mark.parametrize(
    ("output", "reason"),
    [("nowhere/new.json", "No such file or directory"), ("calm.clj/new.json", "Not a directory")],
)
def test_a_file_that_cannot_be_written_is_an_error(folder: Path, output: str, reason: str) -> None:
    shown = alchemiser(folder, "symphony", "convert", "calm.clj", "--output", output)
    assert shown.exit_code == 2
    assert shown.err == f"error: {output}: the file can't be written: {reason}. Choose another --output\n"


def test_a_folder_in_the_place_of_the_file_is_left_alone(folder: Path) -> None:
    (folder / "new.json").mkdir()
    shown = alchemiser(folder, "symphony", "convert", "calm.clj", "--output", "new.json", "--force")
    assert shown.exit_code == 2
    assert "the file can't be written: Is a directory" in shown.err
    assert not list(folder.glob(".new*"))


def test_a_conversion_that_reads_as_another_strategy_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = TEXT.replace("79", "80")
    monkeypatch.setattr(symphony_convert, "to_text", lambda _: wrong)
    arguments = ("symphony", "convert", "calm.clj", "--to", "text", "--output", "new.clj")
    shown = alchemiser(folder, *arguments)
    assert shown.exit_code == 2
    assert shown.err == (
        "error: Calm shares: the text notation of it reads as another strategy. "
        "Nothing was written; keep the file as it is\n"
    )
    assert not (folder / "new.clj").exists()
