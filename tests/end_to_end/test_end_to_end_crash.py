"""Killed in the middle of a day and run again: the account ends where one undisturbed day ends."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.command import alchemiser, run_mortally, working_folder
from support.flipping import SESSIONS, Books, make_folder

FIRST, SECOND = SESSIONS[:2]
SELLS, BUYS = 3, 2
DEATHS = {
    "before the first sell": "before:1",
    "after a sell that the ledger has not heard of": "after:2",
    "between sells and buys": "before:4",
    "after the last buy, before the result is written": "after:5",
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
        copied(account, folder)
        assert alchemiser(folder, "run", "--session", SECOND).exit_code == 0
        yield Books(folder)


@pytest.fixture
def folder(account: Path) -> Iterator[Path]:
    with working_folder() as folder:
        yield copied(account, folder)


def copied(account: Path, folder: Path) -> Path:
    shutil.copytree(account, folder, dirs_exist_ok=True)
    return folder


def outcomes(folder: Path) -> dict[str, str]:
    """What `status` says of the second session's runs, by correlation id."""
    rows = [line.split() for line in alchemiser(folder, "status").lines if line.startswith(SECOND)]
    return {row[-1]: " ".join(row[1:3]) for row in rows}


def test_the_undisturbed_day_sells_and_buys(undisturbed: Books) -> None:
    sides = [side for session, side, *_ in undisturbed.broker_orders if session == SECOND]
    assert (sides.count("sell"), sides.count("buy")) == (SELLS, BUYS)


@pytest.mark.parametrize("death", DEATHS.values(), ids=DEATHS.keys())
def test_killed_and_run_again_the_account_ends_where_one_day_ends(
    folder: Path, undisturbed: Books, death: str
) -> None:
    #
    killed = run_mortally(folder, death, "run", "--session", SECOND, "--correlation-id", "killed")
    assert killed.exit_code == -signal.SIGKILL
    assert outcomes(folder) == {"killed": "not finished"}
    books = Books(folder)
    moment, _, number = death.partition(":")
    sent = int(number) - (moment == "before")
    assert books.count("simulated_orders") == len(undisturbed.broker_orders) - SELLS - BUYS + sent
    resumed = alchemiser(folder, "run", "--session", SECOND, "--correlation-id", "resumed")
    assert (resumed.exit_code, resumed.err) == (0, "")
    assert outcomes(folder) == {"killed": "not finished", "resumed": "traded 5"}
    assert any(line.startswith("Reconciliation: clean; ") for line in resumed.lines)
    assert books.broker_orders == undisturbed.broker_orders
    assert books.positions == undisturbed.positions
    assert books.cash == undisturbed.cash
    assert books.count("orders") == len(undisturbed.broker_orders)
    lines = books.rows("SELECT plan_id, line_id, count(*) FROM orders GROUP BY plan_id, line_id")
    assert {count for *_, count in lines} == {"1"}
    assert {state for (state,) in books.rows("SELECT state FROM executions")} == {"closed"}
    assert alchemiser(folder, "journal", "verify").exit_code == 0
