"""Many strategies' signals become one target portfolio."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import Final

from alchemiser_dagster.errors import StrategyError
from alchemiser_dagster.portfolio.arithmetic import EXACT, round_down
from alchemiser_dagster.portfolio.merge_input import require_mergeable
from alchemiser_dagster.records.allocation import (
    AllocationLine,
    Contribution,
    StrategyShare,
    TargetAllocation,
)
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.signal import SignalSet, StrategySignal

ROUNDING_TOLERANCE: Final = Decimal("1e-9")
WEIGHT_STEP: Final = Decimal("1e-18")

_Contributions = dict[str, dict[str, Decimal]]


def merge_signals(signals: SignalSet, shares: Mapping[str, Decimal], envelope: Envelope) -> TargetAllocation:
    """Return the weights of the deployed capital that all strategies together want to hold.

    A strategy that trades today contributes its target weights, one that does not its drifted holdings;
    each weight counts with the strategy's share. Products and sums are exact.

    Parameters
    ----------
    signals
        One signal per strategy, all for one session.
    shares
        Part of the portfolio that follows each strategy; they sum to 1 within 1e-6.
    envelope
        Identity of the record to make.

    Raises
    ------
    NoSignalError
        A signal is undefined: it is never traded on (spec section 5).
    ConfigurationError
        The shares don't belong to the strategies, or don't sum to 1.
    SessionError
        A signal is for another session.
    StrategyError
        A strategy's weights sum to more than 1 + 1e-9.
    """
    require_mergeable(signals, shares)
    with localcontext(EXACT):
        contributions = _without_excess(_collect(signals, shares))
        lines = tuple(_line(symbol, contributions[symbol]) for symbol in sorted(contributions))
        return TargetAllocation(
            envelope=envelope,
            session=signals.session,
            lines=lines,
            cash_weight=1 - sum((line.weight for line in lines), Decimal(0)),
            strategies=tuple(
                StrategyShare(
                    strategy=signal.strategy,
                    share=shares[signal.strategy],
                    signal_id=signal.envelope.record_id,
                )
                for signal in signals.signals
            ),
        )


def _collect(signals: SignalSet, shares: Mapping[str, Decimal]) -> _Contributions:
    contributions: _Contributions = defaultdict(lambda: defaultdict(Decimal))
    for signal in signals.signals:
        for symbol, weight in _exact_weights(signal):
            if part := shares[signal.strategy] * weight:
                contributions[symbol][signal.strategy] += part
    return contributions


def _exact_weights(signal: StrategySignal) -> list[tuple[str, Decimal]]:
    weights = [(held.symbol, Decimal(repr(held.weight))) for held in signal.decision.in_force]
    total = sum((weight for _, weight in weights), Decimal(0))
    if total > 1 + ROUNDING_TOLERANCE:
        raise StrategyError(
            f"the strategy's weights sum to {total}, more than the whole",
            where=f"{signal.strategy}, session {signal.session}",
            remedy="A symphony can't borrow: check the weights of its blocks",
        )
    return weights


def _without_excess(contributions: _Contributions) -> _Contributions:
    total = sum((part for parts in contributions.values() for part in parts.values()), Decimal(0))
    if total <= 1:
        return contributions
    return {
        symbol: {strategy: round_down(part / total, WEIGHT_STEP) for strategy, part in parts.items()}
        for symbol, parts in contributions.items()
    }


def _line(symbol: str, parts: Mapping[str, Decimal]) -> AllocationLine:
    return AllocationLine(
        symbol=symbol,
        weight=sum(parts.values(), Decimal(0)),
        contributions=tuple(Contribution(strategy=name, weight=part) for name, part in parts.items()),
    )
