"""A run that failed is recovered from: own orders ended, fills adopted, what happened told, nothing sent."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from support.mortal import Fate, Killed, MortalBroker, PassingBroker
from support.recovering import FAILED_RUN, Recovering, facts, keep
from support.trading import (
    ACCOUNT,
    DIRECT,
    NEXT_SESSION,
    SESSION,
    Bench,
    buy,
    envelope_for,
    limit_order,
    market_order,
    plan_of,
    sell,
)

from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.errors import BrokerError, BusyError, RiskError
from alchemiser_dagster.execution.lock import account_lock
from alchemiser_dagster.ledger.executions import ExecutionState
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.resumptions import ResumptionBook
from alchemiser_dagster.records.halt import HaltChange, HaltLevel
from alchemiser_dagster.records.order import BrokerOrder, OrderState
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.recovery import Resumption
from alchemiser_dagster.records.values import Outcome, Side
from alchemiser_dagster.recovery.hindrances import NOTHING_OPEN, RESUMED_BEFORE
from alchemiser_dagster.recovery.next_steps import RESUMES, TAKE_UP
from alchemiser_dagster.recovery.quiet_broker import QuietBroker
from alchemiser_dagster.settings.choices import AfterFailure

SLOW = SimulationRules(shares_per_look=Decimal(15))
SHORT_STEPS = DIRECT.model_copy(update={"step_seconds": 0.2, "first_pause_seconds": 0.25})


class SilentBroker(PassingBroker):
    """Knows no order, whoever asks."""

    def order_by_client_id(self, client_order_id: str) -> BrokerOrder | None:
        del client_order_id
        return None

    def orders_since(self, instant: object) -> tuple[BrokerOrder, ...]:
        del instant
        return ()


class DeadBroker(PassingBroker):
    """Can't be asked for orders."""

    def open_orders(self) -> tuple[BrokerOrder, ...]:
        raise BrokerError("the network is gone")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.hold({"AAA": "90"})
    return Bench(tmp_path, SLOW, SHORT_STEPS)


def begun(bench: Bench) -> RebalancePlan:
    plan = plan_of(sell("AAA", "90"), buy("CCC", "100"), cash=bench.cash())
    return keep(plan, bench.database)


def die_at(bench: Bench, plan: RebalancePlan, moment: int) -> None:
    """Let the run die at its n-th request."""
    with pytest.raises(Killed):
        bench.execute(plan, MortalBroker(bench.broker, Fate(dies_at=moment)))


def die_after_sending(bench: Bench, plan: RebalancePlan) -> None:
    """Let the run die right after the first order reached the broker, before its answer did."""

    class LastBreath(PassingBroker):
        def submit(self, request: object) -> BrokerOrder:
            super().submit(request)  # type: ignore[arg-type]
            raise Killed

    with pytest.raises(Killed):
        bench.execute(plan, LastBreath(bench.broker))


def die_before_sending(bench: Bench, plan: RebalancePlan) -> None:
    """Let the run die when the first order is written down as sent, and was not."""

    class NoBreath(PassingBroker):
        def submit(self, request: object) -> BrokerOrder:
            del request
            raise Killed

    with pytest.raises(Killed):
        bench.execute(plan, NoBreath(bench.broker))


def halted(bench: Bench, level: HaltLevel) -> None:
    envelope = envelope_for(f"halt-{level}")
    change = HaltChange(
        envelope=envelope, session=SESSION, level=level, by="Ada", reason="a look", is_tripped=False
    )
    HaltBook(bench.database).change(change)


def test_an_order_that_is_open_at_the_broker_is_ended_and_its_fills_are_adopted(bench: Bench) -> None:
    #
    plan = begun(bench)
    die_after_sending(bench, plan)
    report = Recovering(bench, ACCOUNT).recover()
    (order,) = report.orders
    assert (order.symbol, order.side, order.state) == ("AAA", Side.SELL, OrderState.CANCELED)
    assert Decimal(0) < order.filled_quantity < Decimal(90)
    assert bench.broker.open_orders() == ()
    fills = bench.environment().fills.of_plan(plan.plan_id)
    assert sum(fill.quantity for fill in fills) == order.filled_quantity
    assert (report.adopted_fills, report.is_settled) == (len(fills), True)
    assert report.failed_run_id == FAILED_RUN
    assert (report.plan_id, report.lines_remaining) == (plan.plan_id, 2)
    missing = (Decimal(90) - order.filled_quantity) * 100 + 100 * 20
    assert report.value_remaining == missing
    assert report.found == (
        f"Plan {plan.plan_id[:12]} was begun at 20:45:00 UTC and not ended",
        "The last that run run-1 kept is its rebalance plan",
        f"Its orders at the broker: 1 canceled; the books hold {len(fills)} fills of them",
        f"2 of its lines are left, worth {missing:,.2f} USD",
    )
    assert report.next_action == TAKE_UP


def test_a_recovery_of_what_is_settled_finds_the_same_again(bench: Bench) -> None:
    #
    die_after_sending(bench, begun(bench))
    first = Recovering(bench, ACCOUNT).recover()
    assert facts(Recovering(bench, ACCOUNT).recover()) == facts(first)


def test_an_order_that_the_broker_does_not_have_stays_unknown(bench: Bench) -> None:
    # nothing is assumed, and whoever takes the plan up sends the very same order
    plan = begun(bench)
    die_before_sending(bench, plan)
    before = bench.clock.now()
    report = Recovering(bench, ACCOUNT).recover()
    (order,) = report.orders
    assert (order.state, report.is_settled) == (OrderState.UNKNOWN, False)
    assert bench.clock.now() - before >= timedelta(seconds=DIRECT.settling_seconds)
    assert any("The broker has no order to sell 90 AAA so far" in sentence for sentence in report.found)
    assert bench.execute(plan).outcome is Outcome.TRADED
    assert bench.environment().orders.of_plan(plan.plan_id)[0].client_order_id == (order.client_order_id)


def test_an_order_that_arrived_and_is_not_found_yet_is_not_given_up(bench: Bench) -> None:
    #
    plan = begun(bench)
    die_after_sending(bench, plan)
    blind = Recovering(bench, ACCOUNT, SilentBroker(bench.broker)).recover()
    assert [order.state for order in blind.unsettled] == [OrderState.UNKNOWN]
    assert Recovering(bench, ACCOUNT).recover().is_settled


def test_an_order_that_was_only_intended_is_ended_without_a_word_to_the_broker(bench: Bench) -> None:
    #
    plan = plan_of(sell("AAA", "40"), sell("BBB", "30"), cash=bench.cash())
    bench.broker.submit(market_order("BBB", Side.BUY, "30", client_order_id="before-BBB"))
    plan = keep(plan.model_copy(update={"cash_before": bench.cash()}), bench.database)
    die_before_sending(bench, plan)
    report = Recovering(bench, ACCOUNT).recover()
    assert sorted(order.state for order in report.orders) == [OrderState.CANCELED, OrderState.UNKNOWN]


def test_an_own_order_that_the_books_do_not_know_is_canceled_too(bench: Bench) -> None:
    #
    bench.broker.submit(limit_order("CCC", Side.BUY, "5", "1.00", client_order_id="alch-lost"))
    bench.broker.submit(limit_order("CCC", Side.BUY, "5", "1.00", client_order_id="somebody"))
    report = Recovering(bench, ACCOUNT).recover()
    assert [order.client_order_id for order in bench.broker.open_orders()] == ["somebody"]
    assert (report.is_settled, report.was_needed, report.hindrances) == (True, False, (NOTHING_OPEN,))


def test_a_recovery_sends_nothing_whoever_asks_it_to(bench: Bench) -> None:
    #
    quiet = QuietBroker(bench.broker)
    with pytest.raises(RiskError, match="sends nothing"):
        quiet.submit(market_order("CCC", Side.BUY, "1"))
    environment = bench.environment()
    plan = begun(bench)
    die_before_sending(bench, plan)
    (lost,) = environment.orders.of_plan(plan.plan_id)
    Recovering(bench, ACCOUNT).recover()
    assert bench.broker.order_by_client_id(lost.client_order_id) is None


def test_a_run_that_still_lives_is_left_alone(bench: Bench) -> None:
    #
    plan = begun(bench)
    die_after_sending(bench, plan)
    with (
        account_lock(bench.folder / "locks", ACCOUNT, "run run-2"),
        pytest.raises(BusyError, match="run run-2 is trading the account"),
    ):
        Recovering(bench, ACCOUNT).recover()
    assert bench.broker.open_orders() != ()


def test_a_broker_that_cannot_be_asked_ends_the_recovery_without_a_report(bench: Bench) -> None:
    #
    die_after_sending(bench, begun(bench))
    with pytest.raises(BrokerError, match="the network is gone"):
        Recovering(bench, ACCOUNT, DeadBroker(bench.broker)).recover()


def test_books_of_another_account_are_not_recovered_with_this_broker(bench: Bench) -> None:
    #
    with pytest.raises(RiskError, match="another account"):
        Recovering(bench, "somebody").recover()


def test_orders_are_ended_after_the_window_and_the_rest_is_left(bench: Bench) -> None:
    #
    plan = begun(bench)
    die_after_sending(bench, plan)
    bench.clock.sleep(16 * 60)
    report = Recovering(bench, ACCOUNT, after_failure=AfterFailure.RESUME).recover()
    assert report.is_settled
    (hindrance,) = report.hindrances
    assert hindrance.startswith("orders are sent from 2024-11-27 20:45 to 21:00 UTC")
    assert hindrance in report.next_action


@pytest.mark.parametrize("level", [HaltLevel.HALT, HaltLevel.REDUCE_ONLY, HaltLevel.FLATTEN])
def test_while_trading_is_held_back_orders_are_ended_and_the_rest_is_left(
    bench: Bench, level: HaltLevel
) -> None:
    #
    die_after_sending(bench, begun(bench))
    halted(bench, level)
    report = Recovering(bench, ACCOUNT, after_failure=AfterFailure.RESUME).recover()
    assert report.is_settled
    (hindrance,) = report.hindrances
    assert hindrance.startswith(f"trading is held back: {level.value}")


def test_with_nothing_in_the_way_the_rest_may_be_traded_once(bench: Bench) -> None:
    #
    plan = begun(bench)
    die_after_sending(bench, plan)
    recovering = Recovering(bench, ACCOUNT, after_failure=AfterFailure.RESUME)
    report = recovering.recover()
    assert (report.can_resume, report.next_action) == (True, RESUMES)
    book = ResumptionBook(bench.database)
    assert book.claim(resumption(plan, "recovery-1"))
    assert book.claim(resumption(plan, "recovery-1"))
    assert not book.claim(resumption(plan, "recovery-2"))
    assert recovering.recover().hindrances == (RESUMED_BEFORE,)


def resumption(plan: RebalancePlan, run_id: str) -> Resumption:
    envelope = envelope_for(f"resumption-{run_id}").model_copy(update={"causation_id": run_id})
    return Resumption(envelope=envelope, session=SESSION, plan_id=plan.plan_id)


def test_a_plan_of_other_code_is_not_carried_on(bench: Bench) -> None:
    #
    plan = begun(bench)
    die_after_sending(bench, plan)
    guards = Recovering(bench, ACCOUNT).guards()
    other = type(guards)(guards.database, guards.require_open, guards.max_attempts, "newer")
    assert other.hindrances(ACCOUNT, SESSION) == ("the plan was made by other code than runs now",)


def test_a_day_that_ended_leaves_nothing_to_recover(bench: Bench) -> None:
    #
    plan = begun(bench)
    bench.execute(plan)
    report = Recovering(bench, ACCOUNT).recover()
    assert (report.was_needed, report.plan_id, report.lines_remaining) == (False, None, 0)
    assert report.hindrances == (NOTHING_OPEN,)
    assert bench.environment().executions.find(plan.plan_id).state is ExecutionState.CLOSED  # type: ignore[union-attr]


def test_orders_of_an_earlier_session_are_settled_too(bench: Bench) -> None:
    #
    plan = begun(bench)
    die_before_sending(bench, plan)
    report = Recovering(bench, ACCOUNT).recover(NEXT_SESSION)
    assert report.plan_id is None
    assert [order.state for order in report.unsettled] == [OrderState.UNKNOWN]
    assert report.found[0] == "No plan of the session was begun"
