"""Why an order was sent, or a symbol was not traded: the chain from fills back to bars (R-12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from alchemiser_dagster.records.allocation import ComparisonLine
from alchemiser_dagster.records.explanation import Explanation
from alchemiser_dagster.records.plan import PlanLine
from alchemiser_dagster.story.story import StoryCall, StoryOrder


@dataclass(frozen=True)
class WhyBar:
    """A price that a decision was made on, in dollars, and where it came from.

    `is_provisional` is True for the price that stood for the session's own close.
    """

    symbol: str
    session: date
    close: float
    source: str
    table_version: int
    is_provisional: bool


@dataclass(frozen=True)
class WhyStrategy:
    """What one strategy has to do with the symbol.

    Parameters
    ----------
    share
        Its part of the portfolio.
    weight
        What it wants of the symbol, as a fraction of its own value; 0 where it wants none.
    contribution
        The same as a fraction of what is invested.
    standing
        Where it ranked the symbol, in words; empty where it did not rank it.
    explanation
        The path of its decision; None in records from before there was one.
    bars
        The prices of every symbol on that path.
    """

    strategy: str
    signal_id: str
    share: Decimal
    weight: float
    contribution: Decimal
    trades_today: bool
    standing: str
    explanation: Explanation | None
    bars: tuple[WhyBar, ...]


@dataclass(frozen=True)
class Why:
    """The chain of one symbol in one session.

    Parameters
    ----------
    verdict
        In one sentence: what was done and why, or why nothing was.
    orders
        The order that was asked for, or all of the symbol.
    line, comparison
        Its line in plan and comparison; None where there is none.
    calls
        The requests that name one of the orders, and their answers.
    """

    symbol: str
    session: date
    correlation_id: str
    plan_id: str | None
    verdict: str
    orders: tuple[StoryOrder, ...]
    line: PlanLine | None
    comparison: ComparisonLine | None
    target_weight: Decimal
    strategies: tuple[WhyStrategy, ...]
    calls: tuple[StoryCall, ...]
