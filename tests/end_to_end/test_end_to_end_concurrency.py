"""Two commands at once for the same session: one order per line, one of them trades (R-20)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from support.command import Shown, alchemiser, begin, end, working_folder
from support.flipping import SESSIONS, Books, make_folder

FIRST, SECOND = SESSIONS[:2]
STAND_ASIDE = (
    "is trading the account. Wait until it has ended; its lock goes with it",
    "another plan was begun as number",
    "carried out the same plan meanwhile: traded",
    "in cash now and had",
)


@pytest.fixture
def folder() -> Iterator[Path]:
    with working_folder() as empty:
        yield make_folder(empty)


def both_at_once(folder: Path, session: str) -> tuple[Shown, Shown]:
    """Run the session twice at once and return the one that traded and the other."""
    processes = [begin(folder, "run", "--session", session) for _ in range(2)]
    one, other = (end(process) for process in processes)
    traded = [any(x.startswith("Execution: traded, ") for x in shown.lines) for shown in (one, other)]
    assert sorted(traded) == [False, True], (one, other)
    return (one, other) if traded[0] else (other, one)


def assert_stood_aside(shown: Shown) -> None:
    """Hold that the other had nothing to do, or was refused in words that say why."""
    if shown.exit_code == 0:
        assert "Execution: nothing to do, sold 0.00, bought 0.00 (nothing to list)" in shown.lines
        assert shown.err == ""
    else:
        assert shown.exit_code == 1
        (line,) = shown.err.splitlines()
        assert line.startswith(("error: execution_result: ", "error: account_snapshot: "))
        assert any(words in line for words in STAND_ASIDE), line


def assert_quiet(shown: Shown) -> None:
    """Hold that the terminal shows the day, and no word of Dagster or Python."""
    assert (shown.exit_code, shown.err) == (0, "")
    for noise in ("dagster", "Warning", "Traceback", "INFO", "DEBUG", "STEP_", "\x1b"):
        assert noise not in shown.out


def assert_sound(folder: Path, orders: int) -> None:
    books = Books(folder)
    assert books.count("orders") == books.count("simulated_orders") == orders
    lines = books.rows("SELECT plan_id, line_id, count(*) FROM orders GROUP BY plan_id, line_id")
    assert {count for *_, count in lines} == {"1"}
    fills = books.rows("SELECT side, quantity, price FROM fills")
    spent = sum((-1 if side == "sell" else 1) * Decimal(q) * Decimal(p) for side, q, p in fills)
    assert abs(100_000 - spent - books.cash) < Decimal("0.01") * len(fills)
    verified = alchemiser(folder, "journal", "verify")
    assert (verified.exit_code, verified.err) == (0, "")


def test_two_at_once_in_a_new_folder_trade_once(folder: Path) -> None:
    # the schema's migration and Dagster's own storage are made by both
    traded, other = both_at_once(folder, FIRST)
    assert_quiet(traded)
    assert any(line.startswith("Reconciliation: clean; ") for line in traded.lines)
    assert_stood_aside(other)
    assert_sound(folder, orders=3)


def test_two_at_once_on_one_account_trade_once(folder: Path) -> None:
    #
    assert alchemiser(folder, "run", "--session", FIRST).exit_code == 0
    traded, other = both_at_once(folder, SECOND)
    assert_quiet(traded)
    assert any(line.startswith("Reconciliation: clean; ") for line in traded.lines)
    assert_stood_aside(other)
    assert_sound(folder, orders=8)
    after = alchemiser(folder, "run", "--session", SECOND)
    assert "Execution: nothing to do, sold 0.00, bought 0.00 (nothing to list)" in after.lines
    assert any(line.startswith("Reconciliation: clean; ") for line in after.lines)
    assert_sound(folder, orders=8)
