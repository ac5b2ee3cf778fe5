from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from support.mortal import Fate, Killed, MortalDatabase, PassingBroker
from support.trading import ACCOUNT, DIRECT, NEXT_SESSION, SESSION, Bench, buy, limit_order, plan_of, sell

from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.errors import RiskError, SupersededError
from alchemiser_dagster.ledger.executions import ExecutionState
from alchemiser_dagster.records.order import BrokerOrder, OrderRequest, OrderState
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Outcome, Side

HOLDINGS = {"AAA": "100", "BBB": "200"}


class KilledOnceSent(PassingBroker):
    """Its process dies when the broker has accepted an order, before anybody hears of it."""

    def submit(self, request: OrderRequest) -> BrokerOrder:
        super().submit(request)
        raise Killed


class KilledBeforeSending(PassingBroker):
    def submit(self, request: OrderRequest) -> BrokerOrder:
        del request
        raise Killed


def slow_bench(folder: Path) -> Bench:
    Bench(folder).hold(HOLDINGS)
    return Bench(folder, SimulationRules(shares_per_look=Decimal(1)))


def left_by(folder: Path, broker: type[PassingBroker]) -> RebalancePlan:
    bench = slow_bench(folder)
    plan = plan_of(sell("AAA", "50"), cash=bench.cash())
    with pytest.raises(Killed):
        bench.execute(plan, broker(bench.broker))
    return plan


def test_an_order_left_open_is_canceled_and_its_fills_are_kept_before_anything_new(tmp_path: Path) -> None:
    #
    old = left_by(tmp_path, KilledOnceSent)
    bench = Bench(tmp_path, SimulationRules(shares_per_look=Decimal(1)))
    new = plan_of(buy("CCC", "1"), cash=bench.cash(), sequence=2)
    with pytest.raises(RiskError, match="in cash now"):
        bench.execute(new)
    environment = bench.environment()
    (order,) = environment.orders.of_plan(old.plan_id)
    assert order.state is OrderState.CANCELED
    assert sum(fill.quantity for fill in environment.fills.of_plan(old.plan_id)) == order.filled_quantity > 0
    execution = environment.executions.find(old.plan_id)
    assert execution is not None
    assert execution.state is ExecutionState.ABANDONED
    assert bench.broker.open_orders() == ()

    again = plan_of(buy("CCC", "1"), cash=bench.cash(), sequence=2)
    assert bench.execute(again).outcome is Outcome.TRADED


def test_an_order_that_never_arrived_is_given_up(tmp_path: Path) -> None:
    #
    old = left_by(tmp_path, KilledBeforeSending)
    bench = Bench(tmp_path)
    new = plan_of(buy("CCC", "1"), cash=bench.cash(), sequence=2)
    assert bench.execute(new).outcome is Outcome.TRADED
    (order,) = bench.environment().orders.of_plan(old.plan_id)
    assert (order.state, order.detail) == (OrderState.CANCELED, "the broker has no such order")


def test_a_plan_that_was_given_up_can_not_come_back(tmp_path: Path) -> None:
    old = left_by(tmp_path, KilledBeforeSending)
    bench = Bench(tmp_path)
    bench.execute(plan_of(cash=bench.cash(), sequence=2))
    with pytest.raises(SupersededError, match="given up by a later run"):
        bench.execute(old)


def test_an_order_of_an_earlier_session_is_found_expired(tmp_path: Path) -> None:
    #
    old = left_by(tmp_path, KilledOnceSent)
    clock = StandingClock(datetime(2024, 11, 29, 17, 50, tzinfo=UTC))
    bench = Bench(tmp_path, clock=clock)
    new = plan_of(sell("AAA", "10"), cash=bench.cash(), session=NEXT_SESSION)
    assert [one.plan_id for one in bench.environment().executions.all_open(ACCOUNT)] == [old.plan_id]
    assert bench.execute(new).outcome is Outcome.TRADED
    (order,) = bench.environment().orders.of_plan(old.plan_id)
    assert order.state is OrderState.EXPIRED
    assert bench.environment().executions.open_for(ACCOUNT, SESSION) is None


def test_an_order_with_our_prefix_that_the_ledger_does_not_know_is_canceled(tmp_path: Path) -> None:
    #
    bench = Bench(tmp_path)
    bench.broker.submit(limit_order("AAA", Side.BUY, "1", "90.00", "alch-from-a-lost-ledger"))
    bench.execute(plan_of(buy("CCC", "1"), cash=bench.cash()))
    assert bench.broker.open_orders() == ()


def test_a_foreign_open_order_is_left_alone(tmp_path: Path) -> None:
    #
    bench = Bench(tmp_path)
    bench.broker.submit(limit_order("AAA", Side.BUY, "1", "90.00", "somebody-else"))
    assert bench.execute(plan_of(buy("CCC", "1"), cash=bench.cash())).outcome is Outcome.TRADED
    assert [order.client_order_id for order in bench.broker.open_orders()] == ["somebody-else"]


def test_nothing_new_is_sent_while_an_own_order_can_not_be_ended(tmp_path: Path) -> None:
    #
    class Stubborn(PassingBroker):
        def cancel(self, broker_order_id: str) -> None:
            del broker_order_id

    bench = Bench(tmp_path, rules=DIRECT.model_copy(update={"settling_seconds": 1}))
    bench.broker.submit(limit_order("AAA", Side.BUY, "1", "90.00", "alch-from-a-lost-ledger"))
    with pytest.raises(RiskError, match="can't be brought to an end: buy 1 AAA"):
        bench.execute(plan_of(buy("CCC", "1"), cash=bench.cash()), Stubborn(bench.broker))
    assert bench.held() == {}


def test_an_order_found_at_the_broker_though_the_ledger_lost_that_it_was_sent_is_adopted(
    tmp_path: Path,
) -> None:
    #
    bench = Bench(tmp_path)
    bench.hold(HOLDINGS)
    plan = plan_of(sell("AAA", "50"), cash=bench.cash())
    with pytest.raises(Killed):
        bench.execute(plan, database=MortalDatabase(str(bench.database.url), Fate(dies_at=4)))
    (order,) = bench.environment().orders.of_plan(plan.plan_id)
    assert order.state is OrderState.INTENDED
    bench.broker.submit(order.request())
    new = plan_of(cash=bench.cash(), sequence=2)
    bench.execute(new)
    (order,) = bench.environment().orders.of_plan(plan.plan_id)
    assert (order.state, order.filled_quantity) == (OrderState.FILLED, 50)
