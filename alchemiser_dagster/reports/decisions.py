"""Tables of what was decided: bars, signals, target, comparison, plan."""

from __future__ import annotations

from collections.abc import Iterable

from alchemiser_dagster.records.allocation import AllocationComparison, Contribution, TargetAllocation
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.signal import SignalWeight, StrategySignal
from alchemiser_dagster.reports.explanation_summary import closest_call
from alchemiser_dagster.reports.table import Table, money, percent, price, shares


def market_data_table(data: MarketData) -> Table:
    """Show what the decisions stand on, and the provisional price of each symbol."""
    provisional = {found.symbol: found.price for found in data.provisional_prices}
    rows = tuple(
        (symbol, f"{provisional[symbol]:,.4f}" if symbol in provisional else "–") for symbol in data.symbols
    )
    return Table(
        f"Market data: {len(data.symbols)} symbols, sealed through {data.last_session}, "
        f"table version {data.table_version}",
        ("symbol", f"{data.price_basis} price"),
        rows,
        frozenset({1}),
    )


def signal_table(signal: StrategySignal) -> Table:
    """Show one strategy's target weights, or what it lacked."""
    if not signal.is_defined:
        rows = tuple(
            (note.symbol, note.indicator, f"{note.bars_had} of {note.bars_needed} bars")
            for note in signal.missing
        )
        return Table(f"{signal.symphony_name}: no signal", ("symbol", "indicator", "history"), rows)
    return Table(
        f"{signal.symphony_name}: {'trades' if signal.trades_today else 'holds'}",
        ("symbol", "target", "held"),
        _weight_rows(signal),
        frozenset({1, 2}),
    )


def signals_table(signals: Iterable[StrategySignal]) -> Table:
    """Show one line a strategy."""
    rows = tuple(
        (
            signal.strategy,
            _weights_text(_in_force(signal)) if signal.is_defined else "no signal",
            "yes" if signal.trades_today else "no",
            closest_call(signal),
        )
        for signal in signals
    )
    columns = ("strategy", "weights in force", "trades today", "closest call")
    return Table("Strategy signals", columns, rows)


def target_table(target: TargetAllocation) -> Table:
    """Show the merged target with each strategy's part in it."""
    rows = tuple(
        (line.symbol, percent(line.weight), contributions_text(line.contributions)) for line in target.lines
    )
    cash = (("cash", percent(target.cash_weight), ""),)
    return Table("Target allocation", ("symbol", "weight", "because of"), rows + cash, frozenset({1}))


def comparison_table(comparison: AllocationComparison) -> Table:
    """Show every symbol as it is and as it should be."""
    rows = tuple(
        (
            line.symbol,
            shares(line.quantity_held),
            price(line.price),
            percent(line.current_weight),
            percent(line.target_weight),
            money(line.difference),
        )
        for line in comparison.lines
    )
    return Table(
        f"Allocation comparison: equity {money(comparison.equity)}, "
        f"deployable {money(comparison.deployable)}",
        ("symbol", "held", "price", "now", "target", "difference"),
        rows,
        frozenset(range(1, 6)),
    )


def plan_table(plan: RebalancePlan) -> Table:
    """Show the orders to come, in their order."""
    rows = tuple(
        (
            line.side,
            line.symbol,
            shares(line.quantity),
            price(line.reference_price),
            money(line.notional),
            line.reason,
            contributions_text(line.contributions),
        )
        for line in plan.lines
    )
    return Table(
        f"Rebalance plan {plan.plan_id[:12]}: sell {money(plan.expected_sale_proceeds)}, "
        f"buy {money(plan.expected_purchases)}",
        ("side", "symbol", "quantity", "price", "notional", "reason", "because of"),
        rows,
        frozenset({2, 3, 4}),
    )


def plan_skips_table(plan: RebalancePlan) -> Table:
    """Show the differences that are left alone."""
    rows = tuple((skip.symbol, money(skip.difference), skip.reason) for skip in plan.skips)
    return Table("Left alone", ("symbol", "difference", "reason"), rows, frozenset({1}))


def contributions_text(contributions: Iterable[Contribution]) -> str:
    """Return the strategies behind a weight, in words."""
    return ", ".join(f"{part.strategy} {percent(part.weight)}" for part in contributions)


def _in_force(signal: StrategySignal) -> tuple[SignalWeight, ...]:
    return signal.target_weights if signal.trades_today else signal.held_weights


def _weights_text(weights: Iterable[SignalWeight]) -> str:
    return ", ".join(f"{held.symbol} {percent(held.weight)}" for held in weights) or "cash"


def _weight_rows(signal: StrategySignal) -> tuple[tuple[str, ...], ...]:
    target = {part.symbol: part.weight for part in signal.target_weights}
    held = {part.symbol: part.weight for part in signal.held_weights}
    return tuple(
        (symbol, percent(target.get(symbol, 0.0)), percent(held.get(symbol, 0.0)))
        for symbol in sorted(target | held)
    )
