"""What the strategies want to hold."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field

from alchemiser_dagster.records.envelope import Frozen, Record
from alchemiser_dagster.records.explanation import Explanation
from alchemiser_dagster.records.market import PriceBasis
from alchemiser_dagster.records.values import SignalNumber, Symbol


class SignalWeight(Frozen):
    """A symbol's fraction of the strategy's value, as the engine computed it."""

    symbol: Symbol
    weight: SignalNumber = Field(ge=0)


class MissingHistoryNote(Frozen):
    """An indicator that lacked history, and so made a signal undefined."""

    indicator: str
    symbol: str
    bars_had: int = Field(ge=0)
    bars_needed: int = Field(ge=0)


class SessionDecision(Frozen):
    """What a strategy decided for one session: the part of a signal that is traded on.

    Two are equal where their weights are equal in every bit: weights are finite and above 0, and of such
    floats no two that differ compare equal.
    """

    is_defined: bool
    target_weights: tuple[SignalWeight, ...]
    held_weights: tuple[SignalWeight, ...]
    trades_today: bool

    @property
    def in_force(self) -> tuple[SignalWeight, ...]:
        """The weights that are traded to: the target where the strategy trades today, else what it holds."""
        return self.target_weights if self.trades_today else self.held_weights


class StrategySignal(Record):
    """The weights that one strategy wants to hold after the session's decision.

    Parameters
    ----------
    strategy
        Name of the strategy's asset: the stem of its file.
    symphony_digest
        SHA-256 of the strategy's meaning; changes when the strategy does.
    is_defined
        Whether there is a signal. If not, weights are empty and `missing` says why (spec section 5).
    target_weights
        Weights to trade to; what is left to 1 is cash.
    held_weights
        Weights that the strategy holds after this session, drifted where it does not trade today.
    trades_today
        Whether the strategy's rebalance rule trades on this session (spec section 6).
    bars_version
        Version of the bar table that was read.
    explanation
        Why: the path that the decision took; None in records that were made before there was one.
    text_digest
        SHA-256 of the strategy file's text, under which the text is kept; empty where it is not known.
    """

    kind: ClassVar[str] = "strategy_signal"

    strategy: str = Field(min_length=1)
    symphony_name: str
    symphony_digest: str
    is_defined: bool
    target_weights: tuple[SignalWeight, ...]
    held_weights: tuple[SignalWeight, ...]
    trades_today: bool
    missing: tuple[MissingHistoryNote, ...]
    price_basis: PriceBasis
    bars_version: int = Field(ge=0)
    explanation: Explanation | None = None
    text_digest: str = ""

    @property
    def decision(self) -> SessionDecision:
        """What was decided, without where it comes from."""
        return SessionDecision(
            is_defined=self.is_defined,
            target_weights=self.target_weights,
            held_weights=self.held_weights,
            trades_today=self.trades_today,
        )


class SignalSet(Frozen):
    """The signals of all strategies for one session, in the order of the settings."""

    session: date
    signals: tuple[StrategySignal, ...]
