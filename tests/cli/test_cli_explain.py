"""explain: why a strategy wants what it wants on a session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.command import Shown, alchemiser, working_folder
from support.flipping import make_folder

from alchemiser_dagster.records.explanation import Explanation


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with working_folder() as folder:
        yield make_folder(folder)


def explain(folder: Path, *options: str) -> Shown:
    shown = alchemiser(folder, "explain", "flip.clj", *options)
    assert (shown.exit_code, shown.err) == (0, "")
    return shown


def test_a_session_is_explained_as_a_tree(folder: Path) -> None:
    #
    shown = explain(folder, "--session", "2024-11-29")
    assert shown.lines == [
        "Flip, session 2024-11-29: wants 50 % DDD, 40 % EEE and 10 % AAA",
        (
            "One decision on the way. Closest call: SIG closing 0.99 % lower would have flipped "
            '"price of SIG above 100" (line 2)'
        ),
        "1 · price of SIG above 100? yes 101.00 → then flips with SIG closing 0.99 % lower line 2",
        "2 · 3 parts as specified line 3",
        "├── 3 · 10.00 %: hold AAA line 3",
        "├── 4 · 50.00 %: hold DDD line 3",
        "└── 5 · 40.00 %: hold EEE line 3",
    ]


def test_the_last_session_is_explained_where_none_is_named(folder: Path) -> None:
    assert explain(folder).lines[0].startswith("Flip, session 2024-12-06: ")


def test_as_json_it_is_the_record(folder: Path) -> None:
    shown = explain(folder, "--session", "2024-11-29", "--format", "json")
    explanation = Explanation.model_validate_json(shown.out)
    assert explanation.margin_basis_points == pytest.approx(100 / 1.01)
    assert not explanation.is_fragile


def test_as_a_sentence_and_as_markdown(folder: Path) -> None:
    at = ("--session", "2024-11-29", "--format")
    assert explain(folder, *at, "sentence").out == (
        "Wants 50 % DDD, 40 % EEE and 10 % AAA because price of SIG (101.00) is above 100; closest call: "
        'SIG closing 0.99 % lower would have flipped "price of SIG above 100".\n'
    )
    assert explain(folder, *at, "markdown").out.startswith("**Flip, session 2024-11-29: ")


def test_other_bars_are_explained(folder: Path) -> None:
    lines = (folder / "bars.csv").read_text().splitlines()
    kept = [line.replace("SIG,2024-11-29,101", "SIG,2024-11-29,100.05") for line in lines]
    (folder / "other.csv").write_text("\n".join(kept) + "\n")
    shown = explain(folder, "--session", "2024-11-29", "--bars", "other.csv")
    assert "FRAGILE" in shown.out


@pytest.mark.parametrize(
    ("session", "error"),
    [
        (
            "2024-11-28",
            "Thursday 2024-11-28 is not a trading session. The session before it is 2024-11-27",
        ),
        (
            "2024-11-30",
            "Saturday 2024-11-30 is not a trading session. The session before it is 2024-11-29",
        ),
        ("2035-11-29", "session 2035-11-29 is not complete yet. The last complete session is 20"),
        (
            "2024-10-31",
            (
                "market_data.history_start: session 2024-10-31 lies before the history that is used. "
                "Its first session is 2024-11-01; choose a later session or an earlier start"
            ),
        ),
        (
            "2024-12-09",
            "Flip: 2024-12-09 is not among the sessions of the closes. Choose a session ",
        ),
    ],
)
def test_a_session_that_cannot_be_explained_is_refused(folder: Path, session: str, error: str) -> None:
    #
    shown = alchemiser(folder, "explain", "flip.clj", "--session", session)
    assert (shown.exit_code, shown.out) == (2, "")
    assert shown.err.startswith(f"error: {error}")


def test_a_file_that_is_no_symphony_is_refused_with_its_place(folder: Path) -> None:
    (folder / "broken.clj").write_text('(defsymphony "Broken" {} (asset))')
    shown = alchemiser(folder, "explain", "broken.clj")
    assert (shown.exit_code, shown.out) == (2, "")
    assert shown.err.startswith("error: broken.clj:1:")


def test_a_move_that_reaches_the_margin_flips_the_decision_and_a_smaller_one_does_not(folder: Path) -> None:
    at = ("--session", "2024-11-29", "--format", "sentence")
    kept, flipped = (explain(folder, *at, "--move", f"SIG={move}").out for move in ("-0.98", "-1.0"))
    assert kept.startswith("If SIG had closed 0.98 % lower:\nWants 50 % DDD, 40 % EEE and 10 % AAA because")
    assert flipped.startswith("If SIG had closed 1 % lower:\n")
    assert "(99.99) is not above 100" in flipped


def test_what_a_move_explains_is_still_a_record(folder: Path) -> None:
    shown = alchemiser(folder, "explain", "flip.clj", "--move", "SIG=3", "--format", "json")
    assert shown.err == "If SIG had closed 3 % higher:\n"
    assert Explanation.model_validate_json(shown.out).steps


@pytest.mark.parametrize(
    ("move", "message"),
    [
        ("SIG", "'SIG' is no move: write SYMBOL=PERCENT, for instance QQQ=-2.1"),
        ("SIG=-100", "'SIG=-100' leaves no price: a close falls by less than 100 %"),
        ("sig=1", '"sig" is no symbol'),
        ("XYZ=1", "XYZ has no close that could be moved. Symbols with a close: "),
    ],
)
def test_a_move_that_makes_no_sense_is_refused(folder: Path, move: str, message: str) -> None:
    shown = alchemiser(folder, "explain", "flip.clj", "--move", move)
    assert shown.exit_code != 0
    assert message in shown.err
