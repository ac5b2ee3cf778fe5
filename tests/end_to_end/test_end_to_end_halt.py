"""Halted, flattened and tripped days from the command line: what is sent, shown and told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.command import Shown, alchemiser, working_folder
from support.flipping import SESSIONS, SETTINGS, SYMPHONY, Books, bars_text, make_folder

FIRST, SECOND, THIRD = SESSIONS[:3]
TWO_FAILURES = SETTINGS + "\n[risk]\nmax_failed_runs = 2\n"
NONE = [0, 0, 0, 0]
HALTED = f"Halted (simulated, session {FIRST})"
TRIPPED = f"Trading halted by itself (simulated, session {FIRST})"


@pytest.fixture
def folder() -> Iterator[Path]:
    with working_folder() as empty:
        yield make_folder(empty)


def run(folder: Path, session: str = FIRST) -> Shown:
    return alchemiser(folder, "run", "--session", session)


def say(folder: Path, *words: str) -> None:
    shown = alchemiser(folder, *words, "--by", "anna")
    assert (shown.exit_code, shown.err) == (0, "")


def notices(folder: Path) -> list[dict[str, str]]:
    lines = (folder / ".alchemiser" / "notices.log").read_text().splitlines()
    return [json.loads(line) for line in lines]


def titles(folder: Path) -> list[str]:
    return [notice["title"] for notice in notices(folder)]


def break_bars(folder: Path) -> None:
    text = (folder / "bars.csv").read_text()
    (folder / "bars.csv").write_text(text.replace("DDD,2024-11-20,", "DDD,2024-11-20,-"))


def test_a_halted_run_sends_nothing_and_ends_in_one_notice(folder: Path) -> None:
    #
    say(folder, "halt", "--reason", "quotes look wrong")
    shown = run(folder)
    assert shown.exit_code == 1
    assert shown.err.startswith("error: trading is halted since ")
    assert " by anna: quotes look wrong. Nothing was sent; `alchemiser resume" in shown.err
    books = Books(folder)
    assert books.kinds == {"halt_change"}
    assert [books.count(table) for table in ("orders", "simulated_orders", "executions", "run_ends")] == [
        0
    ] * 4
    (told,) = notices(folder)
    assert (told["title"], told["level"]) == (HALTED, "warning")
    assert "\ncode: halted\n" in told["body"]
    assert told["body"].splitlines()[-1].startswith("halt: halt since ")


def test_a_halted_run_does_not_count_as_failed(folder: Path) -> None:
    (folder / "alchemiser.toml").write_text(TWO_FAILURES)
    say(folder, "halt", "--reason", "x")
    assert [run(folder).exit_code for _ in range(3)] == [1, 1, 1]
    say(folder, "resume", "--reason", "y")
    assert run(folder).exit_code == 0


def test_failed_runs_in_a_row_halt_trading_and_a_person_resumes_it(folder: Path) -> None:
    (folder / "alchemiser.toml").write_text(TWO_FAILURES)
    break_bars(folder)
    assert run(folder).exit_code == 2
    assert not alchemiser(folder, "status").lines[0].startswith("halt")
    assert run(folder).exit_code == 2
    status = alchemiser(folder, "status").lines[0]
    assert status.startswith("halt since ")
    assert status.endswith(" by risk.max_failed_runs: 2 trading runs failed one after the other (data, data)")
    assert sorted(titles(folder)) == sorted(
        [*[f"Failed at market_data (simulated, session {FIRST})"] * 2, TRIPPED]
    )
    (told,) = (notice for notice in notices(folder) if notice["title"] == TRIPPED)
    assert told["level"] == "error"
    assert "alchemiser resume --reason TEXT" in told["body"]
    (folder / "bars.csv").write_text(bars_text())
    assert run(folder).exit_code == 1
    assert titles(folder)[-1] == HALTED
    say(folder, "resume", "--reason", "the bars are whole again")
    assert run(folder).exit_code == 0
    assert titles(folder).count(TRIPPED) == 1


def test_a_run_that_never_started_does_not_count(folder: Path) -> None:
    (folder / "alchemiser.toml").write_text(TWO_FAILURES)
    (folder / "flip.clj").write_text("(defsymphony")
    assert [run(folder).exit_code for _ in range(3)] == [2, 2, 2]
    (folder / "flip.clj").write_text(SYMPHONY)
    assert run(folder).exit_code == 0


def test_everything_is_sold_whatever_became_of_strategies_and_kept_bars(folder: Path) -> None:
    assert run(folder).exit_code == 0
    assert Books(folder).positions
    (folder / "flip.clj").write_text("(defsymphony")
    for file in (folder / ".alchemiser" / "market_data").rglob("*.parquet"):
        file.write_bytes(b"no table")
    say(folder, "flatten", "--reason", "out")
    assert alchemiser(folder, "doctor", "--session", SECOND).exit_code == 0
    shown = run(folder, SECOND)
    assert (shown.exit_code, shown.err) == (0, "")
    assert Books(folder).positions == {}
    told = notices(folder)[-1]
    assert told["title"].startswith("Traded: 3 of 3 trades filled, ")
    assert told["body"].splitlines()[-1].startswith("halt: flatten since ")
    assert run(folder, SECOND).exit_code == 0
    assert titles(folder)[-1].startswith("Nothing to do, ")


def test_every_notice_says_what_holds_the_account_back(folder: Path) -> None:
    assert run(folder).exit_code == 0
    say(folder, "halt", "--reduce-only", "--reason", "too much")
    assert run(folder, SECOND).exit_code == 0
    break_bars(folder)
    assert run(folder, THIRD).exit_code == 2
    lines = [notice["body"].splitlines()[-1] for notice in notices(folder)]
    assert [line.partition(" since ")[0] for line in lines] == [
        "halt: none",
        "halt: reduce only",
        "halt: reduce only",
    ]
