"""A day and the same day again, on the embedded default: what is printed, and what is not sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from support.command import Shown, alchemiser, working_folder
from support.flipping import Books

SESSION = "2024-11-27"
STRATEGIES = ("trend_and_bills", "momentum_rotation", "inverse_volatility_mix", "overbought_switch")


@dataclass(frozen=True)
class TwoRuns:
    """An empty folder in which the same session was run twice, and what was shown in between."""

    folder: Path
    before: Shown
    first: Shown
    orders_after_first: tuple[int, int]
    status_between: Shown
    second: Shown
    status: Shown

    @property
    def books(self) -> Books:
        return Books(self.folder)


@pytest.fixture(scope="module")
def day() -> Iterator[TwoRuns]:
    with working_folder() as folder:
        books = Books(folder)
        before = alchemiser(folder, "status")
        first = alchemiser(folder, "run", "--session", SESSION, "--correlation-id", "first-run")
        counted = books.count("orders"), books.count("simulated_orders")
        between = alchemiser(folder, "status")
        second = alchemiser(folder, "run", "--session", SESSION)
        yield TwoRuns(folder, before, first, counted, between, second, alchemiser(folder, "status"))


def test_before_the_first_run_there_is_nothing_to_show(day: TwoRuns) -> None:
    assert (day.before.exit_code, day.before.err) == (0, "")
    assert day.before.lines[-1:] == ["Last trading runs (nothing to list)"]
    assert "last run none yet" in day.before.lines
    assert "account never compared with the broker yet" in day.before.lines


def test_a_day_ends_well_and_says_nothing_on_the_error_stream(day: TwoRuns) -> None:
    assert (day.first.exit_code, day.first.err) == (0, "")


def test_a_day_says_what_it_stands_on(day: TwoRuns) -> None:
    assert day.first.lines[0] == (
        f"Session {SESSION}: 13 symbols from simulated:7, decided on provisional prices"
    )
    for strategy in STRATEGIES:
        assert any(line.startswith(f"{strategy} ") for line in day.first.lines)


def test_a_day_prints_the_target_that_sums_to_one(day: TwoRuns) -> None:
    at = day.first.lines.index("Target allocation")
    rows = day.first.lines[at + 3 : next(i for i, line in enumerate(day.first.lines) if line[:5] == "cash ")]
    cash = next(line for line in day.first.lines if line.startswith("cash "))
    weights = [Decimal(line.split()[1]) for line in (*rows, cash)]
    assert abs(sum(weights) - 100) <= Decimal("0.05")
    assert len(rows) > 3


def test_a_day_prints_the_plan_and_a_fill_for_each_of_its_lines(day: TwoRuns) -> None:
    lines = day.first.lines
    plan = next(i for i, line in enumerate(lines) if line.startswith("Rebalance plan "))
    execution = next(i for i, line in enumerate(lines) if line.startswith("Execution: traded, "))
    reconciliation = next(i for i, line in enumerate(lines) if line.startswith("Reconciliation: "))
    planned = [tuple(line.split()[:3]) for line in lines[plan:execution] if line.startswith("buy ")]
    filled = [
        tuple(line.split()[:3])
        for line in lines[execution:reconciliation]
        if line.startswith("buy ") and line.endswith(" filled")
    ]
    assert planned
    assert planned == filled


def test_a_day_ends_with_clean_books(day: TwoRuns) -> None:
    (line,) = (line for line in day.first.lines if line.startswith("Reconciliation: "))
    count, fills = day.orders_after_first[0], day.books.count("fills")
    assert line.startswith(f"Reconciliation: clean; compared {count} orders, {fills} fills, ")
    assert any(line.startswith("Account after the run: equity ") for line in day.first.lines)


def test_a_day_says_where_its_time_went(day: TwoRuns) -> None:
    pattern = (
        r"[\d.]+ s: imports [\d.]+ s, data [\d.]+ s, signals [\d.]+ s, trading [\d.]+ s, "
        r"reconciliation [\d.]+ s, orchestration [\d.]+ s"
    )
    assert re.fullmatch(pattern, day.first.lines[-1])


def test_the_same_session_again_has_nothing_to_do_and_sends_nothing(day: TwoRuns) -> None:
    #
    assert (day.second.exit_code, day.second.err) == (0, "")
    assert "Execution: nothing to do, sold 0.00, bought 0.00 (nothing to list)" in day.second.lines
    assert day.orders_after_first[0] > 0
    assert (day.books.count("orders"), day.books.count("simulated_orders")) == day.orders_after_first


def test_status_lists_both_runs_newest_first(day: TwoRuns) -> None:
    assert (day.status.exit_code, day.status.err) == (0, "")
    rows = [line for line in day.status.lines if line.startswith(f"{SESSION} ")]
    assert [" ".join(row.split()[1:4]) for row in rows] == ["nothing to do", f"traded {len_orders(day)} 0.00"]
    assert rows[1].endswith(" first-run")
    assert "did not end well" not in day.status.out


def len_orders(day: TwoRuns) -> int:
    return day.orders_after_first[0]


def test_status_shows_what_is_held(day: TwoRuns) -> None:
    held = day.status.lines[
        day.status.lines.index(next(x for x in day.status.lines if "after the run" in x)) :
    ]
    for symbol, quantity in day.books.positions.items():
        assert any(line.startswith(f"{symbol} {quantity.normalize():,f} ") for line in held)


def test_status_shows_what_each_strategy_holds(day: TwoRuns) -> None:
    table = day.status.lines[day.status.lines.index("Lots by strategy") :]
    assert all(any(line.startswith(f"{strategy} ") for line in table) for strategy in STRATEGIES)


def test_a_day_says_what_trading_cost(day: TwoRuns) -> None:
    (line,) = (line for line in day.first.lines if line.startswith("Execution: traded, "))
    assert re.search(r", cost of execution -?[\d,.]+ \(-?[\d.]+ bp\)$", line)


def test_a_simulated_day_takes_no_account_of_the_hour(day: TwoRuns) -> None:
    assert f"{SESSION} 20:45" in day.status_between.out


def test_an_id_of_a_run_that_has_ended_is_not_given_twice(day: TwoRuns) -> None:
    #
    shown = alchemiser(day.folder, "run", "--session", SESSION, "--correlation-id", "first-run")
    assert (shown.exit_code, shown.out) == (2, "")
    assert shown.err == (
        "error: --correlation-id: a run with the id first-run has ended already. "
        "Give another id, or leave it out for a new one\n"
    )


def test_one_id_ties_the_run_together(day: TwoRuns) -> None:
    #
    tied = "SELECT count(*) FROM {} WHERE correlation_id = 'first-run'"
    assert day.books.rows(tied.format("orders")) == [(str(len_orders(day)),)]
    assert int(day.books.rows(tied.format("journal"))[0][0]) == 12
    notices = (day.folder / ".alchemiser" / "notices.log").read_text().splitlines()
    assert "first-run" in [json.loads(line)["correlation_id"] for line in notices]
    log = (day.folder / ".alchemiser" / "alchemiser.log").read_text().splitlines()
    assert any("step ended" in line and "correlation_id=first-run" in line for line in log)


def test_the_simulated_account_does_not_go_back_in_time(day: TwoRuns) -> None:
    orders = day.books.count("simulated_orders")
    shown = alchemiser(day.folder, "run", "--session", "2024-11-26")
    assert (shown.exit_code, shown.out) == (2, "")
    assert shown.err == (
        f"error: session 2024-11-26: the account has traded session {SESSION} already, which is later. "
        "Run a session from that one on, or set `account` to a new name for another account\n"
    )
    assert day.books.count("simulated_orders") == orders
    doctor = alchemiser(day.folder, "doctor", "--session", "2024-11-26")
    assert doctor.exit_code == 2
