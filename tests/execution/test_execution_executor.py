from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from support.mortal import PassingBroker
from support.trading import ACCOUNT, DIRECT, NEXT_SESSION, PRICES, SESSION, Bench, buy, plan_of, sell

from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.errors import RiskError, SessionError, SupersededError
from alchemiser_dagster.execution.executor import execute_plan
from alchemiser_dagster.execution.rules import ExecutionRules
from alchemiser_dagster.records.account import BrokerAccount
from alchemiser_dagster.records.order import BrokerOrder, OrderRequest, OrderState, OrderType
from alchemiser_dagster.records.values import Outcome, Side

HOLDINGS = {"AAA": "100", "BBB": "200"}


class RecordingBroker(PassingBroker):
    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.broker)
        self.sent: list[OrderRequest] = []

    def submit(self, request: OrderRequest) -> BrokerOrder:
        self.sent.append(request)
        return super().submit(request)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.hold(HOLDINGS)
    return bench


def test_a_plan_is_sold_and_bought_as_planned(bench: Bench) -> None:
    plan = plan_of(sell("AAA", "100"), sell("BBB", "50.5"), buy("CCC", "400.123456789"), cash=bench.cash())
    result = bench.execute(plan)
    assert result.outcome is Outcome.TRADED
    assert bench.held() == {"BBB": Decimal("149.5"), "CCC": Decimal("400.123456789")}
    assert bench.cash() == plan.cash_before + result.sold - result.bought
    assert [fill.side for fill in result.fills] == [Side.SELL, Side.SELL, Side.BUY]


def test_all_sells_end_before_the_first_buy_is_sent(bench: Bench) -> None:
    #
    broker = RecordingBroker(bench)
    plan = plan_of(buy("CCC", "10"), sell("AAA", "5"), buy("DDD", "10"), sell("BBB", "5"), cash=bench.cash())
    bench.execute(plan, broker)
    assert [request.side for request in broker.sent] == [Side.SELL, Side.SELL, Side.BUY, Side.BUY]
    assert [request.symbol for request in broker.sent[2:]] == ["DDD", "CCC"]


def test_an_intent_is_in_the_ledger_before_its_order_is_sent(bench: Bench) -> None:
    #
    seen: list[OrderState | None] = []

    class Looking(PassingBroker):
        def submit(self, request: OrderRequest) -> BrokerOrder:
            known = bench.environment().orders.find(request.client_order_id)
            seen.append(known.state if known else None)
            return super().submit(request)

    plan = plan_of(sell("AAA", "5"), buy("CCC", "1"), cash=bench.cash())
    bench.execute(plan, Looking(bench.broker))
    assert seen == [OrderState.SENT, OrderState.SENT]


def test_the_same_plan_again_sends_nothing_and_returns_the_same_result(bench: Bench) -> None:
    #
    plan = plan_of(sell("AAA", "5"), buy("CCC", "1"), cash=bench.cash())
    first = bench.execute(plan)
    broker = RecordingBroker(bench)
    assert bench.execute(plan, broker) == first
    assert broker.sent == []


def test_another_plan_in_the_same_place_is_superseded(bench: Bench) -> None:
    #
    cash = bench.cash()
    bench.execute(plan_of(buy("CCC", "1"), cash=cash))
    with pytest.raises(SupersededError, match="another plan was begun as number 1"):
        bench.execute(plan_of(buy("CCC", "2"), cash=cash))
    assert bench.held()["CCC"] == 1


def test_an_empty_plan_is_nothing_to_do_and_is_kept_as_such(bench: Bench) -> None:
    #
    broker = RecordingBroker(bench)
    result = bench.execute(plan_of(cash=bench.cash()), broker)
    assert (result.outcome, broker.sent) == (Outcome.NOTHING_TO_DO, [])
    assert bench.environment().journal.record(result.envelope.record_id) == result


def test_buys_are_scaled_to_the_buying_power_the_largest_first(tmp_path: Path) -> None:
    #
    bench = Bench(tmp_path, SimulationRules(starting_cash=Decimal(1_500), withheld=Decimal(500)))
    lines = (buy("BBB", "9"), buy("AAA", "8"), buy("CCC", "10"))
    result = bench.execute(plan_of(*lines, cash=bench.cash()))
    assert bench.held()["AAA"] == 8
    assert 3 < bench.held()["BBB"] < 4
    assert {skip.symbol for skip in result.skips} == {"BBB", "CCC"}
    assert all("buying power" in skip.reason for skip in result.skips)
    assert result.outcome is Outcome.PARTIAL
    assert bench.cash() >= 0


def test_whole_shares_are_scaled_to_whole_shares(tmp_path: Path) -> None:
    #
    simulation = SimulationRules(
        starting_cash=Decimal(1_600), withheld=Decimal(600), fractionable_by_default=False
    )
    bench = Bench(tmp_path, simulation)
    bench.execute(plan_of(buy("BBB", "30", fractionable=False), cash=bench.cash()))
    assert bench.held() == {"BBB": Decimal(19)}


def test_a_failed_sell_above_the_limit_stops_the_buys(bench: Bench) -> None:
    #
    bench.feed.prices["AAA"] = PRICES["AAA"] * 1.5
    plan = plan_of(sell("AAA", "6"), buy("CCC", "1"), cash=bench.cash())
    result = bench.execute(plan)
    assert result.outcome is Outcome.FAILED
    assert [skip.reason for skip in result.skips] == [
        "not priced: the quote's middle 150.00 is too far from the planned price 100.0",
        "sells worth 600.00 failed, more than the 500 that are allowed",
    ]
    assert result.orders == ()


def test_a_failed_sell_below_the_limit_does_not_stop_the_buys(bench: Bench) -> None:
    #
    bench.feed.prices["AAA"] = PRICES["AAA"] * 1.5
    result = bench.execute(plan_of(sell("AAA", "4"), buy("CCC", "1"), cash=bench.cash()))
    assert result.outcome is Outcome.PARTIAL
    assert bench.held()["CCC"] == 1


def test_a_sell_of_more_than_is_free_sells_what_is_there(bench: Bench) -> None:
    #
    result = bench.execute(plan_of(sell("AAA", "104"), buy("CCC", "1"), cash=bench.cash()))
    assert "AAA" not in bench.held()
    assert result.skips[0].quantity == 4
    assert result.skips[0].reason == "only 100 shares are held and free to sell"


def test_a_line_below_the_brokers_minimum_is_left_out_and_the_plan_is_still_done(bench: Bench) -> None:
    #
    result = bench.execute(plan_of(buy("CCC", "0.01"), buy("DDD", "1"), cash=bench.cash()))
    assert result.outcome is Outcome.TRADED
    assert result.skips[0].reason == "0.20 is below the broker's minimum of 1"


def test_market_orders_trade_when_the_rules_say_so(tmp_path: Path) -> None:
    bench = Bench(tmp_path, rules=ExecutionRules(steps=()))
    bench.hold(HOLDINGS)
    broker = RecordingBroker(bench)
    result = bench.execute(plan_of(sell("AAA", "5"), buy("CCC", "1"), cash=bench.cash()), broker)
    assert result.outcome is Outcome.TRADED
    assert {request.order_type for request in broker.sent} == {OrderType.MARKET}


def test_what_does_not_fill_is_canceled_and_tried_again_until_attempts_are_used_up(tmp_path: Path) -> None:
    #
    Bench(tmp_path).hold(HOLDINGS)
    rules = DIRECT.model_copy(update={"step_seconds": 1, "steps": (Decimal(1),) * 2})
    bench = Bench(tmp_path, SimulationRules(shares_per_look=Decimal(1)), rules)
    result = bench.execute(plan_of(sell("AAA", "50"), cash=bench.cash()))
    assert result.outcome is Outcome.PARTIAL
    assert [order.state for order in result.orders] == [OrderState.CANCELED, OrderState.CANCELED]
    assert result.orders[1].quantity == 50 - result.orders[0].filled_quantity
    assert bench.held()["AAA"] == 100 - sum(order.filled_quantity for order in result.orders)
    assert bench.broker.open_orders() == ()


def test_a_window_that_ends_while_orders_work_stops_new_ones(tmp_path: Path) -> None:
    #
    Bench(tmp_path).hold(HOLDINGS)
    bench = Bench(
        tmp_path,
        SimulationRules(shares_per_look=Decimal(1)),
        DIRECT.model_copy(
            update={"step_seconds": 10_000, "longest_pause_seconds": 600, "deadline": timedelta(0)}
        ),
    )
    result = bench.execute(plan_of(sell("AAA", "4"), sell("BBB", "40"), buy("CCC", "1"), cash=bench.cash()))
    assert result.outcome is Outcome.PARTIAL
    assert [order.state for order in result.orders] == [OrderState.EXPIRED, OrderState.FILLED]
    assert "sells worth" in result.skips[-1].reason


def test_an_account_that_changed_since_the_plan_was_made_is_not_traded(bench: Bench) -> None:
    #
    plan = plan_of(buy("CCC", "1"), cash=bench.cash() + 1)
    with pytest.raises(RiskError, match="in cash now"):
        bench.execute(plan)
    assert bench.environment().executions.find(plan.plan_id) is None


def test_a_plan_for_another_account_is_refused(bench: Bench) -> None:
    #
    with pytest.raises(RiskError, match="another account"):
        bench.execute(plan_of(buy("CCC", "1"), cash=bench.cash(), account="other"))


@pytest.mark.parametrize("flag", ["trading_blocked", "account_blocked", "trade_suspended_by_user"])
def test_an_account_that_is_blocked_is_not_traded(bench: Bench, flag: str) -> None:
    #
    class Blocked(RecordingBroker):
        def account(self) -> BrokerAccount:
            return super().account().model_copy(update={flag: True})

    broker = Blocked(bench)
    with pytest.raises(RiskError, match="can't trade"):
        bench.execute(plan_of(buy("CCC", "1"), cash=bench.cash()), broker)
    assert broker.sent == []


def test_a_plan_of_another_session_is_refused(bench: Bench) -> None:
    plan = plan_of(buy("CCC", "1"), cash=bench.cash(), session=NEXT_SESSION)
    envelope = plan.envelope
    with pytest.raises(SessionError, match=f"the permit is for session {SESSION}"):
        execute_plan(plan, bench.environment(), bench.permit(), envelope)


def test_a_permit_is_asked_again_before_anything_is_sent(bench: Bench) -> None:
    #
    permit = bench.permit()
    bench.clock.sleep(timedelta(minutes=20).total_seconds())
    plan = plan_of(buy("CCC", "1"), cash=bench.cash())
    with pytest.raises(SessionError, match="orders are sent from"):
        execute_plan(plan, bench.environment(), permit, plan.envelope)
    assert bench.environment().executions.count(ACCOUNT, SESSION) == 0
