from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from portfolio.portfolio_builders import asset, envelope, position, snapshot, target

from alchemiser_dagster.errors import DataError, RiskError, SessionError
from alchemiser_dagster.portfolio import PortfolioRules, compare_allocation

RULES = PortfolioRules()


def test_the_comparison_covers_every_symbol_that_is_held_or_wanted() -> None:
    account = snapshot("5000", (position("TLT", "50", "20"),), {"TLT": "100", "SPY": "400"}, sequence=3)
    compared = compare_allocation(account, target({"SPY": "0.5"}), RULES, envelope())
    assert (compared.equity, compared.cash, compared.deployable) == (10000, 5000, 9950)
    assert compared.sequence == 3
    assert (compared.snapshot_id, compared.target_id) == ("snapshot-1", "target-1")
    wanted, held = compared.lines
    assert (wanted.symbol, wanted.quantity_held, wanted.current_value) == ("SPY", 0, 0)
    assert (wanted.target_value, wanted.target_weight, wanted.difference) == (4975, Decimal("0.4975"), 4975)
    assert [part.strategy for part in wanted.contributions] == ["only"]
    assert (held.symbol, held.quantity_held, held.quantity_available) == ("TLT", 50, 20)
    assert (held.current_weight, held.target_weight, held.difference) == (Decimal("0.5"), 0, -5000)
    assert held.contributions == ()


def test_what_the_broker_says_of_an_asset_reaches_its_line() -> None:
    assets = (asset("SPY", fractionable=False), asset("TLT", tradable=False))
    account = snapshot("100", (), {"SPY": "1", "TLT": "1"}, assets)
    spy, tlt = compare_allocation(account, target({"SPY": "0.5", "TLT": "0.5"}), RULES, envelope()).lines
    assert (spy.tradable, spy.fractionable) == (True, False)
    assert (tlt.tradable, tlt.fractionable) == (False, True)


def test_deployment_and_cash_buffer_both_bound_what_is_invested() -> None:
    assert PortfolioRules(deployment=Decimal("0.6")).deployable(Decimal(1000)) == 600
    assert PortfolioRules(cash_buffer=Decimal("0.02")).deployable(Decimal(1000)) == 980


#
@pytest.mark.parametrize("thing", ["reference price", "asset info"])
def test_a_missing_price_or_asset_is_an_error_that_names_the_symbol(thing: str) -> None:
    prices = {"TLT": "100"} if thing == "reference price" else {"TLT": "100", "SPY": "400"}
    account = snapshot("100", (position("TLT", "1"),), prices, (asset("TLT"),))
    with pytest.raises(DataError, match=f"no {thing} for SPY"):
        compare_allocation(account, target({"SPY": "1"}), RULES, envelope())


def test_a_position_listed_twice_is_refused() -> None:
    account = snapshot("100", (position("TLT", "1"), position("TLT", "1")), {"TLT": "100"})
    with pytest.raises(DataError, match="TLT is listed twice among the positions"):
        compare_allocation(account, target({}), RULES, envelope())


def test_a_target_for_another_session_is_refused() -> None:
    with pytest.raises(SessionError, match="2024-11-27"):
        compare_allocation(snapshot("100"), target({}, date(2024, 11, 27)), RULES, envelope())


@pytest.mark.parametrize("cash", ["0", "-150"])
def test_an_account_without_equity_is_refused(cash: str) -> None:
    with pytest.raises(RiskError, match="nothing to invest"):
        compare_allocation(snapshot(cash), target({}), RULES, envelope())


@settings(max_examples=100, deadline=None)
@given(
    st.decimals("-100", "10000", places=2),
    st.dictionaries(st.sampled_from("ABCDE"), st.decimals("0.000000001", "100", places=9), min_size=1),
    st.decimals("10", "500", places=4),
)
def test_current_weights_and_cash_make_up_the_whole_equity(
    cash: Decimal, held: dict[str, Decimal], price: Decimal
) -> None:
    cash = max(cash, Decimal(1) - sum(held.values()) * price)
    prices = dict.fromkeys(held, price)
    account = snapshot(cash, tuple(position(s, q) for s, q in held.items()), prices)
    compared = compare_allocation(account, target({"A": "1"} if "A" in held else {}), RULES, envelope())
    total = sum(line.current_weight for line in compared.lines) + compared.cash / compared.equity
    assert abs(total - 1) < Decimal("1e-11")
    assert [line.symbol for line in compared.lines] == sorted(held)
