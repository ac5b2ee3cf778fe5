"""Real processes: two at once, and one that is killed between sells and buys."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import Counter
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

from support.mortal import PassingBroker
from support.trading import Bench, buy, plan_of, sell

from alchemiser_dagster.errors import BusyError
from alchemiser_dagster.records.order import BrokerOrder, OrderRequest
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Outcome, Side

PROCESSES = multiprocessing.get_context("fork")
LINES = (sell("AAA", "100"), sell("BBB", "50"), buy("CCC", "400"), buy("DDD", "10"))


class SlowBroker(PassingBroker):
    def submit(self, request: OrderRequest) -> BrokerOrder:
        time.sleep(0.2)
        return super().submit(request)


class DeadlyBroker(PassingBroker):
    """Kills its process when the first buy is about to be sent."""

    def submit(self, request: OrderRequest) -> BrokerOrder:
        if request.side is Side.BUY:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().submit(request)


def prepared(folder: Path) -> RebalancePlan:
    bench = Bench(folder)
    bench.hold({"AAA": "100", "BBB": "200"})
    plan = plan_of(*LINES, cash=bench.cash())
    bench.database.close()
    return plan


def execute_slowly(folder: Path, plan: RebalancePlan, barrier: Barrier, answers: Queue[str]) -> None:
    bench = Bench(folder)
    barrier.wait(timeout=30)
    try:
        answers.put(bench.execute(plan, SlowBroker(bench.broker)).outcome.value)
    except BusyError as busy:
        answers.put(busy.code)


def execute_until_killed(folder: Path, plan: RebalancePlan) -> None:
    bench = Bench(folder)
    bench.execute(plan, DeadlyBroker(bench.broker))


def undisturbed(folder: Path) -> Bench:
    folder.mkdir()
    plan = prepared(folder)
    bench = Bench(folder)
    bench.execute(plan)
    return bench


def submitted(bench: Bench) -> Counter[tuple[str, str]]:
    orders = bench.broker.orders_since(bench.clock.now().replace(year=2000))
    return Counter((one.symbol, one.side.value) for one in orders if one.client_order_id.startswith("alch-"))


def test_of_two_processes_with_the_same_plan_one_trades_and_the_other_is_told_so(tmp_path: Path) -> None:
    #
    plan = prepared(tmp_path)
    barrier, answers = PROCESSES.Barrier(2), PROCESSES.Queue()
    both = [
        PROCESSES.Process(target=execute_slowly, args=(tmp_path, plan, barrier, answers)) for _ in range(2)
    ]
    for process in both:
        process.start()
    said = sorted(answers.get(timeout=60) for _ in both)
    for process in both:
        process.join(timeout=60)
    assert said == ["busy", Outcome.TRADED.value]
    assert set(submitted(Bench(tmp_path)).values()) == {1}


def test_a_process_killed_between_sells_and_buys_leaves_no_lock_and_no_second_order(tmp_path: Path) -> None:
    #
    folder = tmp_path / "killed"
    folder.mkdir()
    plan = prepared(folder)
    process = PROCESSES.Process(target=execute_until_killed, args=(folder, plan))
    process.start()
    process.join(timeout=60)
    assert process.exitcode == -signal.SIGKILL

    resumed, calm = Bench(folder), undisturbed(tmp_path / "calm")
    assert submitted(resumed) == {("AAA", "sell"): 1, ("BBB", "sell"): 1}
    result = resumed.execute(plan)
    assert result.outcome is Outcome.TRADED
    assert set(submitted(resumed).values()) == {1}
    assert (resumed.held(), resumed.cash()) == (calm.held(), calm.cash())
