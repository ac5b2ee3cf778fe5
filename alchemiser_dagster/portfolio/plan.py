"""From a comparison to the ordered list of trades."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.portfolio.arithmetic import EXACT, plain
from alchemiser_dagster.portfolio.purchases import size_purchases
from alchemiser_dagster.portfolio.rules import PortfolioRules
from alchemiser_dagster.portfolio.sizing import Sizing, reason_to_skip, reason_to_trade, size_sale
from alchemiser_dagster.records.allocation import AllocationComparison, ComparisonLine
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.plan import LineReason, PlanLine, PlanSkip, RebalancePlan
from alchemiser_dagster.records.values import Side


def plan_rebalance(
    comparison: AllocationComparison, rules: PortfolioRules, envelope: Envelope
) -> RebalancePlan:
    """Return the trades that bring the account to its target, at the reference prices.

    Purchases cost at most cash plus the expected proceeds of the sales, and never lift what is invested
    above the deployable capital; where that is too little, all are scaled down alike. Planning again after
    the plan is carried out gives an empty plan.

    Parameters
    ----------
    comparison
        The account beside the target.
    rules
        Minimum trade and drift, and whether fractions may be traded.
    envelope
        Identity of the record to make; its account is part of the plan's id.
    """
    with localcontext(EXACT):
        wishes = _sort_wishes(comparison, rules)
        sales = [size_sale(line, reason, rules) for line, reason in wishes.sales]
        proceeds = _total(sales)
        purchases = size_purchases(wishes.purchases, _budget(comparison, proceeds), rules)
        lines = tuple(
            _plan_line(sizing, side, _identity(comparison, envelope))
            for side, sizings in ((Side.SELL, sales), (Side.BUY, purchases))
            for sizing in _in_order(sizings)
        )
        skips = [*wishes.skips, *(sizing.skip for sizing in (*sales, *purchases) if sizing.skip)]
        return RebalancePlan(
            envelope=envelope,
            session=comparison.session,
            plan_id=_plan_id(lines, _identity(comparison, envelope)),
            sequence=comparison.sequence,
            comparison_id=comparison.envelope.record_id,
            lines=lines,
            skips=tuple(sorted(skips, key=lambda skip: skip.symbol)),
            equity=comparison.equity,
            cash_before=comparison.cash,
            expected_sale_proceeds=proceeds,
            expected_purchases=_total(purchases),
            rules=rules.kept,
        )


def plan_nothing(comparison: AllocationComparison, traded_by: str, envelope: Envelope) -> RebalancePlan:
    """Return the empty plan of a session that the run with that correlation id has traded already (R-20)."""
    identity, nothing = _identity(comparison, envelope), Decimal(0)
    return RebalancePlan(
        envelope=envelope,
        session=comparison.session,
        plan_id=derived_id("plan", *identity, "traded by", traded_by),
        sequence=comparison.sequence,
        comparison_id=comparison.envelope.record_id,
        lines=(),
        skips=(),
        equity=comparison.equity,
        cash_before=comparison.cash,
        expected_sale_proceeds=nothing,
        expected_purchases=nothing,
        traded_by=traded_by,
    )


@dataclass(frozen=True)
class _Wishes:
    sales: list[tuple[ComparisonLine, LineReason]] = field(default_factory=list)
    purchases: list[tuple[ComparisonLine, LineReason]] = field(default_factory=list)
    skips: list[PlanSkip] = field(default_factory=list)

    def add(self, line: ComparisonLine, reason: LineReason) -> None:
        (self.sales if line.difference < 0 else self.purchases).append((line, reason))


def _sort_wishes(comparison: AllocationComparison, rules: PortfolioRules) -> _Wishes:
    wishes = _Wishes()
    for line in comparison.lines:
        reason = reason_to_trade(line)
        if reason is None:
            continue
        why_not = reason_to_skip(line, reason, comparison.equity, rules)
        if why_not:
            difference = plain(line.difference)
            wishes.skips.append(PlanSkip(symbol=line.symbol, difference=difference, reason=why_not))
        else:
            wishes.add(line, reason)
    return wishes


def _budget(comparison: AllocationComparison, proceeds: Decimal) -> Decimal:
    invested = sum((line.current_value for line in comparison.lines), Decimal(0)) - proceeds
    return min(comparison.cash + proceeds, comparison.deployable - invested)


def _total(sizings: Iterable[Sizing]) -> Decimal:
    return plain(sum((sizing.notional for sizing in sizings), Decimal(0)))


def _in_order(sizings: Iterable[Sizing]) -> list[Sizing]:
    traded = (sizing for sizing in sizings if sizing.quantity)
    return sorted(traded, key=lambda sizing: (-sizing.notional, sizing.line.symbol))


def _identity(comparison: AllocationComparison, envelope: Envelope) -> tuple[str, str, str]:
    return (envelope.account, comparison.session.isoformat(), str(comparison.sequence))


def _plan_line(sizing: Sizing, side: Side, identity: Sequence[str]) -> PlanLine:
    line, quantity = sizing.line, plain(sizing.quantity)
    return PlanLine(
        line_id=derived_id("line", *identity, line.symbol, side, str(quantity)),
        symbol=line.symbol,
        side=side,
        quantity=quantity,
        reference_price=line.price,
        notional=plain(sizing.notional),
        reason=sizing.reason,
        target_weight=line.target_weight,
        fractionable=sizing.fractionable,
        contributions=line.contributions,
    )


def _plan_id(lines: Iterable[PlanLine], identity: Sequence[str]) -> str:
    contents = (
        part for line in lines for part in (line.line_id, str(plain(line.reference_price)), line.reason)
    )
    return derived_id("plan", *identity, *contents)
