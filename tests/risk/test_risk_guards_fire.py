"""Each guard fires on the whole path of an execution, and nothing else would have stopped what it stops.

A scene is played twice: with the guard its order is refused and never arrives at the broker; with the guard
taken out of its registry the same order arrives. Where a second guard stands behind the first, the scene
names it, and the order arrives once both are out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import pytest
from support.gate_stage import (
    Stage,
    asks_for,
    lock,
    opens_again,
    set_level,
    skewed,
    stage_in,
    terms_with,
)
from support.trading import DIRECT, GENEROUS, buy, limit_order, sell

from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.ledger.order_rows import OrderIntent
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.records.order import OrderType
from alchemiser_dagster.records.plan import PlanLine
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.risk import gate
from alchemiser_dagster.risk.account_guards import ACCOUNT_GUARDS
from alchemiser_dagster.risk.gate import RiskGate
from alchemiser_dagster.risk.order_guards import ORDER_GUARDS
from alchemiser_dagster.risk.plan_guards import PLAN_GUARDS
from alchemiser_dagster.risk.terms import GateTerms
from alchemiser_dagster.settings.choices import PlanApproval

Disturbance = Callable[[Stage], None]
IN_PARTS = DIRECT.model_copy(update={"step_seconds": 0.2, "first_pause_seconds": 0.25})


def undisturbed(_stage: Stage) -> None:
    """Let everything go its way."""


@dataclass(frozen=True)
class Scene:
    """What is traded on which terms, what happens, and what the guard says.

    `before` is how many orders arrive before the one that is refused; `behind` names guards that would refuse
    it too.
    """

    guard: str
    reason: str
    lines: tuple[PlanLine, ...] = (buy("AAA", "100"),)
    happens: Disturbance = undisturbed
    terms: GateTerms = GENEROUS
    bench: dict[str, object] = field(default_factory=dict)
    before: int = 0
    behind: tuple[str, ...] = ()

    def play(self, folder: Path, patch: pytest.MonkeyPatch, *without: str) -> tuple[Stage, str]:
        """Play it; without guards only until the order arrives that they would have stopped."""
        stage = stage_in(folder, patch, terms=self.terms, **self.bench)
        with stage.patch.context() as while_it_plays:
            stage.patch = while_it_plays
            stage.without(*without)
            self.happens(stage)
            stage.broker.enough = self.before + 1 if without else None
            return stage, stage.execute(self.lines)


# What goes wrong, one thing at a time.


def says_the_other_side(stage: Stage) -> None:
    stage.hold({"AAA": "100"})
    stage.intend(asks_for(side=Side.SELL))


def nobody_has_a_price(stage: Stage) -> None:
    def unpriced(intent: OrderIntent) -> OrderIntent:
        asked = asks_for(order_type=OrderType.MARKET, limit_price=None)(intent)
        return replace(asked, quote=None)

    stage.intend(unpriced)


def price_moves(symbol: str, price: float) -> Disturbance:
    return lambda stage: stage.bench.feed.prices.update({symbol: price})


def a_break_is_found(stage: Stage) -> None:
    stage.before("quotes", lambda: lock(stage.database, "AAA"))


def more_is_free_than_is_held(stage: Stage) -> None:
    stage.hold({"AAA": "50"})
    stage.broker.positions_say = {"quantity_available": Decimal(100)}


def somebody_else_sells(stage: Stage) -> None:
    stage.hold({"AAA": "50"})
    order = limit_order("AAA", Side.SELL, "10", "200", "of-somebody-else")
    stage.before("assets", lambda: stage.bench.broker.submit(order) and None)


def holds_some(stage: Stage) -> None:
    stage.hold({"AAA": "20"})


def it_was_bought_before(stage: Stage) -> None:
    assert stage.execute([buy("AAA", "10")]) == ""
    stage.broker.asked.clear()


def money_is_held_back(stage: Stage) -> None:
    stage.a_minute_later(lambda: stage.broker.account_says.update(buying_power=Decimal(100)))


def account_says(**fields: object) -> Disturbance:
    """Let the broker say something else once the run has asked for its account for the first time."""

    def change(stage: Stage) -> None:
        stage.before("assets", lambda: stage.broker.account_says.update(fields))

    return change


def clock_goes_wrong(stage: Stage) -> None:
    stage.broker.clock_says = lambda theirs: skewed(theirs, 45)


def market_closes(stage: Stage) -> None:
    stage.broker.clock_says = lambda _theirs: {"is_open": False}


def half_is_lost_and_somebody_resumed(stage: Stage) -> None:
    stage.broker.account_says = {"last_equity": Decimal(200_000)}
    assert "trading is halted" in stage.execute([buy("BBB", "1")])
    set_level(stage.database, HaltLevel.NONE)


def made_by_other_code(stage: Stage) -> None:
    stage.change_of_plan = lambda plan: plan.model_copy(
        update={"envelope": plan.envelope.model_copy(update={"code_version": "another"})}
    )


def locked_before(stage: Stage) -> None:
    lock(stage.database, "AAA")


def during(happens: Disturbance) -> Disturbance:
    """Return the same, a minute later: while the first of two orders is on its way."""
    return lambda stage: stage.a_minute_later(lambda: happens(stage))


def says_at_once(**fields: object) -> Disturbance:
    return lambda stage: stage.broker.account_says.update(fields)


TWO = (buy("AAA", "100"), buy("BBB", "100"))
TO_AND_FRO = (sell("AAA", "10"), buy("AAA", "5"))
ONE_OF_TWO: dict[str, object] = {"lines": TWO, "before": 1}

ORDERS = (
    Scene("of_its_line", "the plan has no such line", happens=says_the_other_side),
    Scene(
        "within_its_line",
        "200 shares beside 0 others are more than the line's 100",
        happens=lambda stage: stage.intend(asks_for(quantity=Decimal(200))),
    ),
    Scene(
        "quantity_is_sane",
        "10.5 is a fraction, and fractions of it are not traded",
        lines=(buy("AAA", "10.5"),),
        bench={"simulation": SimulationRules(non_fractionable=frozenset({"AAA"}))},
    ),
    Scene(
        "price_is_known",
        "it has no price",
        happens=nobody_has_a_price,
        behind=("price_is_within_collar",),
    ),
    Scene(
        "limit_is_on_tick",
        "the limit 100.015 is not on the tick",
        happens=lambda stage: stage.intend(asks_for(limit_price=Decimal("100.015"))),
    ),
    Scene(
        "price_is_within_collar",
        "the price 105.02 is further than 4% from the planned 100.0",
        happens=price_moves("AAA", 105.0),
        terms=terms_with(price_collar=Decimal("0.04")),
    ),
    Scene(
        "notional_is_within_limit",
        "10,001.00 USD is more than the 10,000 allowed",
        terms=terms_with(max_order_notional=Decimal(10_000)),
    ),
    Scene(
        "share_is_within_limit",
        "10,001.00 USD is more than 10% of the account",
        terms=terms_with(max_order_share=Decimal("0.1")),
    ),
    Scene(
        "symbol_is_not_denied",
        "it is on the deny list",
        terms=terms_with(denied_symbols=("AAA",)),
    ),
    Scene(
        "symbol_is_not_locked",
        "it is locked by a break: 10 shares more than the books say",
        happens=a_break_is_found,
    ),
    Scene(
        "symbol_is_tradable",
        "the broker does not trade it",
        bench={"simulation": SimulationRules(non_tradable=frozenset({"AAA"}))},
    ),
    Scene(
        "sells_what_is_held",
        "100 shares beside 0 others are more than the 50 that are held",
        lines=(sell("AAA", "100"),),
        happens=more_is_free_than_is_held,
    ),
    Scene(
        "nothing_opposite_is_open",
        "an order to sell it is open",
        happens=somebody_else_sells,
        lines=(buy("AAA", "10"),),
    ),
    Scene(
        "is_not_done_already",
        "the session's orders to buy it were done 1 times already",
        happens=it_was_bought_before,
        terms=terms_with(max_trades_per_symbol=1),
    ),
    Scene(
        "buying_power_suffices",
        "5,001.00 USD is more than the buying power of 100.00",
        **ONE_OF_TWO,
        happens=money_is_held_back,
    ),
    Scene(
        "exposure_is_within_limit",
        "10,001.00 USD would be invested, more than 10% of 100,000.00",
        terms=terms_with(max_gross_exposure=Decimal("0.1")),
    ),
    Scene(
        "turnover_is_within_limit",
        "a turnover of 10,001.00 USD is more than 0.1 times the account's value",
        terms=terms_with(max_turnover=Decimal("0.1")),
    ),
    Scene(
        "orders_are_within_limit",
        "the session had 1 orders already",
        lines=(buy("AAA", "200"),),
        terms=terms_with(max_orders=1),
        bench={"simulation": SimulationRules(shares_per_look=Decimal(15)), "rules": IN_PARTS},
        before=1,
    ),
)

ACCOUNTS = (
    Scene(
        "is_the_plans_account",
        "the broker's account is another one",
        happens=account_says(account="somebody's"),
    ),
    Scene(
        "may_trade",
        "the account can't trade: trading is blocked",
        happens=account_says(trading_blocked=True),
    ),
    Scene("clocks_agree", "the broker's clock is 45 seconds away from ours", happens=clock_goes_wrong),
    Scene("market_is_open", "the broker says that its market is closed", happens=market_closes),
    Scene(
        "loss_is_within_limit",
        "the account lost 50.00% since the close before, more than the 15% allowed",
        happens=half_is_lost_and_somebody_resumed,
    ),
)

ACCOUNTS_MIDWAY = (
    replace(ACCOUNTS[0], happens=during(says_at_once(account="somebody's")), **ONE_OF_TWO),
    replace(ACCOUNTS[1], happens=during(says_at_once(trading_blocked=True)), **ONE_OF_TWO),
    replace(ACCOUNTS[2], happens=during(clock_goes_wrong), **ONE_OF_TWO),
    replace(ACCOUNTS[3], happens=during(market_closes), **ONE_OF_TWO),
)

PLANS = (
    Scene(
        "one_code_made_it",
        "limit: it was made by code another, and  runs now",
        happens=made_by_other_code,
    ),
    Scene(
        "is_approved",
        "approval: the plan of 1 lines waits for a person's approval",
        terms=replace(GENEROUS, approval=PlanApproval.REQUIRED),
    ),
    Scene(
        "limits_were_reviewed",
        "limit: nobody has reviewed the limits yet",
        terms=replace(GENEROUS, is_live=True),
    ),
    Scene(
        "no_line_is_locked",
        "limit: AAA are locked by breaks",
        happens=locked_before,
        behind=("symbol_is_not_locked",),
    ),
    Scene(
        "no_line_is_there_twice", "limit: AAA are in it more than once", lines=TO_AND_FRO, happens=holds_some
    ),
    Scene(
        "no_line_is_too_large",
        "limit: AAA would be more than 9,950.00 USD",
        terms=terms_with(max_order_notional=Decimal(9_950)),
        happens=price_moves("AAA", 99.0),
    ),
    Scene(
        "plan_turnover_is_within_limit",
        "limit: a turnover of 10,000.00 USD is more than 0.0995 times the account's value",
        terms=terms_with(max_turnover=Decimal("0.0995")),
        happens=price_moves("AAA", 99.0),
    ),
    Scene(
        "plan_exposure_is_within_limit",
        "limit: 10,000.00 USD would be invested, more than 9,950.00",
        terms=terms_with(max_gross_exposure=Decimal("0.0995")),
        happens=price_moves("AAA", 99.0),
    ),
    Scene(
        "plan_orders_are_within_limit",
        "limit: 2 orders are more than the 1 of a session",
        lines=TWO,
        terms=terms_with(max_orders=1),
    ),
)


def named(scene: Scene) -> str:
    return scene.guard


@pytest.mark.parametrize("scene", ORDERS, ids=named)
def test_an_order_is_refused_by_its_guard_and_by_nothing_else(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    #
    stage, _ = scene.play(tmp_path / "guarded", monkeypatch)
    assert len(stage.broker.asked) == scene.before
    assert f"refused by the risk gate: {scene.reason}" in {order.detail for order in stage.orders()}
    _arrives_without_its_guard(scene, tmp_path, monkeypatch)


@pytest.mark.parametrize("scene", [*ACCOUNTS, *PLANS], ids=named)
def test_a_plan_is_refused_by_its_guard_and_by_nothing_else(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    #
    stage, refusal = scene.play(tmp_path / "guarded", monkeypatch)
    assert (stage.broker.asked, stage.orders()) == ([], ())
    assert refusal.removeprefix("limit: ") == scene.reason.removeprefix("limit: ")
    _arrives_without_its_guard(scene, tmp_path, monkeypatch)


@pytest.mark.parametrize("scene", ACCOUNTS_MIDWAY, ids=named)
def test_an_account_that_turns_bad_in_the_middle_of_a_run_gets_no_further_order(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    #
    stage, _ = scene.play(tmp_path / "guarded", monkeypatch)
    assert len(stage.broker.asked) == scene.before
    assert f"never sent: {scene.reason}" in {order.detail for order in stage.orders()}
    _arrives_without_its_guard(scene, tmp_path, monkeypatch)


def _arrives_without_its_guard(scene: Scene, folder: Path, patch: pytest.MonkeyPatch) -> None:
    bare, _ = scene.play(folder / "bare", patch, scene.guard, *scene.behind)
    assert len(bare.broker.asked) == scene.before + 1
    if scene.behind:
        half_bare, _ = scene.play(folder / "half-bare", patch, scene.guard)
        assert len(half_bare.broker.asked) == scene.before


@pytest.mark.parametrize(("level", "arrive"), [(HaltLevel.HALT, 1), (HaltLevel.REDUCE_ONLY, 1)])
def test_a_halt_in_the_middle_of_a_run_stops_the_very_next_order(
    level: HaltLevel, arrive: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    #
    for name, guard in (("guarded", gate.halt_allows), ("bare", lambda _halt, _side: None)):
        monkeypatch.setattr(gate, "halt_allows", guard)
        stage = stage_in(tmp_path / name, monkeypatch)
        stage.before("submit", lambda on=stage: set_level(on.database, level))
        stage.execute(TWO)
        assert len(stage.broker.asked) == (arrive if name == "guarded" else 2)
        if name == "guarded":
            reason = f"never sent: trading is halted ({level}) by Ada: to look"
            assert reason in {order.detail for order in stage.orders()}


def test_what_is_held_may_be_sold_while_only_reducing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = stage_in(tmp_path, monkeypatch)
    stage.hold({"AAA": "50"})
    set_level(stage.database, HaltLevel.REDUCE_ONLY)
    assert stage.execute([sell("AAA", "50"), buy("BBB", "10")]) == ""
    assert len(stage.broker.asked) == 1
    assert stage.bench.held() == {}


def test_a_halted_account_has_no_plan_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    #
    stage = stage_in(tmp_path, monkeypatch)
    set_level(stage.database, HaltLevel.HALT)
    assert stage.execute(TWO) == "halted: trading is halted since 2024-11-27 20:45 UTC by Ada: to look"
    assert (stage.broker.asked, stage.orders()) == ([], ())


def test_an_order_after_the_window_is_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    #
    for name in ("guarded", "bare"):
        stage = stage_in(tmp_path / name, monkeypatch)
        stage.before("submit", lambda on=stage: on.clock.sleep(15 * 60))
        stage.broker.clock_says = opens_again
        if name == "bare":
            monkeypatch.setattr(RiskGate, "_out_of_time", lambda _gate: None)
        stage.execute(TWO)
        assert len(stage.broker.asked) == (1 if name == "guarded" else 2)
        if name == "guarded":
            details = {order.detail for order in stage.orders()}
            assert any(detail.startswith("never sent: orders are sent from") for detail in details)


def test_a_loss_beyond_the_limit_halts_by_itself_once_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    #
    stage = stage_in(tmp_path, monkeypatch)
    stage.broker.account_says = {"last_equity": Decimal(118_000)}
    refusal = stage.execute(TWO)
    assert "by the loss limit: the account lost 15.25% since the close before" in refusal
    assert stage.broker.asked == []
    held = stage.bench.environment().gate_parts(stage.bench.permit()).halts.history("simulated")
    assert [(one.level, one.is_tripped) for one in held] == [(HaltLevel.HALT, True)]


def test_a_loss_in_the_middle_of_a_run_stops_the_next_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    #
    stage = stage_in(tmp_path, monkeypatch)
    stage.broker.account_says = {"last_equity": Decimal(110_000)}
    stage.hold({"AAA": "200"})
    stage.a_minute_later(lambda: stage.bench.feed.prices.update(AAA=40.0))
    stage.execute((buy("BBB", "100"), buy("CCC", "100")))
    assert len(stage.broker.asked) == 1
    assert any("the loss limit" in order.detail for order in stage.orders())


def test_a_price_far_above_the_plan_is_stopped_whichever_side_it_is_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = stage_in(tmp_path, monkeypatch, terms=terms_with(price_collar=Decimal("0.04")))
    stage.hold({"AAA": "100"})
    stage.bench.feed.prices["AAA"] = 95.0
    stage.execute([sell("AAA", "100")])
    assert stage.broker.asked == []


def test_a_person_who_has_everything_sold_gets_out_after_any_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = stage_in(tmp_path, monkeypatch)
    stage.hold({"AAA": "100"})
    stage.broker.account_says = {"last_equity": Decimal(200_000)}
    set_level(stage.database, HaltLevel.FLATTEN)
    assert stage.execute([sell("AAA", "100")]) == ""
    assert stage.bench.held() == {}


def test_every_guard_has_its_scene() -> None:
    #
    assert [scene.guard for scene in ORDERS] == list(ORDER_GUARDS)
    assert [scene.guard for scene in ACCOUNTS] == list(ACCOUNT_GUARDS)
    assert [scene.guard for scene in PLANS] == list(PLAN_GUARDS)
