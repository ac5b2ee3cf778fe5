"""Killed at points at which something leaves the process, and run again.

A sample of the points by default; all of them with `ALCHEMISER_SWEEP=all` in the environment.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from support.mortal import Fate, Killed, MortalBroker, MortalDatabase
from support.trading import DIRECT, Bench, buy, plan_of, sell, unhurried

from alchemiser_dagster.broker.simulated.behaviour import PendingFill, SymbolBehaviour
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Outcome
from alchemiser_dagster.settings.choices import Requote

Scenario = Callable[[Path], tuple[Bench, RebalancePlan]]


def everything_fills(folder: Path) -> tuple[Bench, RebalancePlan]:
    bench = Bench(folder)
    bench.hold({"AAA": "100", "BBB": "200"})
    return bench, plan_of(sell("AAA", "100"), sell("BBB", "50.5"), buy("CCC", "400.25"), cash=bench.cash())


def buys_are_scaled(folder: Path) -> tuple[Bench, RebalancePlan]:
    bench = Bench(folder, SimulationRules(starting_cash=Decimal(17_100), withheld=Decimal(5_000)))
    bench.hold({"AAA": "100"})
    lines = (sell("AAA", "50"), buy("CCC", "300"), buy("BBB", "100"), buy("DDD", "4"))
    return bench, plan_of(*lines, cash=bench.cash())


def orders_fill_in_parts_and_die(folder: Path) -> tuple[Bench, RebalancePlan]:
    bench = Bench(folder)
    bench.hold({"AAA": "90"})
    simulation = SimulationRules(shares_per_look=Decimal(15))
    rules = DIRECT.model_copy(update={"step_seconds": 0.2, "first_pause_seconds": 0.25})
    slow = Bench(folder, simulation, rules)
    return slow, plan_of(sell("AAA", "90"), buy("CCC", "100"), cash=bench.cash())


def orders_replace_each_other(folder: Path) -> tuple[Bench, RebalancePlan]:
    bench = Bench(folder)
    bench.hold({"AAA": "90", "BBB": "200"})
    behaviours = {
        "AAA": SymbolBehaviour(meets_at=Decimal("0.75")),
        "BBB": SymbolBehaviour(fills_while_pending=PendingFill.ALL),
    }
    wide = SimulationRules(half_spread_basis_points=Decimal(10), behaviours=behaviours)
    walking = Bench(folder, wide, ExecutionRules(requote=Requote.REPLACE))
    return walking, plan_of(sell("AAA", "90"), sell("BBB", "100"), buy("DDD", "40"), cash=bench.cash())


SCENARIOS = (
    everything_fills,
    buys_are_scaled,
    orders_fill_in_parts_and_die,
    orders_replace_each_other,
)


SAMPLE = 9


def points_of(total: int) -> tuple[int, ...]:
    step = 1 if os.environ.get("ALCHEMISER_SWEEP") == "all" else max(1, total // SAMPLE)
    return tuple(range(1, total + 1, step))


def run(bench: Bench, plan: RebalancePlan, fate: Fate) -> ExecutionResult:
    database = unhurried(MortalDatabase(str(bench.database.url), fate))
    try:
        return bench.execute(plan, MortalBroker(bench.broker, fate), database)
    finally:
        database.close()


def filled_by_symbol(bench: Bench) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for fill in bench.broker.fills_since(bench.clock.now().replace(year=2000)):
        if not fill.client_order_id.startswith("before-"):
            total[fill.symbol] = total.get(fill.symbol, Decimal(0)) + fill.quantity
    return total


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_run_killed_anywhere_and_run_again_ends_where_an_undisturbed_one_ends(
    scenario: Scenario, tmp_path: Path
) -> None:
    #
    (tmp_path / "template").mkdir()
    bench, plan = scenario(tmp_path / "template")
    bench.database.close()
    shutil.copytree(tmp_path / "template", tmp_path / "calm")
    calm = Bench(tmp_path / "calm", bench.simulation, bench.rules)
    undisturbed = Fate()
    expected = run(calm, plan, undisturbed)
    assert undisturbed.done > 20

    for point in points_of(undisturbed.done):
        folder = tmp_path / f"killed-{point}"
        shutil.copytree(tmp_path / "template", folder)
        killed = Bench(folder, bench.simulation, bench.rules)
        first, second = Fate(dies_at=point), Fate()
        with pytest.raises(Killed):
            run(killed, plan, first)
        resumed = Bench(folder, bench.simulation, bench.rules)
        result = run(resumed, plan, second)

        assert (resumed.held(), resumed.cash()) == (calm.held(), calm.cash()), f"killed at {point}"
        assert result.outcome is expected.outcome
        assert (result.bought, result.sold) == (expected.bought, expected.sold)
        accepted = Counter(
            order.client_order_id for order in resumed.environment().orders.of_plan(plan.plan_id)
        )
        assert set(accepted.values()) <= {1}
        planned = {line.symbol: line.quantity for line in plan.lines}
        assert all(amount <= planned[symbol] for symbol, amount in filled_by_symbol(resumed).items())
        shutil.rmtree(folder)


def test_the_scenarios_end_as_their_names_say(tmp_path: Path) -> None:
    outcomes = []
    for number, scenario in enumerate(SCENARIOS):
        (tmp_path / str(number)).mkdir()
        bench, plan = scenario(tmp_path / str(number))
        result = run(bench, plan, Fate())
        outcomes.append((result.outcome, len(result.orders), len(result.skips)))
    assert outcomes == [
        (Outcome.TRADED, 3, 0),
        (Outcome.PARTIAL, 3, 2),
        (Outcome.TRADED, 4, 0),
        (Outcome.TRADED, 8, 0),
    ]
