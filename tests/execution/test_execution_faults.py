"""A broker whose answers get lost, whose reads lag, and who refuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.mortal import PassingBroker
from support.trading import BEFORE_CLOSE, CALENDAR, DIRECT, Bench, buy, plan_of, sell

from alchemiser_dagster.broker.simulated.broker import SimulatedBroker
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.errors import (
    OrderFateUnknownError,
    OrderNotSentError,
    OrderRejectedError,
)
from alchemiser_dagster.records.order import BrokerOrder, OrderRequest, OrderState
from alchemiser_dagster.records.values import Outcome

HOLDINGS = {"AAA": "100", "BBB": "200"}


def bench_at(folder: Path, **rules: float | tuple[Decimal, ...]) -> Bench:
    bench = Bench(folder, rules=DIRECT.model_copy(update=rules))
    bench.hold(HOLDINGS)
    return bench


class FaultyBroker(PassingBroker):
    """Does to each submit what the next fault says; None passes."""

    def __init__(self, bench: Bench, faults: list[str | None]) -> None:
        super().__init__(bench.broker)
        self.faults = faults
        self.asked: list[str] = []

    def submit(self, request: OrderRequest) -> BrokerOrder:
        self.asked.append(request.client_order_id)
        match self.faults.pop(0) if self.faults else None:
            case "lost before":
                raise OrderFateUnknownError("the connection was reset")
            case "lost after":
                super().submit(request)
                raise OrderFateUnknownError("the gateway timed out")
            case "not sent":
                raise OrderNotSentError("no route to the broker")
            case "refused":
                raise OrderRejectedError("the symbol is halted")
            case _:
                return super().submit(request)


@pytest.mark.parametrize("fault", ["lost before", "lost after"])
def test_an_order_whose_answer_is_lost_is_asked_for_and_ends_once(tmp_path: Path, fault: str) -> None:
    #
    bench = bench_at(tmp_path)
    broker = FaultyBroker(bench, [fault])
    result = bench.execute(plan_of(sell("AAA", "5"), buy("CCC", "1"), cash=bench.cash()), broker)
    assert result.outcome is Outcome.TRADED
    assert bench.held()["AAA"] == 95
    events = bench.environment().orders.events(result.orders[0].client_order_id)
    assert OrderState.UNKNOWN in {event.to_state for event in events}
    assert len(set(broker.asked)) == 2
    assert Counter(broker.asked)[broker.asked[0]] == (2 if fault == "lost before" else 1)


def test_an_order_that_nobody_can_find_stays_unknown(tmp_path: Path) -> None:
    #
    bench = bench_at(tmp_path, step_seconds=2, settling_seconds=1)
    result = bench.execute(
        plan_of(sell("AAA", "50"), buy("CCC", "1"), cash=bench.cash()),
        FaultyBroker(bench, ["lost before"] * 100),
    )
    assert result.orders[0].state is OrderState.UNKNOWN
    assert result.outcome is Outcome.FAILED
    assert "CCC" not in bench.held()


def test_an_order_that_never_left_is_sent_again_under_its_id_after_a_pause(tmp_path: Path) -> None:
    #
    bench = bench_at(tmp_path)
    broker = FaultyBroker(bench, ["not sent", "not sent"])
    result = bench.execute(plan_of(sell("AAA", "5"), cash=bench.cash()), broker)
    assert result.outcome is Outcome.TRADED
    assert [order.state for order in result.orders] == [OrderState.FILLED]
    assert (len(broker.asked), len(set(broker.asked))) == (3, 1)
    assert bench.clock.now() - BEFORE_CLOSE == timedelta(seconds=0.25 + 0.5)


def test_an_order_that_never_leaves_is_given_up_and_known_not_to_exist(tmp_path: Path) -> None:
    #
    bench = bench_at(tmp_path, step_seconds=1, steps=(Decimal(1),))
    broker = FaultyBroker(bench, ["not sent"] * 100)
    result = bench.execute(plan_of(sell("AAA", "5"), cash=bench.cash()), broker)
    assert result.outcome is Outcome.FAILED
    assert result.orders[0].state is OrderState.CANCELED
    assert result.orders[0].detail == "never sent: its time was over"


def test_an_order_is_not_sent_once_the_window_is_over(tmp_path: Path) -> None:
    #
    bench = bench_at(tmp_path)

    class Slow(FaultyBroker):
        def submit(self, request: OrderRequest) -> BrokerOrder:
            bench.clock.sleep(timedelta(minutes=14, seconds=59).total_seconds())
            try:
                return super().submit(request)
            finally:
                bench.clock.sleep(1)

    broker = Slow(bench, [])
    result = bench.execute(plan_of(sell("AAA", "5"), sell("BBB", "5"), cash=bench.cash()), broker)
    assert [order.state for order in result.orders] == [OrderState.FILLED, OrderState.CANCELED]
    assert "never sent: orders are sent from" in result.orders[1].detail
    assert "orders are sent from" in result.skips[0].reason
    assert result.outcome is Outcome.PARTIAL
    assert len(broker.asked) == 1


def test_a_lost_order_is_not_sent_again_once_the_window_is_over(tmp_path: Path) -> None:
    #
    bench = bench_at(tmp_path)

    class Lost(FaultyBroker):
        def submit(self, request: OrderRequest) -> BrokerOrder:
            bench.clock.sleep(timedelta(minutes=15).total_seconds())
            return super().submit(request)

    broker = Lost(bench, ["lost before"])
    result = bench.execute(plan_of(sell("AAA", "5"), cash=bench.cash()), broker)
    assert [order.state for order in result.orders] == [OrderState.UNKNOWN]
    assert len(broker.asked) == 1


def test_a_refusal_of_an_order_that_exists_after_all_is_not_believed(tmp_path: Path) -> None:
    # the first sending was accepted late, and holds the shares that the second one lacks
    bench = bench_at(tmp_path)

    class Late(FaultyBroker):
        def submit(self, request: OrderRequest) -> BrokerOrder:
            if self.faults:
                return super().submit(request)
            PassingBroker.submit(self, request)
            raise OrderRejectedError("insufficient qty available for order")

    result = bench.execute(plan_of(sell("AAA", "100"), cash=bench.cash()), Late(bench, ["lost before"]))
    assert [order.state for order in result.orders] == [OrderState.FILLED]
    assert bench.held() == {"BBB": Decimal(200)}


def test_an_order_lost_and_then_not_sent_stays_unknown_until_it_is_found(tmp_path: Path) -> None:
    #
    bench = bench_at(tmp_path)
    broker = FaultyBroker(bench, ["lost before", "not sent"])
    result = bench.execute(plan_of(sell("AAA", "5"), cash=bench.cash()), broker)
    assert [order.state for order in result.orders] == [OrderState.FILLED]
    assert len(set(broker.asked)) == 1


def test_a_refused_order_is_not_sent_again(tmp_path: Path) -> None:
    #
    bench = bench_at(tmp_path)
    broker = FaultyBroker(bench, ["refused"])
    result = bench.execute(plan_of(sell("AAA", "1"), buy("CCC", "10"), cash=bench.cash()), broker)
    assert [order.state for order in result.orders] == [OrderState.REJECTED, OrderState.FILLED]
    assert result.orders[0].detail == "the symbol is halted"
    assert result.outcome is Outcome.PARTIAL
    assert len(broker.asked) == 2


def test_a_duplicate_is_adopted_even_where_reads_lag_behind(tmp_path: Path) -> None:
    # the broker has the order, but doesn't show it when it is first asked for
    bench = bench_at(tmp_path)

    class Lagging(FaultyBroker):
        hidden = 2

        def orders_since(self, instant: datetime) -> tuple[BrokerOrder, ...]:
            return () if self.hidden else super().orders_since(instant)

        def order_by_client_id(self, client_order_id: str) -> BrokerOrder | None:
            if self.hidden:
                self.hidden -= 1
                return None
            return super().order_by_client_id(client_order_id)

    broker = Lagging(bench, ["lost after"])
    result = bench.execute(plan_of(sell("AAA", "5"), cash=bench.cash()), broker)
    assert result.outcome is Outcome.TRADED
    assert bench.held()["AAA"] == 95
    assert Counter(broker.asked).most_common() == [(broker.asked[0], 2)]


def test_a_fill_while_an_order_is_canceled_is_kept(tmp_path: Path) -> None:
    #
    Bench(tmp_path).hold(HOLDINGS)
    bench = Bench(
        tmp_path, SimulationRules(shares_per_look=Decimal(3)), DIRECT.model_copy(update={"step_seconds": 0.3})
    )

    class RefusingToCancel(PassingBroker):
        def cancel(self, broker_order_id: str) -> None:
            raise OrderRejectedError("the order is not cancelable", where=broker_order_id)

    result = bench.execute(plan_of(sell("AAA", "20"), cash=bench.cash()), RefusingToCancel(bench.broker))
    assert [order.state for order in result.orders] == [OrderState.FILLED]
    assert result.outcome is Outcome.TRADED


def test_an_order_that_vanishes_at_the_broker_becomes_unknown_and_is_not_sent_again(tmp_path: Path) -> None:
    #
    Bench(tmp_path).hold(HOLDINGS)
    rules = DIRECT.model_copy(update={"step_seconds": 1, "settling_seconds": 1})
    bench = Bench(tmp_path, SimulationRules(shares_per_look=Decimal(1)), rules)

    class Forgetful(FaultyBroker):
        def order_by_client_id(self, client_order_id: str) -> BrokerOrder | None:
            del client_order_id

        def orders_since(self, instant: datetime) -> tuple[BrokerOrder, ...]:
            del instant
            return ()

    broker = Forgetful(bench, [])
    result = bench.execute(plan_of(sell("AAA", "20"), cash=bench.cash()), broker)
    assert result.orders[0].state is OrderState.UNKNOWN
    assert len(broker.asked) == 1


def wide(bench: Bench) -> None:
    rules = bench.simulation.model_copy(update={"half_spread_basis_points": Decimal(150)})
    bench.broker = SimulatedBroker(bench.database, bench.feed, CALENDAR, bench.clock, rules)


def far(bench: Bench) -> None:
    bench.feed.prices["AAA"] *= 1.2


def stale(bench: Bench) -> None:
    bench.feed.observed_at = BEFORE_CLOSE - timedelta(hours=1)


def missing(bench: Bench) -> None:
    bench.feed.prices.pop("CCC")


@pytest.mark.parametrize(
    ("disturb", "reason"),
    [(wide, "the spread is too wide"), (far, "too far"), (stale, "too old")],
)
def test_a_quote_that_is_no_price_leaves_its_line_out(
    tmp_path: Path, disturb: Callable[[Bench], None], reason: str
) -> None:
    #
    bench = bench_at(tmp_path)
    plan = plan_of(sell("AAA", "5"), cash=bench.cash())
    disturb(bench)
    result = bench.execute(plan)
    assert result.orders == ()
    assert reason in result.skips[0].reason
    assert result.outcome is Outcome.FAILED


def test_a_line_without_a_quote_is_left_out(tmp_path: Path) -> None:
    #
    bench = bench_at(tmp_path)
    plan = plan_of(buy("CCC", "5"), buy("DDD", "1"), cash=bench.cash())
    missing(bench)
    result = bench.execute(plan)
    assert result.skips[0].reason == "not priced: there is no quote"
    assert result.outcome is Outcome.PARTIAL


FAULTS = st.lists(st.sampled_from([None, "lost before", "lost after", "not sent", "refused"]), max_size=12)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults=FAULTS)
def test_whatever_is_lost_no_line_is_traded_twice_and_the_ledger_says_what_the_broker_says(
    tmp_path_factory: pytest.TempPathFactory, faults: list[str | None]
) -> None:
    #
    bench = bench_at(tmp_path_factory.mktemp("faults"))
    plan = plan_of(sell("AAA", "50"), sell("BBB", "7.5"), buy("CCC", "100"), cash=bench.cash())
    result = bench.execute(plan, FaultyBroker(bench, list(faults)))
    for line in plan.lines:
        filled = sum(order.filled_quantity for order in result.orders if order.line_id == line.line_id)
        assert filled in {0, line.quantity}
    theirs = {order.client_order_id: order for order in bench.broker.orders_since(plan.envelope.created_at)}
    for order in result.orders:
        if order.state is not OrderState.UNKNOWN:
            known = theirs.get(order.client_order_id)
            assert order.filled_quantity == (known.filled_quantity if known else 0)
    assert bench.cash() == plan.cash_before + result.sold - result.bought
    bench.database.close()
