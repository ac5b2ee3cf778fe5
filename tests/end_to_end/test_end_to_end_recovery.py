"""A command that was killed is recovered from: nothing of ours is left open, and the next run goes on."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.command import alchemiser, run_mortally, working_folder
from support.flipping import SESSIONS, Books, make_folder

FIRST, SECOND = SESSIONS[:2]
DEATHS = {
    "before the first sell": ("before:1", 1),
    "after a sell that the ledger has not heard of": ("after:2", 0),
    "between sells and buys": ("before:4", 1),
    "after the last buy, before the result is written": ("after:5", 0),
}


@pytest.fixture(scope="module")
def account() -> Iterator[Path]:
    """A folder whose account holds the first session's portfolio; tests work on copies of it."""
    with working_folder() as folder:
        assert alchemiser(make_folder(folder), "run", "--session", FIRST).exit_code == 0
        yield folder


@pytest.fixture(scope="module")
def undisturbed(account: Path) -> Iterator[Books]:
    with working_folder() as folder:
        shutil.copytree(account, folder, dirs_exist_ok=True)
        assert alchemiser(folder, "run", "--session", SECOND).exit_code == 0
        yield Books(folder)


@pytest.fixture
def folder(account: Path) -> Iterator[Path]:
    with working_folder() as folder:
        shutil.copytree(account, folder, dirs_exist_ok=True)
        yield folder


def titles(folder: Path) -> list[str]:
    lines = (folder / ".alchemiser" / "notices.log").read_text().splitlines()
    return [told["title"] for told in map(json.loads, lines) if SECOND in told["title"]]


@pytest.mark.parametrize(("death", "code"), DEATHS.values(), ids=DEATHS.keys())
def test_a_killed_day_is_recovered_from_and_then_goes_on(
    folder: Path, undisturbed: Books, death: str, code: int
) -> None:
    #
    killed = run_mortally(folder, death, "run", "--session", SECOND, "--correlation-id", "killed")
    assert killed.exit_code == -signal.SIGKILL
    books = Books(folder)
    sent = books.count("simulated_orders")
    recovered = alchemiser(folder, "recover", "--session", SECOND)
    assert recovered.exit_code == code, recovered.err
    assert any(line.startswith("Recovery: ") for line in recovered.lines)
    assert books.count("simulated_orders") == sent
    (failed, told) = titles(folder)
    assert failed.startswith("Recovered")
    assert told.startswith("Failed at run")
    again = alchemiser(folder, "recover", "--session", SECOND)
    assert (again.exit_code, again.lines) == (recovered.exit_code, recovered.lines)
    assert titles(folder) == [failed, told]
    resumed = alchemiser(folder, "run", "--session", SECOND, "--correlation-id", "resumed")
    assert (resumed.exit_code, resumed.err) == (0, "")
    assert books.positions == undisturbed.positions
    assert books.cash == undisturbed.cash
    assert {state for (state,) in books.rows("SELECT state FROM executions")} == {"closed"}
    after = alchemiser(folder, "recover", "--session", SECOND)
    assert after.exit_code == 0
    assert after.lines[0].startswith("Nothing to recover: ")
    assert alchemiser(folder, "journal", "verify").exit_code == 0


def test_where_nothing_ever_ran_there_is_nothing_to_recover(folder: Path) -> None:
    #
    shown = alchemiser(folder, "recover", "--session", SECOND)
    assert (shown.exit_code, shown.err) == (0, "")
    assert "no plan of session" in shown.out
