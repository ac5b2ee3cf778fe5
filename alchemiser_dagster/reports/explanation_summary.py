"""Why the strategies of a run want what they want, in a line or two each."""

from __future__ import annotations

import math
from collections.abc import Iterable

from alchemiser_dagster.records.explanation import ClosestCall
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.reports.explanation_sentence import listed, sentence, weight_text
from alchemiser_dagster.reports.figures import move_text


def reasons_of(signals: Iterable[StrategySignal]) -> dict[str, str]:
    """Return why, by strategy, in one sentence; one more where the rebalance rule holds a strategy back.

    Records without an explanation have none.
    """
    return {
        signal.strategy: f"{sentence(signal.explanation)}{_rule(signal)}"
        for signal in signals
        if signal.explanation is not None
    }


def fragile_decisions(signals: Iterable[StrategySignal]) -> tuple[str, ...]:
    """Return the strategies whose decision is fragile, each with its closest call.

    Such as "momentum_rotation (3.20 bp: 126-day return of SPY above 0 %)".
    """
    return tuple(
        f"{signal.strategy} ({_size(closest)}: {closest.words})"
        for signal in signals
        if signal.explanation is not None
        and (closest := signal.explanation.closest) is not None
        and closest.margin.is_fragile
    )


def closest_first(signals: Iterable[StrategySignal]) -> list[StrategySignal]:
    """Return signals in the order in which their decisions stood close to turning out otherwise."""
    return sorted(signals, key=lambda signal: (_smallest_margin(signal), signal.strategy))


def closest_call(signal: StrategySignal) -> str:
    """Return what would have flipped a strategy's decision, for a narrow column; fragile ones in capitals."""
    explanation = signal.explanation
    if explanation is None or explanation.closest is None:
        return "–"
    margin = explanation.closest.margin
    return f"{'FRAGILE: ' if margin.is_fragile else ''}{move_text(margin)}"


def _smallest_margin(signal: StrategySignal) -> float:
    closest = signal.explanation.closest if signal.explanation else None
    return closest.margin.size if closest else math.inf


def _size(closest: ClosestCall) -> str:
    return f"{closest.margin.size:.2f} bp"


def _rule(signal: StrategySignal) -> str:
    if not signal.is_defined or signal.trades_today:
        return ""
    kept = [
        f"{weight_text(held.weight)} {held.symbol}"
        for held in sorted(signal.held_weights, key=lambda held: -held.weight)
    ]
    return f" It does not trade on this session and keeps {listed(kept) if kept else 'its cash'}."
