"""The gate itself: what is let through goes once, and nothing goes that was not let through."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from support.gate_stage import Stage, stage_in, terms_with
from support.trading import buy, plan_of

from alchemiser_dagster.errors import LimitError, RiskError
from alchemiser_dagster.execution.order_desk import OrderDesk
from alchemiser_dagster.execution.phase import phase_of
from alchemiser_dagster.ledger.admissions import AdmissionBook
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.records.order import OrderChange, OrderState, OrderType
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.risk.gate import Admission, Refusal, RiskGate
from alchemiser_dagster.risk.opening import open_gate

PLAN = (buy("AAA", "100"), buy("BBB", "100"))


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return stage_in(tmp_path, monkeypatch)


def gate_on(stage: Stage) -> RiskGate:
    plan = plan_of(*PLAN, cash=stage.bench.cash())
    stage.plans.append(plan)
    environment = stage.bench.environment(stage.broker)
    environment.executions.open(plan, stage.clock.now())
    return open_gate(plan, environment.gate_parts(stage.bench.permit()))


def intended(stage: Stage, gate: RiskGate) -> tuple[LedgerOrder, ...]:
    """Let the orders of the plan be intended as an execution does it, and send none."""
    environment = stage.bench.environment(stage.broker)
    phase = phase_of(OrderDesk(environment, gate), gate, Side.BUY)
    return environment.orders.intend(phase._next_intents(), stage.clock.now())


def test_an_order_that_was_not_let_through_is_not_sent(stage: Stage) -> None:
    #
    gate = gate_on(stage)
    first, _ = intended(stage, gate)
    with pytest.raises(RiskError, match="was not let through by the risk gate, or was sent already"):
        gate.submit(Admission(first))
    change = OrderChange(client_order_id="new", limit_price=Decimal(1))
    with pytest.raises(RiskError, match="was not let through"):
        gate.replace(Admission(first), "broker-id", change)
    assert stage.broker.asked == []


def test_an_admission_is_good_for_one_request(stage: Stage) -> None:
    #
    gate = gate_on(stage)
    admission = gate.admit(intended(stage, gate)[0])
    assert isinstance(admission, Admission)
    gate.submit(admission)
    with pytest.raises(RiskError, match="or was sent already"):
        gate.submit(admission)
    assert len(stage.broker.asked) == 1


def test_an_admission_of_one_gate_is_none_of_another(stage: Stage) -> None:
    gate = gate_on(stage)
    admission = gate.admit(intended(stage, gate)[0])
    assert isinstance(admission, Admission)
    with pytest.raises(RiskError, match="was not let through"):
        open_gate(gate.plan, gate.parts).submit(admission)


def test_what_is_admitted_is_counted_and_marked_as_sent_in_one_step(stage: Stage) -> None:
    #
    gate = gate_on(stage)
    order = intended(stage, gate)[0]
    gate.admit(order)
    known = stage.bench.environment().orders.find(order.client_order_id)
    assert known is not None
    assert known.state is OrderState.SENT
    (counted,) = AdmissionBook(stage.database).of_session(order.account, order.session)
    assert (counted.order, counted.price) == (known, order.limit_price)


def test_what_is_refused_is_neither_counted_nor_marked(stage: Stage) -> None:
    gate = gate_on(stage)
    order = replace(intended(stage, gate)[0], quantity=Decimal(1_000))
    refusal = gate.admit(order)
    assert isinstance(refusal, Refusal)
    assert refusal.is_final
    known = stage.bench.environment().orders.find(order.client_order_id)
    assert known is not None
    assert known.state is OrderState.INTENDED
    assert AdmissionBook(stage.database).of_session(order.account, order.session) == ()


def test_what_others_at_work_may_have_been_counted_twice_for_is_asked_again_later(stage: Stage) -> None:
    # while an order fills under the look, its shares are there, and still to come
    first, second = intended(stage, gate_on(stage))
    assert isinstance(gate_on(stage).admit(first), Admission)
    most = first.quantity * first.decision_price * Decimal("1.5") / Decimal(100_000)
    stage.bench.terms = terms_with(max_gross_exposure=most)
    refusal = gate_on(stage).admit(second)
    assert isinstance(refusal, Refusal)
    assert "would be invested" in refusal.reason
    assert not refusal.is_final


def test_asking_again_for_the_same_order_counts_it_once(stage: Stage) -> None:
    #
    stage.bench.terms = terms_with(max_orders=2)
    gate = gate_on(stage)
    first, second = intended(stage, gate)
    for order in (first, first, second, second):
        assert isinstance(gate.admit(order), Admission)
    assert len(AdmissionBook(stage.database).of_session(first.account, first.session)) == 2


def test_a_market_order_is_counted_at_the_side_of_the_quote_that_it_meets(stage: Stage) -> None:
    gate = gate_on(stage)
    order = intended(stage, gate)[0]
    assert order.ask is not None
    market = replace(order, order_type=OrderType.MARKET, limit_price=None, ask=order.ask + 1)
    gate.admit(market)
    (counted,) = AdmissionBook(stage.database).of_session(order.account, order.session)
    assert counted.price == order.ask + 1


def test_an_order_of_another_plan_or_account_is_none_of_the_gates(stage: Stage) -> None:
    gate = gate_on(stage)
    order = intended(stage, gate)[0]
    for foreign in (replace(order, plan_id="another"), replace(order, account="another")):
        refusal = gate.admit(foreign)
        assert isinstance(refusal, Refusal)
        assert refusal.reason == "the plan has no such line"


def test_a_desk_without_a_gate_sends_nothing(stage: Stage) -> None:
    #
    gate = gate_on(stage)
    order = OrderDesk(stage.bench.environment(stage.broker)).send(intended(stage, gate)[0])
    assert (order.state, order.detail) == (
        OrderState.CANCELED,
        "never sent: nothing is sent without the risk gate",
    )
    assert stage.broker.asked == []


def test_a_look_is_at_most_a_minute_old(stage: Stage) -> None:
    gate = gate_on(stage)
    first = gate.view()
    stage.clock.sleep(60)
    assert gate.view() is first
    stage.clock.sleep(1)
    assert gate.view() is not first


def test_all_objections_to_a_plan_are_named_together(stage: Stage) -> None:
    stage.bench.terms = terms_with(max_orders=1, max_order_notional=Decimal(9_000), is_live=True)
    with pytest.raises(LimitError) as caught:
        gate_on(stage)
    assert caught.value.what == (
        "nobody has reviewed the limits yet; AAA would be more than 9,000.00 USD; "
        "2 orders are more than the 1 of a session"
    )
