"""What the rules look at: one decision, what it was made of, and the account's past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from alchemiser_dagster.records.allocation import AllocationComparison
from alchemiser_dagster.records.market import MarketData, RestatedHistory
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.records.values import Symbol


@dataclass(frozen=True)
class SuspiciousBar:
    """A bar that moved far beyond what is usual for its symbol; the message says how far."""

    symbol: Symbol
    session: date
    message: str


@dataclass(frozen=True)
class AccountPast:
    """What the account did before the session.

    Parameters
    ----------
    turnovers
        All that was bought and sold in each of the last sessions, as a multiple of the account's value.
    traded
        Every symbol of which it ever bought or sold a share.
    """

    turnovers: tuple[Decimal, ...] = ()
    traded: frozenset[Symbol] = frozenset()


@dataclass(frozen=True)
class BarInputs:
    """The bars that the decision was made of.

    Parameters
    ----------
    data
        The bars and provisional prices that the signals were computed from; None where no strategy decides.
    symbols
        What the strategies that trade on this session read.
    restated
        What this session's updates found to be restated, whichever run made them.
    suspicious
        Bars of the last sessions that moved far beyond their usual.
    """

    data: MarketData | None = None
    symbols: frozenset[Symbol] = frozenset()
    restated: tuple[RestatedHistory, ...] = ()
    suspicious: tuple[SuspiciousBar, ...] = ()


@dataclass(frozen=True)
class DecisionFacts:
    """One decision, and what it is held against.

    Parameters
    ----------
    shares
        The part of the portfolio that follows each strategy.
    signals
        The newest signal of each strategy.
    """

    comparison: AllocationComparison
    signals: tuple[StrategySignal, ...]
    bars: BarInputs = BarInputs()
    shares: Mapping[str, Decimal] = field(default_factory=dict)
    past: AccountPast = AccountPast()

    @property
    def deciding(self) -> tuple[StrategySignal, ...]:
        """The signals of the strategies that trade on this session."""
        return tuple(signal for signal in self.signals if signal.trades_today)
