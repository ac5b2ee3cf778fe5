from __future__ import annotations

from decimal import Decimal

import pytest
from portfolio.portfolio_builders import apply_plan, asset, envelope, position, snapshot, target

from alchemiser_dagster.portfolio import PortfolioRules, compare_allocation, plan_rebalance
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.plan import LineReason, RebalancePlan, SkipReason
from alchemiser_dagster.records.values import Side

WHOLE = PortfolioRules(cash_buffer=Decimal(0))


def plan(
    account: AccountSnapshot,
    weights: dict[str, str],
    rules: PortfolioRules = WHOLE,
    account_name: str = "desk",
) -> RebalancePlan:
    compared = compare_allocation(account, target(weights), rules, envelope("comparison-1"))
    return plan_rebalance(compared, rules, envelope("plan-1", account_name))


def trades(made: RebalancePlan) -> list[tuple[Side, str, Decimal, LineReason]]:
    return [(line.side, line.symbol, line.quantity, line.reason) for line in made.lines]


def skips(made: RebalancePlan) -> list[tuple[str, Decimal, SkipReason]]:
    return [(skip.symbol, skip.difference, skip.reason) for skip in made.skips]


def test_each_kind_of_difference_becomes_a_line_with_its_reason() -> None:
    positions = (position("OUT", "30"), position("LESS", "40"), position("MORE", "10"))
    account = snapshot("2000", positions, dict.fromkeys(("OUT", "LESS", "MORE", "NEW"), "100"))
    made = plan(account, {"LESS": "0.2", "MORE": "0.3", "NEW": "0.5"})
    assert trades(made) == [
        (Side.SELL, "OUT", 30, LineReason.FULL_EXIT),
        (Side.SELL, "LESS", 20, LineReason.REDUCE),
        (Side.BUY, "NEW", 50, LineReason.OPEN),
        (Side.BUY, "MORE", 20, LineReason.INCREASE),
    ]
    assert (made.equity, made.cash_before) == (10000, 2000)
    assert (made.expected_sale_proceeds, made.expected_purchases, made.turnover) == (5000, 7000, 12000)
    assert made.lines[2].target_weight == Decimal("0.5")
    assert made.lines[2].contributions[0].strategy == "only"
    assert made.skips == ()


#
def test_an_account_that_is_already_there_gets_an_empty_plan() -> None:
    account = snapshot("50", (position("SPY", "99.5"),), {"SPY": "100"})
    made = plan(account, {"SPY": "1"}, PortfolioRules())
    assert made.is_empty
    assert made.skips == ()
    assert made.plan_id
    assert made.turnover == 0


#
def test_quantities_round_down_to_nine_decimals() -> None:
    made = plan(snapshot("1000", (), {"SPY": "300"}), {"SPY": "1"})
    assert str(made.lines[0].quantity) == "3.333333333"


@pytest.mark.parametrize("by_rule", [True, False])
def test_quantities_round_down_to_whole_shares_where_fractions_are_not_allowed(by_rule: bool) -> None:  # noqa: FBT001
    rules = PortfolioRules(cash_buffer=Decimal(0), fractional=not by_rule)
    assets = (asset("SPY", fractionable=by_rule),)
    made = plan(snapshot("1000", (), {"SPY": "300"}, assets), {"SPY": "1"}, rules)
    assert trades(made) == [(Side.BUY, "SPY", 3, LineReason.OPEN)]
    assert not made.lines[0].fractionable


#
def test_a_full_exit_sells_exactly_what_is_held_also_its_fractions() -> None:
    rules = PortfolioRules(fractional=False)
    made = plan(snapshot("0", (position("SPY", "7.123456789"),), {"SPY": "300"}), {}, rules)
    assert trades(made) == [(Side.SELL, "SPY", Decimal("7.123456789"), LineReason.FULL_EXIT)]
    assert made.lines[0].fractionable


def test_a_fraction_of_an_asset_that_only_trades_whole_stays_and_is_named() -> None:
    account = snapshot("0", (position("SPY", "7.5"),), {"SPY": "300"}, (asset("SPY", fractionable=False),))
    made = plan(account, {})
    assert trades(made) == [(Side.SELL, "SPY", 7, LineReason.FULL_EXIT)]
    assert skips(made) == [("SPY", Decimal(-150), SkipReason.LESS_THAN_ONE_SHARE)]


def test_an_exit_sells_the_available_part_and_names_what_an_open_order_holds() -> None:
    made = plan(snapshot("0", (position("SPY", "10", "4"),), {"SPY": "300"}), {})
    assert trades(made) == [(Side.SELL, "SPY", 4, LineReason.FULL_EXIT)]
    assert skips(made) == [("SPY", Decimal(-1800), SkipReason.HELD_BY_OPEN_ORDER)]


def test_a_reduction_never_sells_more_than_is_available() -> None:
    made = plan(snapshot("0", (position("SPY", "10", "2"),), {"SPY": "100"}), {"SPY": "0.5"})
    assert trades(made) == [(Side.SELL, "SPY", 2, LineReason.REDUCE)]
    assert skips(made) == [("SPY", Decimal(-300), SkipReason.HELD_BY_OPEN_ORDER)]


def test_a_holding_that_open_orders_hold_whole_is_only_named() -> None:
    made = plan(snapshot("0", (position("SPY", "10", "0"),), {"SPY": "100"}), {})
    assert made.is_empty
    assert skips(made) == [("SPY", Decimal(-1000), SkipReason.HELD_BY_OPEN_ORDER)]


@pytest.mark.parametrize(
    ("account", "weights", "expected"),
    [
        (snapshot("1000", (), {"A": "10"}), {"A": "0.0049"}, ("A", "4.9", SkipReason.BELOW_MINIMUM)),
        (snapshot("1000", (position("A", "0.4"),), {"A": "10"}), {}, ("A", "-4", SkipReason.BELOW_MINIMUM)),
        (
            snapshot("1000", (position("A", "1000"),), {"A": "10"}),
            {"A": "0.9095"},
            ("A", "4.5", SkipReason.BELOW_MINIMUM),
        ),
        (
            snapshot("101000", (position("A", "10000"),), {"A": "10"}),
            {"A": "0.4977"},
            ("A", "37.7", SkipReason.WITHIN_DRIFT),
        ),
        (
            snapshot("1000", (), {"A": "600"}, (asset("A", fractionable=False),)),
            {"A": "0.5"},
            ("A", "500", SkipReason.LESS_THAN_ONE_SHARE),
        ),
        (
            snapshot("1000", (), {"A": "3"}, (asset("A", fractionable=False),)),
            {"A": "0.0055"},
            ("A", "5.5", SkipReason.BELOW_MINIMUM),
        ),
        (
            snapshot("0", (position("A", "10"),), {"A": "400"}, (asset("A", fractionable=False),)),
            {"A": "0.95"},
            ("A", "-200", SkipReason.LESS_THAN_ONE_SHARE),
        ),
        (
            snapshot("0", (position("A", "1000"),), {"A": "3"}, (asset("A", fractionable=False),)),
            {"A": "0.9982"},
            ("A", "-5.4", SkipReason.BELOW_MINIMUM),
        ),
        (
            snapshot("1000", (), {"A": "10"}, (asset("A", tradable=False),)),
            {"A": "0.5"},
            ("A", "500", SkipReason.NOT_TRADABLE),
        ),
    ],
)
def test_what_is_left_alone_is_named_with_its_reason(
    account: AccountSnapshot, weights: dict[str, str], expected: tuple[str, str, SkipReason]
) -> None:
    made = plan(account, weights)
    symbol, difference, reason = expected
    assert made.is_empty
    assert skips(made) == [(symbol, Decimal(difference), reason)]


def test_opening_and_closing_are_not_subject_to_the_drift_tolerance() -> None:
    rules = PortfolioRules(cash_buffer=Decimal(0), minimum_drift=Decimal("0.1"))
    account = snapshot("900", (position("OLD", "1"),), {"OLD": "100", "NEW": "10"})
    made = plan(account, {"NEW": "0.05"}, rules)
    assert [line.reason for line in made.lines] == [LineReason.FULL_EXIT, LineReason.OPEN]


def test_purchases_are_scaled_down_alike_when_what_cannot_be_sold_uses_up_the_capital() -> None:
    assets = (asset("STUCK", tradable=False), asset("A"), asset("B"))
    account = snapshot("500", (position("STUCK", "5"),), {"STUCK": "100", "A": "10", "B": "20"}, assets)
    made = plan(account, {"A": "0.6", "B": "0.4"})
    assert trades(made) == [
        (Side.BUY, "A", 30, LineReason.OPEN),
        (Side.BUY, "B", 10, LineReason.OPEN),
    ]
    assert skips(made) == [
        ("A", Decimal(300), SkipReason.NO_CASH),
        ("B", Decimal(200), SkipReason.NO_CASH),
        ("STUCK", Decimal(-500), SkipReason.NOT_TRADABLE),
    ]


def test_what_rounding_leaves_of_a_short_budget_goes_to_the_largest_rest_that_can_use_it() -> None:
    assets = (asset("STUCK", tradable=False), asset("A", fractionable=False), asset("B", fractionable=False))
    account = snapshot("110", (position("STUCK", "1"),), {"STUCK": "90", "A": "60", "B": "50"}, assets)
    made = plan(account, {"A": "0.5", "B": "0.5"})
    assert trades(made) == [(Side.BUY, "A", 1, LineReason.OPEN), (Side.BUY, "B", 1, LineReason.OPEN)]
    assert skips(made) == [
        ("B", Decimal(50), SkipReason.NO_CASH),
        ("STUCK", Decimal(-90), SkipReason.NOT_TRADABLE),
    ]


def test_an_account_in_debt_buys_nothing_with_what_it_does_not_have() -> None:
    assets = (asset("STUCK", tradable=False), asset("A"))
    account = snapshot("-100", (position("STUCK", "5"),), {"STUCK": "100", "A": "10"}, assets)
    made = plan(account, {"A": "1"})
    assert made.is_empty
    assert skips(made)[0] == ("A", Decimal(400), SkipReason.NO_CASH)


#
def test_plan_and_lines_are_named_after_account_session_sequence_and_contents() -> None:
    account = snapshot("1000", (), {"A": "10", "B": "10"})
    first = plan(account, {"A": "0.5", "B": "0.5"})
    assert first.plan_id == plan(account, {"A": "0.5", "B": "0.5"}).plan_id
    others = [
        plan(account, {"A": "0.5", "B": "0.4"}),
        plan(account, {"A": "0.5", "B": "0.5"}, account_name="another"),
        plan(account.model_copy(update={"sequence": 2}), {"A": "0.5", "B": "0.5"}),
    ]
    assert len({made.plan_id for made in (first, *others)}) == 4
    line_ids = {line.symbol: line.line_id for line in first.lines}
    assert others[0].lines[0].line_id == line_ids["A"]
    assert others[0].lines[1].line_id != line_ids["B"]
    assert not set(line_ids.values()) & {line.line_id for made in others[1:] for line in made.lines}


def test_a_plan_with_other_reference_prices_is_another_plan() -> None:
    cheap = plan(snapshot("1000", (position("A", "10"),), {"A": "10"}), {})
    dear = plan(snapshot("1000", (position("A", "10"),), {"A": "11"}), {})
    assert cheap.lines[0].line_id == dear.lines[0].line_id
    assert cheap.plan_id != dear.plan_id


def test_a_week_of_plans_follows_its_targets_and_never_leaves_the_account_in_debt() -> None:
    account = snapshot("100000", (), {"A": "12.34", "B": "456.78", "C": "0.91"})
    for weights in ({"A": "1"}, {"B": "0.7", "C": "0.3"}, {"A": "0.2", "C": "0.8"}, {}):
        account = apply_plan(account, plan(account, weights, PortfolioRules()))
        assert account.account.cash >= 0
    assert account.positions == ()
    assert abs(account.account.cash - 100000) < Decimal("1e-9")
