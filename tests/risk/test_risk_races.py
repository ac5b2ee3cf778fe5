"""Two real processes on two machines, one ledger: the last of a limit goes to one of them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from support.gate_stage import terms_with
from support.mortal import PassingBroker
from support.trading import Bench, buy, envelope_for, plan_of

from alchemiser_dagster.errors import AlchemiserError
from alchemiser_dagster.execution.executor import execute_plan
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.plan import PlanLine, RebalancePlan
from alchemiser_dagster.risk.terms import GateTerms

PROCESSES = multiprocessing.get_context("fork")
PATIENCE = 60
ROUNDS = 3


class Waiting(PassingBroker):
    """Lets both processes get to their first quotes, their gates open, before either goes on."""

    def __init__(self, broker: PassingBroker, barrier: Barrier) -> None:
        super().__init__(broker)
        self.barrier: Barrier | None = barrier

    def quotes(self, symbols: object) -> tuple[Quote, ...]:
        barrier, self.barrier = self.barrier, None
        if barrier is not None:
            barrier.wait(timeout=PATIENCE)
        return super().quotes(symbols)  # type: ignore[arg-type]


def trade(folder: Path, plan: RebalancePlan, terms: GateTerms, barrier: Barrier, said: Queue[str]) -> None:
    """Trade the plan as another machine does it: with a lock folder of its own."""
    bench = Bench(folder)
    broker = Waiting(bench.broker, barrier)
    environment = replace(
        bench.environment(broker), terms=terms, lock_folder=folder / f"machine-{plan.sequence}"
    )
    try:
        execute_plan(plan, environment, bench.permit(), envelope_for(f"result-{plan.sequence}"))
        said.put("ended")
    except AlchemiserError as error:
        said.put(error.code)
    finally:
        with suppress(OSError):
            bench.database.close()


def arrived(folder: Path, terms: GateTerms, *plans: tuple[PlanLine, ...]) -> dict[str, Decimal]:
    """Let every plan be traded by a process of its own at once; return what arrived, in dollars by symbol."""
    folder.mkdir()
    bench = Bench(folder)
    made = [plan_of(*lines, cash=bench.cash(), sequence=n) for n, lines in enumerate(plans, start=1)]
    bench.database.close()
    barrier, said = PROCESSES.Barrier(len(made)), PROCESSES.Queue()
    runs = [PROCESSES.Process(target=trade, args=(folder, plan, terms, barrier, said)) for plan in made]
    for run in runs:
        run.start()
    told = [said.get(timeout=PATIENCE) for _ in runs]
    for run in runs:
        run.join(timeout=PATIENCE)
    assert "ended" in told, told
    bench = Bench(folder)
    orders = bench.broker.orders_since(bench.clock.now().replace(year=2000))
    return {order.symbol: order.quantity * (order.limit_price or 0) for order in orders}


def rounds() -> Iterator[object]:
    limits = {
        "orders": {"max_orders": 1},
        "turnover": {"max_turnover": Decimal("0.15")},
        "exposure": {"max_gross_exposure": Decimal("0.15")},
    }
    for name, limit in limits.items():
        for number in range(ROUNDS):
            yield pytest.param(terms_with(**limit), id=f"{name}-{number}")


@pytest.mark.parametrize("terms", rounds())
def test_of_two_processes_that_race_for_the_last_of_a_limit_one_gets_it(
    terms: GateTerms, tmp_path: Path
) -> None:
    #
    found = arrived(tmp_path / "ledger", terms, (buy("AAA", "100"),), (buy("BBB", "200"),))
    assert len(found) == 1


def test_two_processes_do_not_buy_the_same_symbol_twice(tmp_path: Path) -> None:
    #
    terms = terms_with(max_trades_per_symbol=1)
    folder = tmp_path / "ledger"
    arrived(folder, terms, (buy("AAA", "100"),), (buy("AAA", "90"),))
    bench = Bench(folder)
    assert len(bench.broker.orders_since(bench.clock.now().replace(year=2000))) == 1


def test_with_room_for_both_both_arrive(tmp_path: Path) -> None:
    found = arrived(tmp_path / "ledger", terms_with(), (buy("AAA", "100"),), (buy("BBB", "200"),))
    assert set(found) == {"AAA", "BBB"}
