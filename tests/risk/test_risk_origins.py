"""What the gate learns from the journal and the settings: base equity, code versions, reviews, terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from support.gate_stage import DisturbedBroker, Stage, set_level, stage_in, terms_with
from support.trading import (
    BEFORE_CLOSE,
    CALENDAR,
    GENEROUS,
    NEXT_SESSION,
    SESSION,
    Bench,
    buy,
    envelope_for,
    plan_of,
    sell,
)

from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.errors import HaltedError
from alchemiser_dagster.ledger.admissions import AdmissionBook
from alchemiser_dagster.ledger.approvals import ApprovalBook
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.records.activity import Activity, ActivityKind
from alchemiser_dagster.records.allocation import AllocationComparison, StrategyShare, TargetAllocation
from alchemiser_dagster.records.approval import Approval, ApprovalScope
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.records.market import PriceBasis
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.reconciliation import Compared, ReconciliationReport
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.risk.base_equity import MONEY_IN_AND_OUT, base_equity_of
from alchemiser_dagster.risk.opening import open_gate
from alchemiser_dagster.risk.provenance import code_versions_of
from alchemiser_dagster.risk.review import limits_digest
from alchemiser_dagster.risk.terms import GateTerms, gate_terms
from alchemiser_dagster.settings.choices import PlanApproval
from alchemiser_dagster.settings.risk import RiskSettings
from alchemiser_dagster.settings.sections import AlpacaSettings
from alchemiser_dagster.settings.trading import TradingSettings
from alchemiser_dagster.settings.tree import Settings

PREVIOUS = CALENDAR.previous(SESSION)
A_DAY = timedelta(days=1)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return stage_in(tmp_path, monkeypatch)


def activity(kind: ActivityKind, amount: int, day: date) -> Activity:
    return Activity(
        activity_id=f"{kind}-{day}",
        kind=kind,
        raw_kind="CSD",
        symbol=None,
        quantity=Decimal(0),
        amount=Decimal(amount),
        occurred_on=day,
    )


def base_equity(stage: Stage, last: int | None, *happened: Activity) -> Decimal | None:
    broker = DisturbedBroker(stage.bench.broker)
    broker.happened = happened
    account = broker.account().model_copy(update={"last_equity": None if last is None else Decimal(last)})
    return base_equity_of(account, broker, Journal(stage.database), PREVIOUS)


def keep_report(stage: Stage, session: date, equity: int) -> None:
    Journal(stage.database).append(
        ReconciliationReport(
            envelope=envelope_for(f"report-{session}"),
            session=session,
            snapshot_id=None,
            plan_id=None,
            result_id=None,
            compared=Compared(orders=0, fills=0, positions=0, cash=1),
            breaks=(),
            expected_cash=Decimal(0),
            actual_cash=Decimal(0),
            equity=Decimal(equity),
            positions=(),
        )
    )


def test_the_base_of_todays_loss_is_what_the_broker_says_of_the_close_before(stage: Stage) -> None:
    keep_report(stage, PREVIOUS, 7)
    assert base_equity(stage, 100) == 100


@pytest.mark.parametrize("kind", ActivityKind)
def test_money_that_came_or_went_since_is_no_gain_and_no_loss(stage: Stage, kind: ActivityKind) -> None:
    of_the_day_before = activity(kind, 1_000, PREVIOUS)
    since = activity(kind, -30, SESSION), activity(kind, 40, PREVIOUS + A_DAY)
    found = base_equity(stage, 100, of_the_day_before, *since)
    assert found == (110 if kind in MONEY_IN_AND_OUT else 100)
    assert {ActivityKind.DEPOSIT, ActivityKind.WITHDRAWAL, ActivityKind.TRANSFER} == MONEY_IN_AND_OUT


def test_where_the_broker_says_nothing_the_last_reconciliation_does(stage: Stage) -> None:
    keep_report(stage, CALENDAR.previous(PREVIOUS), 80)
    keep_report(stage, PREVIOUS, 90)
    keep_report(stage, SESSION, 10)
    assert base_equity(stage, None, activity(ActivityKind.DEPOSIT, 5, PREVIOUS)) == 90
    assert base_equity(stage, None, activity(ActivityKind.DEPOSIT, 5, SESSION)) == 95


def test_on_the_first_day_nobody_knows(stage: Stage) -> None:
    assert base_equity(stage, None) is None


def test_money_that_came_today_does_not_hide_a_loss(stage: Stage) -> None:
    stage.broker.account_says = {"last_equity": Decimal(100_000)}
    stage.broker.happened = (activity(ActivityKind.DEPOSIT, 20_000, SESSION),)
    assert "the account lost 16.67% since the close before" in stage.execute([buy("AAA", "1")])


# The code that made a plan.


def chain(stage: Stage, **code: str) -> RebalancePlan:
    """Keep a plan and its origins, each made by the code that is given for it, the others by "1"."""
    journal = Journal(stage.database)

    def named(name: str) -> dict[str, object]:
        envelope = envelope_for(name).model_copy(update={"code_version": code.get(name, "1")})
        return {"envelope": envelope, "session": SESSION}

    share = StrategyShare(strategy="one", share=Decimal(1), signal_id="record-signal")
    journal.append(
        StrategySignal(
            **named("signal"),
            strategy="one",
            symphony_name="One",
            symphony_digest="digest",
            is_defined=True,
            target_weights=(),
            held_weights=(),
            trades_today=True,
            missing=(),
            price_basis=PriceBasis.OFFICIAL,
            bars_version=0,
        )
    )
    journal.append(TargetAllocation(**named("target"), lines=(), cash_weight=Decimal(1), strategies=(share,)))
    journal.append(
        AllocationComparison(
            **named("comparison"),
            snapshot_id="snapshot-1",
            target_id="record-target",
            equity=Decimal(1),
            cash=Decimal(1),
            deployable=Decimal(1),
            sequence=1,
            lines=(),
        )
    )
    plan = plan_of(buy("AAA", "1"), cash=stage.bench.cash())
    envelope = plan.envelope.model_copy(update={"code_version": code.get("plan", "1")})
    return plan.model_copy(update={"envelope": envelope, "comparison_id": "record-comparison"})


def test_a_plan_made_in_one_go_has_one_code(stage: Stage) -> None:
    assert code_versions_of(chain(stage), Journal(stage.database)) == {"1"}


@pytest.mark.parametrize("part", ["signal", "target", "comparison", "plan"])
def test_whichever_part_of_a_plan_other_code_made_is_seen(stage: Stage, part: str) -> None:
    #
    assert code_versions_of(chain(stage, **{part: "2"}), Journal(stage.database)) == {"1", "2"}


def test_a_plan_of_which_a_record_is_missing_is_of_no_known_code(stage: Stage) -> None:
    #
    plan = chain(stage).model_copy(update={"comparison_id": "lost"})
    assert code_versions_of(plan, Journal(stage.database)) is None


# What a person has said.


def test_the_terms_are_what_the_settings_say() -> None:
    limits = RiskSettings(max_orders=7)
    trading = TradingSettings(approval=PlanApproval.REQUIRED)
    settings = Settings(
        mode=Mode.PAPER, account="paper", risk=limits, trading=trading, alpaca=AlpacaSettings()
    )
    assert gate_terms(settings, "1") == GateTerms(
        limits, PlanApproval.REQUIRED, is_live=False, code_version="1"
    )
    live = settings.model_copy(update={"mode": Mode.LIVE})
    assert gate_terms(live, "1").is_live


def approve(stage: Stage, scope: ApprovalScope, subject_id: str, number: int = 1) -> None:
    ApprovalBook(stage.database).give(
        Approval(
            envelope=envelope_for(f"approval-{number}"),
            session=SESSION,
            scope=scope,
            subject_id=subject_id,
            by="Ada",
            reason="looked at it",
        )
    )


def test_live_trading_goes_on_behind_reviewed_limits_until_one_is_changed(stage: Stage) -> None:
    stage.bench.terms = replace(GENEROUS, is_live=True)
    approve(stage, ApprovalScope.LIMITS, limits_digest(GENEROUS.limits))
    approve(stage, ApprovalScope.PLAN, "something else", 2)
    assert stage.execute([buy("AAA", "1")]) == ""
    stage.bench.terms = terms_with(is_live=True, max_orders=2_999)
    assert "the limits were changed since Ada reviewed them" in stage.execute([buy("BBB", "1")])


def test_an_approved_plan_is_traded_and_an_approval_of_another_is_none(stage: Stage) -> None:
    stage.bench.terms = replace(GENEROUS, approval=PlanApproval.REQUIRED)
    plan = plan_of(buy("AAA", "1"), cash=stage.bench.cash())
    approve(stage, ApprovalScope.PLAN, "another")
    approve(stage, ApprovalScope.SANITY, plan.plan_id, 2)
    assert stage.execute(plan.lines).startswith("approval: ")
    approve(stage, ApprovalScope.PLAN, plan.plan_id, 3)
    stage.plans.clear()
    assert stage.execute(plan.lines) == ""
    assert len(stage.broker.asked) == 1


# What the gate asks, and what it counts.


def test_a_halted_account_is_not_even_asked_for_its_assets(stage: Stage) -> None:
    #
    asked: list[str] = []
    stage.before("assets", lambda: asked.append("assets"))
    set_level(stage.database, HaltLevel.HALT)
    parts = stage.bench.environment(stage.broker).gate_parts(stage.bench.permit())
    with pytest.raises(HaltedError):
        open_gate(plan_of(buy("AAA", "1"), cash=stage.bench.cash()), parts)
    assert asked == []


def test_each_session_and_each_account_is_counted_for_itself(stage: Stage) -> None:
    stage.execute([buy("AAA", "1"), buy("BBB", "1")])
    book = AdmissionBook(stage.database)
    assert len(book.of_session("simulated", SESSION)) == 2
    assert book.of_session("simulated", NEXT_SESSION) == ()
    assert book.of_session("another", SESSION) == ()


def test_sides_that_may_not_trade_are_not_even_intended(stage: Stage) -> None:
    stage.hold({"AAA": "5"})
    set_level(stage.database, HaltLevel.REDUCE_ONLY)
    stage.execute([sell("AAA", "5"), buy("BBB", "1")])
    assert [order.symbol for order in stage.orders()] == ["AAA"]


def test_what_works_is_canceled_at_once_when_trading_is_halted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    #
    stage = stage_in(tmp_path, monkeypatch, simulation=SimulationRules(shares_per_look=Decimal(1)))
    stage.before("submit", lambda: set_level(stage.database, HaltLevel.HALT))
    stage.execute([buy("AAA", "50")])
    assert len(stage.broker.asked) == 1
    assert stage.clock.now() - BEFORE_CLOSE < timedelta(seconds=5)
    assert stage.bench.broker.open_orders() == ()


def test_a_plan_that_is_refused_when_it_is_resumed_leaves_nothing_working(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    #
    stage = stage_in(tmp_path, monkeypatch, simulation=SimulationRules(shares_per_look=Decimal(1)))
    stage.broker.enough = 2
    lines = [buy("AAA", "50"), buy("BBB", "50")]
    assert stage.execute(lines) == "killed"
    plan = stage.plans[-1]
    assert len(stage.bench.broker.open_orders()) == 1
    resumed = Bench(
        stage.bench.folder, stage.bench.simulation, terms=terms_with(denied_symbols=(), max_orders=1)
    )
    set_level(resumed.database, HaltLevel.HALT)
    with pytest.raises(HaltedError):
        resumed.execute(plan)
    assert resumed.broker.open_orders() == ()
