"""Killed in the middle of a paper day and run again; two runs at once: the look-alike's log counts orders."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
import requests
from support.command import Shown, alchemiser, begin, end, run_mortally
from support.flipping import Books
from support.paper_day import HISTORY, KEYS, PaperDay, before_close, paper_day

from alchemiser_dagster.look_alike.fault_plan import AnyFault, Reset, When

SESSION = "2024-11-27"
SETTINGS = HISTORY + '\n[[strategies]]\nfile = "two_funds.clj"\nweight = 1.0\n'
TWO_FUNDS = """(defsymphony "Two funds" {:rebalance-frequency :daily}
  (weight-specified 0.6 (asset "SPY" nil) 0.4 (asset "TLT" nil)))"""
HELD = {"GLD": Decimal(400), "IEF": Decimal("250.5"), "SPY": Decimal(100)}
DEATHS = {
    "after a sell that the ledger has not heard of": "after:2",
    "between the limits of the buys": "before:9",
}


@contextmanager
def holding_day(*faults: AnyFault) -> Iterator[PaperDay]:
    """Yield a day whose account has something to sell, then something to buy."""
    with paper_day(before_close(SESSION), *faults, more=SETTINGS) as day:
        (day.folder / "two_funds.clj").write_text(TWO_FUNDS)
        day.world.reset(Decimal(60_000), HELD)
        yield day


@pytest.fixture
def day() -> Iterator[PaperDay]:
    with holding_day() as day:
        yield day


@pytest.fixture(scope="module")
def undisturbed() -> Iterator[PaperDay]:
    with holding_day() as day:
        shown = day.run()
        assert (shown.exit_code, shown.err) == (0, "")
        yield day


def assert_ends_as(day: PaperDay, undisturbed: PaperDay) -> None:
    """Hold that account and books are those of an undisturbed day, and that no order was doubled."""
    assert day.positions == undisturbed.positions
    assert day.cash == undisturbed.cash
    assert len(day.submitted) == len(set(day.submitted))
    books = Books(day.folder)
    assert {name for (name,) in books.rows("SELECT client_order_id FROM orders")} == set(day.submitted)
    assert filled(day) == filled(undisturbed)
    assert alchemiser(day.folder, "journal", "verify", **KEYS).exit_code == 0


def filled(day: PaperDay) -> dict[tuple[str, str], Decimal]:
    """How many shares of each symbol changed hands, as the broker's own fills say."""
    totals: dict[tuple[str, str], Decimal] = {}
    for told in day.world.venue.fills_since(before_close(SESSION)):
        fill = told.fill
        key = (fill.side.value, fill.symbol)
        totals[key] = totals.get(key, Decimal(0)) + fill.quantity
    return totals


def test_the_undisturbed_day_sells_then_buys(undisturbed: PaperDay) -> None:
    assert {side for side, _ in filled(undisturbed)} == {"buy", "sell"}
    assert len(undisturbed.submitted) > 9
    assert set(undisturbed.positions) == {"SPY", "TLT"}


@pytest.mark.parametrize("death", DEATHS.values(), ids=DEATHS)
def test_a_killed_paper_day_ends_as_an_undisturbed_one(
    day: PaperDay, undisturbed: PaperDay, death: str
) -> None:
    #
    killed = run_mortally(day.folder, death, "run", **KEYS)
    assert killed.exit_code == -signal.SIGKILL
    moment, _, number = death.partition(":")
    assert len(day.submitted) == int(number) - (moment == "before")
    resumed = day.run()
    assert (resumed.exit_code, resumed.err) == (0, "")
    assert any(line.startswith("Reconciliation: clean; ") for line in resumed.lines)
    assert_ends_as(day, undisturbed)


def test_a_network_that_goes_away_in_the_middle_is_one_error_and_the_next_run_goes_on(
    undisturbed: PaperDay,
) -> None:
    #
    gone = (
        Reset(method="POST", path="/v2/orders", nth=2, times=None, when=When.AFTER),
        Reset(method="GET", path="/v2/orders*", nth=5, times=None),
    )
    with holding_day(*gone) as day:
        shown = day.run()
        assert shown.exit_code == 1
        assert shown.err == (
            f"error: execution_result: {day.address.removeprefix('http://')}: the broker can't be asked: the "
            "server failed several times in a row and is left alone for a while; the connection broke before "
            "the answer was whole. Check the network, and that alpaca.base_url names a running server, "
            "then run again: no order is sent a second time\n"
        )
        assert len(day.submitted) == 2
        requests.delete(f"{day.address}/sim/faults", timeout=5).raise_for_status()
        resumed = day.run()
        assert (resumed.exit_code, resumed.err) == (0, "")
        assert_ends_as(day, undisturbed)


def traded(shown: Shown) -> bool:
    return any(line.startswith("Execution: traded, ") for line in shown.lines)


def test_of_two_paper_runs_at_once_one_trades(day: PaperDay, undisturbed: PaperDay) -> None:
    #
    processes = [begin(day.folder, "run", **KEYS) for _ in range(2)]
    one, other = sorted((end(process) for process in processes), key=traded)
    assert (traded(one), traded(other)) == (False, True)
    assert (other.exit_code, other.err) == (0, "")
    assert one.exit_code in {0, 1}
    if one.exit_code:
        (line,) = one.err.splitlines()
        assert line.startswith(("error: execution_result: ", "error: account_snapshot: "))
    assert_ends_as(day, undisturbed)
