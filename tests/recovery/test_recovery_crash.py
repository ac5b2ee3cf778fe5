"""A recovery that is killed where something leaves it, and run again, ends as an undisturbed one.

A sample of the points by default; all of them with `ALCHEMISER_SWEEP=all` in the environment.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.mortal import Fate, Killed, MortalBroker, MortalDatabase
from support.recovering import Recovering, facts, keep
from support.trading import ACCOUNT, Bench, buy, plan_of, sell, unhurried

from alchemiser_dagster.broker.simulated.behaviour import PendingFill, SymbolBehaviour
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.recovery import RecoveryReport

SAMPLE = 12
DEATHS_OF_THE_DAY = (0.05, 0.08, 0.12, 0.6, 0.84)
"""How much of its day the trading run had done when it died."""
MARKET = SimulationRules(
    half_spread_basis_points=Decimal(10),
    behaviours={
        "AAA": SymbolBehaviour(meets_at=Decimal(1)),
        "BBB": SymbolBehaviour(meets_at=Decimal(1), fills_while_pending=PendingFill.HALF),
        "DDD": SymbolBehaviour(meets_at=Decimal(1), fills_while_pending=PendingFill.ALL),
    },
)
"""Nothing here depends on how often somebody looks, so that all meet the same market."""


@dataclass(frozen=True)
class World:
    """The books and the broker of one trading process after the other, in a folder."""

    folder: Path
    plan: RebalancePlan
    clock: StandingClock

    def bench(self) -> Bench:
        return Bench(self.folder, MARKET, ExecutionRules(), clock=StandingClock(self.clock.now()))

    def copied(self, name: str) -> World:
        folder = self.folder.parent / name
        shutil.copytree(self.folder, folder)
        return World(folder, self.plan, StandingClock(self.clock.now()))

    def trade(self, fate: Fate) -> None:
        bench = self.bench()
        with mortal_database(bench, fate) as database:
            bench.execute(self.plan, MortalBroker(bench.broker, fate), database)

    def recover(self, fate: Fate) -> RecoveryReport:
        bench = self.bench()
        with mortal_database(bench, fate) as database:
            return Recovering(bench, ACCOUNT, MortalBroker(bench.broker, fate), database).recover()

    def end(self) -> dict[str, Any]:
        """Where books and broker are now."""
        bench = self.bench()
        orders = bench.environment().orders.of_plan(self.plan.plan_id)
        return {
            "orders": {one.client_order_id: (one.state, one.filled_quantity) for one in orders},
            "fills": {(one.client_order_id, one.quantity) for one in self.fills(bench)},
            "open": bench.broker.open_orders(),
            "held": bench.held(),
            "cash": bench.cash(),
        }

    def fills(self, bench: Bench) -> tuple[Any, ...]:
        return bench.environment().fills.of_plan(self.plan.plan_id)


@contextmanager
def mortal_database(bench: Bench, fate: Fate) -> Iterator[MortalDatabase]:
    database = unhurried(MortalDatabase(str(bench.database.url), fate))
    try:
        yield database
    finally:
        database.close()
        bench.database.close()


def died(folder: Path, moment: float) -> World:
    """Return a world whose trading run has died when it had done a part of its day."""
    world, whole = begun(folder), Fate()
    world.copied("whole").trade(whole)
    with pytest.raises(Killed):
        world.trade(Fate(dies_at=round(moment * whole.done)))
    return world


def begun(folder: Path) -> World:
    folder.mkdir()
    Bench(folder).hold({"AAA": "90", "BBB": "200"})
    bench = Bench(folder, MARKET, ExecutionRules())
    lines = (sell("AAA", "90"), sell("BBB", "100"), buy("DDD", "40"), buy("CCC", "55.5"))
    plan = keep(plan_of(*lines, cash=bench.cash()), bench.database)
    bench.database.close()
    return World(folder, plan, bench.clock)


def points_of(total: int) -> tuple[int, ...]:
    step = 1 if os.environ.get("ALCHEMISER_SWEEP") == "all" else max(1, total // SAMPLE)
    return tuple(range(1, total + 1, step))


@pytest.mark.parametrize("moment", DEATHS_OF_THE_DAY)
def test_a_recovery_killed_anywhere_and_run_again_ends_where_an_undisturbed_one_ends(
    moment: float, tmp_path: Path
) -> None:
    #
    world = died(tmp_path / "died", moment)
    calm, undisturbed = world.copied("calm"), Fate()
    expected = calm.recover(undisturbed)
    end = calm.end()
    assert undisturbed.done > 5
    assert (end["open"], undisturbed.submits) == ((), [])

    for point in points_of(undisturbed.done):
        killed, first, second = world.copied(f"killed-{point}"), Fate(dies_at=point), Fate()
        with pytest.raises(Killed):
            killed.recover(first)
        report = killed.recover(second)
        assert facts(report) == facts(expected), f"killed at {point}"
        assert killed.end() == end, f"killed at {point}"
        assert first.submits + second.submits == []
        shutil.rmtree(killed.folder)


@pytest.mark.parametrize("moment", DEATHS_OF_THE_DAY)
def test_after_a_recovery_the_rest_of_the_plan_is_traded_once(moment: float, tmp_path: Path) -> None:
    #
    world = died(tmp_path / "died", moment)
    world.recover(Fate())
    world.trade(Fate())
    again = Fate()
    world.trade(again)
    assert again.submits == []
    assert world.end()["open"] == ()
    assert world.end()["held"] == {
        "BBB": Decimal(100),
        "DDD": Decimal(40),
        "CCC": Decimal("55.5"),
    }
