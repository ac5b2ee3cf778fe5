"""Lines that walk through the spread: one order after the other, each for what is confirmed as missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from support.mortal import PassingBroker
from support.trading import BEFORE_CLOSE, CALENDAR, SESSION, Bench, buy, limit_order, plan_of, sell

from alchemiser_dagster.broker.simulated.behaviour import PendingFill, SymbolBehaviour
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.errors import BrokerError, OrderFateUnknownError, OrderRejectedError
from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.order import (
    BrokerOrder,
    OrderChange,
    OrderRequest,
    OrderState,
    OrderType,
    TimeInForce,
)
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Outcome, Side
from alchemiser_dagster.settings.choices import AtDeadline, LastOrder, Requote

WALK = ExecutionRules()
REPLACE = ExecutionRules(requote=Requote.REPLACE)
HOLDINGS = {"AAA": "100", "BBB": "200"}
HALF_SPREAD = Decimal(10)


def bench_with(
    folder: Path, rules: ExecutionRules = WALK, **behaviours: Mapping[str, object] | None
) -> Bench:
    """Return a bench whose spread is 20 cents at 100 dollars, and whose symbols behave as told."""
    Bench(folder).hold(HOLDINGS)
    simulation = SimulationRules(
        half_spread_basis_points=HALF_SPREAD,
        behaviours={
            symbol: SymbolBehaviour.model_validate(told or {}) for symbol, told in behaviours.items()
        },
    )
    return Bench(folder, simulation, rules)


def orders_of(bench: Bench, plan: RebalancePlan) -> tuple[LedgerOrder, ...]:
    return bench.environment().orders.of_plan(plan.plan_id)


def limits(orders: tuple[LedgerOrder, ...]) -> list[str]:
    return [str(order.limit_price) for order in orders]


def run(bench: Bench, *lines: object) -> tuple[ExecutionResult, tuple[LedgerOrder, ...]]:
    plan = plan_of(*lines, cash=bench.cash())  # type: ignore[arg-type]  # lines as sell() and buy() make them
    return bench.execute(plan), orders_of(bench, plan)


def test_an_order_walks_until_the_market_meets_it(tmp_path: Path) -> None:
    #
    bench = bench_with(tmp_path, AAA={"meets_at": Decimal("0.75")})
    result, orders = run(bench, sell("AAA", "10"))
    assert result.outcome is Outcome.TRADED
    assert limits(orders) == ["100.00", "99.95"]
    assert [order.state for order in orders] == [OrderState.CANCELED, OrderState.FILLED]
    assert [order.quoted_mid for order in orders] == [Decimal("100.00")] * 2
    waited = bench.clock.now() - BEFORE_CLOSE
    assert timedelta(seconds=10) <= waited < timedelta(seconds=11)


def test_the_market_takes_what_no_limit_met(tmp_path: Path) -> None:
    bench = bench_with(tmp_path)
    result, orders = run(bench, buy("DDD", "10.5"))
    assert result.outcome is Outcome.TRADED
    assert [order.order_type for order in orders] == [OrderType.LIMIT] * 3 + [OrderType.MARKET]
    assert orders[-1].average_price == Decimal("250.25")


def test_each_step_asks_only_for_what_is_confirmed_as_missing(tmp_path: Path) -> None:
    #
    bench = bench_with(tmp_path, AAA={"meets_at": Decimal("0.5"), "shares_per_look": Decimal(3)})
    result, orders = run(bench, sell("AAA", "50"))
    assert result.outcome is Outcome.TRADED
    assert sum(order.filled_quantity for order in orders) == 50
    for before, after in pairwise(orders):
        assert after.quantity == before.unfilled
    assert bench.held()["AAA"] == 50


@pytest.mark.parametrize("fills", [PendingFill.HALF, PendingFill.ALL])
def test_what_fills_while_an_order_is_canceled_is_not_bought_again(
    tmp_path: Path, fills: PendingFill
) -> None:
    #
    bench = bench_with(tmp_path, CCC={"fills_while_pending": fills})
    result, orders = run(bench, buy("CCC", "100"))
    assert result.outcome is Outcome.TRADED
    assert bench.held()["CCC"] == 100
    assert orders[0].filled_quantity == (100 if fills is PendingFill.ALL else 50)


def test_a_limit_for_whole_shares_gives_its_place_to_the_next(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, REPLACE, AAA={"meets_at": Decimal("0.95")})
    result, orders = run(bench, sell("AAA", "10"))
    assert result.outcome is Outcome.TRADED
    assert limits(orders) == ["100.00", "99.95", "99.91"]
    assert [order.replaces for order in orders] == [
        None,
        orders[0].client_order_id,
        orders[1].client_order_id,
    ]
    assert [order.detail for order in orders[:2]] == ["the broker says replaced"] * 2
    assert bench.held()["AAA"] == 90


def test_fractions_and_market_orders_are_canceled_not_replaced(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, REPLACE)
    result, orders = run(bench, buy("DDD", "10.5"), buy("AAA", "4"))
    assert result.outcome is Outcome.TRADED
    by_symbol = {
        symbol: [order.replaces for order in orders if order.symbol == symbol] for symbol in ("DDD", "AAA")
    }
    assert by_symbol["DDD"] == [None] * 4
    assert [replaced is not None for replaced in by_symbol["AAA"]] == [False, True, True, False]


@pytest.mark.parametrize("fills", [PendingFill.HALF, PendingFill.ALL])
@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
def test_what_fills_while_an_order_is_replaced_is_not_traded_again(
    tmp_path: Path, fills: PendingFill, side: Side
) -> None:
    # the order that was to be replaced fills after all
    bench = bench_with(tmp_path, REPLACE, BBB={"fills_while_pending": fills})
    bench = Bench(
        tmp_path, bench.simulation.model_copy(update={"replace_after": timedelta(seconds=1)}), bench.rules
    )
    result, orders = run(bench, (buy if side is Side.BUY else sell)("BBB", "100"))
    assert result.outcome is Outcome.TRADED
    assert bench.held()["BBB"] == (300 if side is Side.BUY else 100)
    assert orders[0].filled_quantity == (100 if fills is PendingFill.ALL else 50)
    assert bench.broker.open_orders() == ()


class RefusingToReplace(PassingBroker):
    def replace(self, broker_order_id: str, change: OrderChange) -> BrokerOrder:
        refused = self.broker.replace
        self.broker.cancel(broker_order_id)
        return refused(broker_order_id, change)


def test_a_refused_replacement_leaves_the_line_to_the_next_order(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, REPLACE)
    plan = plan_of(sell("AAA", "10"), cash=bench.cash())
    result = bench.execute(plan, RefusingToReplace(bench.broker))
    assert result.outcome is Outcome.TRADED
    assert OrderState.REJECTED in {order.state for order in orders_of(bench, plan)}
    assert bench.held()["AAA"] == 90


def test_whole_shares_to_buy_wait_for_the_closing_auction(tmp_path: Path) -> None:
    rules = ExecutionRules(last_order=LastOrder.CLOSING_AUCTION)
    bench = bench_with(tmp_path, rules)
    result, orders = run(bench, sell("AAA", "10"), buy("DDD", "4"), buy("BBB", "1.5"))
    last = {order.symbol: order for order in orders}
    assert result.outcome is Outcome.TRADED
    assert last["DDD"].time_in_force is TimeInForce.CLOSE
    assert {last[symbol].time_in_force for symbol in ("AAA", "BBB")} == {TimeInForce.DAY}
    assert bench.held()["DDD"] == 4
    assert bench.clock.now() > CALENDAR.close_of(SESSION)


def test_at_the_deadline_what_is_open_goes_to_the_market(tmp_path: Path) -> None:
    rules = ExecutionRules(deadline=timedelta(minutes=14, seconds=55))
    result, orders = run(bench_with(tmp_path, rules), sell("AAA", "10"))
    assert result.outcome is Outcome.TRADED
    assert [order.order_type for order in orders] == [OrderType.LIMIT, OrderType.MARKET]


def test_at_the_deadline_what_is_open_is_canceled_where_the_rules_say_so(tmp_path: Path) -> None:
    rules = ExecutionRules(deadline=timedelta(minutes=14, seconds=55), at_deadline=AtDeadline.CANCEL)
    bench = bench_with(tmp_path, rules)
    result, orders = run(bench, buy("CCC", "10"))
    assert result.outcome is Outcome.FAILED
    assert [order.state for order in orders] == [OrderState.CANCELED]
    assert result.skips[0].reason == "nothing more is sent for it after its last step"
    assert bench.clock.now() - BEFORE_CLOSE < timedelta(seconds=10)


def test_without_a_last_order_the_rest_is_left(tmp_path: Path) -> None:
    result, orders = run(bench_with(tmp_path, ExecutionRules(last_order=LastOrder.NONE)), buy("DDD", "10"))
    assert result.outcome is Outcome.FAILED
    assert len(orders) == 3


def test_a_line_against_a_foreign_order_is_left_out(tmp_path: Path) -> None:
    #
    bench = bench_with(tmp_path)
    bench.broker.submit(limit_order("AAA", Side.SELL, "1", "200.00", "theirs"))
    result, _ = run(bench, buy("AAA", "1"), buy("CCC", "10"))
    assert result.outcome is Outcome.PARTIAL
    assert result.skips[0].reason == "not priced: a foreign order to sell 1 is open in it"
    assert [order.client_order_id for order in bench.broker.open_orders()] == ["theirs"]


class Blind(PassingBroker):
    """Doesn't list orders at the first looks."""

    misses = 3

    def orders_since(self, instant: datetime) -> tuple[BrokerOrder, ...]:
        if self.misses:
            self.misses -= 1
            raise BrokerError("the orders can't be read", where="orders")
        return super().orders_since(instant)


def test_a_look_that_fails_is_a_look_missed(tmp_path: Path) -> None:
    #
    bench = bench_with(tmp_path, AAA={"meets_at": Decimal("0.75")})
    plan = plan_of(sell("AAA", "10"), cash=bench.cash())
    result = bench.execute(plan, Blind(bench.broker))
    assert result.outcome is Outcome.TRADED
    assert [order.filled_quantity for order in orders_of(bench, plan)] == [0, 10]


class LosingReads(PassingBroker):
    """Accepts an order, loses the answer, and can't be asked for it either."""

    lost = 2

    def submit(self, request: OrderRequest) -> BrokerOrder:
        super().submit(request)
        raise OrderFateUnknownError("no answer came", where=request.symbol)

    def order_by_client_id(self, client_order_id: str) -> BrokerOrder | None:
        if self.lost:
            self.lost -= 1
            raise BrokerError("the order can't be read", where=client_order_id)
        return super().order_by_client_id(client_order_id)


def test_an_order_that_can_t_be_asked_for_at_once_is_asked_for_later_and_not_sent_again(
    tmp_path: Path,
) -> None:
    #
    bench = bench_with(tmp_path, AAA={"meets_at": Decimal("0.5")})
    plan = plan_of(sell("AAA", "10"), cash=bench.cash())
    result = bench.execute(plan, LosingReads(bench.broker))
    assert result.outcome is Outcome.TRADED
    assert bench.held()["AAA"] == 90
    assert len(orders_of(bench, plan)) == 1


def test_several_orders_at_a_time_end_where_one_after_the_other_ends(tmp_path: Path) -> None:
    #
    ends = []
    for lanes in (1, 8):
        (tmp_path / str(lanes)).mkdir()
        bench = bench_with(
            tmp_path / str(lanes), ExecutionRules(lanes=lanes), CCC={"meets_at": Decimal("0.75")}
        )
        lines = (sell("AAA", "50"), sell("BBB", "100.5"), buy("CCC", "100"), buy("DDD", "7.25"))
        result, _ = run(bench, *lines)
        ends.append((result.outcome, result.bought, result.sold, bench.held(), bench.cash()))
    assert ends[0] == ends[1]


class LateQuotes(PassingBroker):
    """Has no quote of a symbol at first."""

    misses = 2

    def quotes(self, symbols: Sequence[str]) -> tuple[Quote, ...]:
        found = super().quotes(symbols)
        if self.misses:
            self.misses -= 1
            return tuple(quote for quote in found if quote.symbol != "AAA")
        return found


def test_a_quote_that_is_missing_for_a_moment_leaves_no_line_out(tmp_path: Path) -> None:
    #
    bench = bench_with(tmp_path)
    plan = plan_of(sell("AAA", "10"), sell("BBB", "10"), cash=bench.cash())
    result = bench.execute(plan, LateQuotes(bench.broker))
    assert result.outcome is Outcome.TRADED
    assert result.skips == ()


class ArrivingLate(PassingBroker):
    """Has an order only some time after it was sent, and refuses it meanwhile for the shares it holds."""

    hidden = 4

    def submit(self, request: OrderRequest) -> BrokerOrder:
        if super().order_by_client_id(request.client_order_id) is None:
            super().submit(request)
            raise OrderFateUnknownError("no answer came", where=request.symbol)
        raise OrderRejectedError("insufficient qty available for order", where=request.symbol)

    def order_by_client_id(self, client_order_id: str) -> BrokerOrder | None:
        if self.hidden:
            self.hidden -= 1
            return None
        return super().order_by_client_id(client_order_id)

    def orders_since(self, instant: datetime) -> tuple[BrokerOrder, ...]:
        return () if self.hidden else super().orders_since(instant)


def test_a_refusal_of_what_may_have_arrived_late_is_not_believed(tmp_path: Path) -> None:
    #
    bench = bench_with(tmp_path, AAA={"meets_at": Decimal("0.5")})
    plan = plan_of(sell("AAA", "10"), cash=bench.cash())
    result = bench.execute(plan, ArrivingLate(bench.broker))
    assert [order.state for order in orders_of(bench, plan)] == [OrderState.FILLED]
    assert result.outcome is Outcome.TRADED


class RefusingAgain(PassingBroker):
    """Loses an order before it arrives, and refuses it when it is sent again."""

    sent = 0

    def submit(self, request: OrderRequest) -> BrokerOrder:
        self.sent += 1
        if self.sent == 1:
            raise OrderFateUnknownError("no answer came", where=request.symbol)
        raise OrderRejectedError("asset is not tradable", where=request.symbol)


def test_a_refusal_is_believed_once_the_order_has_not_turned_up_for_a_while(tmp_path: Path) -> None:
    #
    bench = bench_with(tmp_path)
    plan = plan_of(sell("AAA", "10"), cash=bench.cash())
    broker = RefusingAgain(bench.broker)
    bench.execute(plan, broker)
    (order,) = orders_of(bench, plan)
    assert (order.state, order.detail) == (OrderState.REJECTED, "asset is not tradable")
    assert broker.sent == 2
    assert bench.clock.now() - BEFORE_CLOSE >= timedelta(seconds=bench.rules.settling_seconds)
