"""Random accounts with targets and rules, for the property tests of the plan."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import strategies as st
from portfolio.portfolio_builders import asset, envelope, position, snapshot, target

from alchemiser_dagster.portfolio import PortfolioRules, compare_allocation, plan_rebalance
from alchemiser_dagster.records.account import AccountSnapshot, Position
from alchemiser_dagster.records.allocation import AllocationComparison, TargetAllocation
from alchemiser_dagster.records.market import AssetInfo
from alchemiser_dagster.records.plan import RebalancePlan

SYMBOLS = tuple("ABCDEF")


@dataclass(frozen=True)
class Situation:
    account: AccountSnapshot
    wanted: TargetAllocation
    rules: PortfolioRules

    def compare(self) -> AllocationComparison:
        return compare_allocation(self.account, self.wanted, self.rules, envelope("comparison-1"))

    def plan(self) -> RebalancePlan:
        return plan_rebalance(self.compare(), self.rules, envelope("plan-1"))


@st.composite
def situations(draw: st.DrawFn, *, free: bool = False) -> Situation:
    """Draw a situation; in a free one everything is tradable and no open order holds shares."""
    prices = {symbol: draw(st.decimals("0.50", "900", places=2)) for symbol in SYMBOLS}
    held = draw(st.lists(st.sampled_from(SYMBOLS), unique=True))
    positions = tuple(_position(draw, symbol, free=free) for symbol in held)
    invested = sum((item.quantity * prices[item.symbol] for item in positions), Decimal(0))
    cash = draw(st.decimals("-2000", "60000", places=2))
    cash = cash if cash + invested >= 100 else Decimal(100)
    assets = tuple(_asset(draw, symbol, free=free) for symbol in SYMBOLS)
    account = snapshot(cash, positions, prices, assets)
    return Situation(account, target(draw(target_weights())), draw(portfolio_rules()))


@st.composite
def target_weights(draw: st.DrawFn) -> dict[str, Decimal]:
    symbols = draw(st.lists(st.sampled_from(SYMBOLS), unique=True))
    parts = {symbol: draw(st.integers(1, 1000)) for symbol in symbols}
    cash = draw(st.sampled_from([0, 0, 1, 500]))
    total = sum(parts.values()) + cash
    return {
        symbol: (Decimal(part) / total).quantize(Decimal("1e-12"), "ROUND_DOWN")
        for symbol, part in parts.items()
    }


@st.composite
def portfolio_rules(draw: st.DrawFn) -> PortfolioRules:
    return PortfolioRules(
        deployment=draw(st.sampled_from([Decimal(1), Decimal("0.8"), Decimal(0)])),
        cash_buffer=draw(st.sampled_from([Decimal(0), Decimal("0.005"), Decimal("0.1")])),
        minimum_trade=draw(st.sampled_from([Decimal(0), Decimal(5), Decimal(200)])),
        minimum_drift=draw(st.sampled_from([Decimal(0), Decimal("0.0005"), Decimal("0.02")])),
        fractional=draw(st.booleans()),
    )


def _position(draw: st.DrawFn, symbol: str, *, free: bool) -> Position:
    places = draw(st.sampled_from([0, 9]))
    quantity = draw(st.decimals("0.001" if places else "1", "300", places=places))
    open_part = Decimal(0) if free else draw(st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(1)]))
    available = (quantity * (1 - open_part)).quantize(Decimal("1e-9"), "ROUND_DOWN")
    return position(symbol, quantity, available)


def _asset(draw: st.DrawFn, symbol: str, *, free: bool) -> AssetInfo:
    tradable = True if free else draw(st.sampled_from([True, True, True, False]))
    return asset(symbol, tradable=tradable, fractionable=draw(st.booleans()))
