from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from portfolio.portfolio_builders import apply_plan, envelope
from portfolio.portfolio_situations import Situation, situations

from alchemiser_dagster.portfolio import plan_rebalance
from alchemiser_dagster.records.allocation import ComparisonLine
from alchemiser_dagster.records.plan import LineReason, RebalancePlan
from alchemiser_dagster.records.values import Side

EXAMPLES = settings(max_examples=100, deadline=None)
SHARE = Fraction(1, 10**9)


def purchases(plan: RebalancePlan) -> Fraction:
    return sum(
        (Fraction(x.quantity) * Fraction(x.reference_price) for x in plan.lines if x.side is Side.BUY),
        Fraction(),
    )


def proceeds(plan: RebalancePlan) -> Fraction:
    return sum(
        (Fraction(x.quantity) * Fraction(x.reference_price) for x in plan.lines if x.side is Side.SELL),
        Fraction(),
    )


#
@EXAMPLES
@given(situations())
def test_no_plan_oversells(situation: Situation) -> None:
    plan = situation.plan()
    available = {item.symbol: item.quantity_available for item in situation.account.positions}
    for line in plan.lines:
        if line.side is Side.SELL:
            assert line.quantity <= available[line.symbol]


@EXAMPLES
@given(situations())
def test_no_plan_overspends_or_invests_more_than_is_deployable(situation: Situation) -> None:
    plan, compared = situation.plan(), situation.compare()
    bought, sold = purchases(plan), proceeds(plan)
    invested = sum((Fraction(line.current_value) for line in compared.lines), Fraction()) + bought - sold
    if bought:
        assert bought <= Fraction(compared.cash) + sold
        assert invested <= Fraction(compared.deployable)
    assert Fraction(plan.expected_purchases) == bought
    assert Fraction(plan.expected_sale_proceeds) == sold


@EXAMPLES
@given(situations())
def test_no_plan_trades_below_the_minimum_or_what_is_not_tradable_or_a_fraction_that_is_not_allowed(
    situation: Situation,
) -> None:
    assets = {item.symbol: item for item in situation.account.assets}
    for line in situation.plan().lines:
        assert line.notional == line.quantity * line.reference_price
        assert line.notional >= situation.rules.minimum_trade
        assert assets[line.symbol].tradable
        assert line.quantity == line.quantity.quantize(Decimal("1e-9"))
        if not line.fractionable:
            assert line.quantity == line.quantity.to_integral_value()
        if not assets[line.symbol].fractionable:
            assert not line.fractionable
        if not situation.rules.fractional:
            assert not line.fractionable or line.reason is LineReason.FULL_EXIT


def slack(line: ComparisonLine, situation: Situation) -> Fraction:
    fractionable = line.fractionable and situation.rules.fractional
    step = (SHARE if fractionable else 1) * Fraction(line.price)
    adjusts = bool(line.quantity_held and line.target_value)
    drift = Fraction(situation.rules.minimum_drift * situation.compare().equity) if adjusts else Fraction(0)
    return step + max(Fraction(situation.rules.minimum_trade), drift, Fraction(1, 100))


@EXAMPLES
@given(situations(free=True))
def test_carrying_out_the_plan_brings_every_weight_within_rounding_of_its_target(
    situation: Situation,
) -> None:
    after = replace(situation, account=apply_plan(situation.account, situation.plan()))
    before_lines = {line.symbol: line for line in situation.compare().lines}
    after_lines = {line.symbol: line for line in after.compare().lines}
    missed = {
        symbol: Fraction(after_lines[symbol].difference) if symbol in after_lines else Fraction(0)
        for symbol in before_lines
    }
    above = sum((-miss for miss in missed.values() if miss < 0), Fraction())
    for symbol, miss in missed.items():
        allowed = slack(before_lines[symbol], situation)
        assert -miss <= allowed
        assert miss <= allowed + above


@EXAMPLES
@given(situations())
def test_planning_again_after_the_plan_is_carried_out_gives_an_empty_plan(situation: Situation) -> None:
    after = replace(situation, account=apply_plan(situation.account, situation.plan()))
    assert after.plan().lines == ()


@EXAMPLES
@given(situations())
def test_every_difference_is_either_traded_or_named_among_the_skips(situation: Situation) -> None:
    plan = situation.plan()
    named = {line.symbol for line in plan.lines} | {skip.symbol for skip in plan.skips}
    assert {
        line.symbol for line in situation.compare().lines if abs(line.difference) >= Decimal("0.01")
    } == named


@EXAMPLES
@given(situations())
def test_sells_come_before_buys_each_by_falling_notional_and_then_by_symbol(situation: Situation) -> None:
    lines = situation.plan().lines
    ranks = [(line.side is Side.BUY, -line.notional, line.symbol) for line in lines]
    assert ranks == sorted(ranks)
    assert len({line.symbol for line in lines}) == len(lines)


#
@EXAMPLES
@given(situations())
def test_the_same_comparison_gives_the_same_ids_in_whatever_order_it_lists_its_symbols(
    situation: Situation,
) -> None:
    compared = situation.compare()
    shuffled = compared.model_copy(update={"lines": compared.lines[::-1]})
    again = plan_rebalance(shuffled, situation.rules, envelope("another-record"))
    plan = situation.plan()
    assert again.plan_id == plan.plan_id
    assert again.lines == plan.lines
    assert len({line.line_id for line in plan.lines}) == len(plan.lines)
