"""One session of an evaluation, asked by syntax: what became of each block, condition, reading and score.

Whoever explains a decision walks the syntax tree and asks this view; how columns are numbered, shared and
kept is nobody else's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alchemiser_dagster.symphony.engine.graph import Graph, IndicatorNode, SeriesNode, SymbolSeries
from alchemiser_dagster.symphony.syntax.blocks import Block, Filter, If, WeightInverseVolatility
from alchemiser_dagster.symphony.syntax.conditions import Condition, Indicator, Reading

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Results(Protocol):
    """What an evaluation has found, by the numbers of the graph and the rows of the sessions."""

    @property
    def graph(self) -> Graph:
        """What was evaluated."""

    @property
    def sessions(self) -> pd.DatetimeIndex:
        """The sessions, one a row."""

    def is_defined(self, block: int, row: int) -> bool:
        """Return whether a block yields weights."""

    def holds(self, condition: int, row: int) -> bool | None:
        """Return whether a condition holds; None where it is undefined."""

    def value(self, indicator: int, row: int) -> float:
        """Return an indicator's value; NaN where it is undefined."""

    def shares_of(self, block: int, row: int) -> Floats:
        """Return the share of each child of a filter or an inverse-volatility block."""

    def closes_until(self, series: SeriesNode, row: int) -> Floats:
        """Return the closes that an indicator of this row may use; empty where the row has none."""

    def bars_until(self, series: SeriesNode, row: int) -> int:
        """Return how many closes an indicator of this row, or the last one before it, may use."""

    def signals(self, root: int) -> Flags:
        """Return the sessions on which a root, given by its place, is defined."""

    def targets(self, root: int, symbols: tuple[str, ...]) -> Floats:
        """Return target weights of sessions × symbols; a row of NaN where undefined."""

    def target(self, root: int, symbols: tuple[str, ...], row: int) -> Floats:
        """Return the target weights of one session; NaN where undefined."""

    def closes_of(self, symbol: str) -> Floats:
        """Return a symbol's closes by session; NaN where it has none."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SessionView:
    """What is known on one session, given by its row."""

    columns: Results
    row: int

    def is_defined(self, block: Block) -> bool:
        """Return whether the block yields weights."""
        return self.columns.is_defined(self.columns.graph.number_of(block), self.row)

    def holds(self, condition: Condition) -> bool | None:
        """Return whether the condition holds; None where it is undefined."""
        return self.columns.holds(self.columns.graph.number_of(condition), self.row)

    def branch(self, block: If) -> tuple[Block, ...] | None:
        """Return the blocks of the branch taken; None where the condition is undefined."""
        holds = self.holds(block.condition)
        if holds is None:
            return None
        return block.then if holds else block.otherwise

    def reading(self, reading: Reading) -> float:
        """Return the value of an indicator of a symbol; NaN where it is undefined."""
        return self._value(reading.indicator, SymbolSeries(reading.symbol))

    def score(self, block: Filter | WeightInverseVolatility, child: Block) -> float:
        """Return the value by which a block chooses or weighs a child; NaN where it is undefined."""
        return self._value(block.indicator, self.columns.graph.series_of(child))

    def shares(self, block: Filter | WeightInverseVolatility) -> tuple[float, ...]:
        """Return each child's share, 0 where it gets none; all 0 where the block is undefined."""
        found: list[float] = self.columns.shares_of(self.columns.graph.number_of(block), self.row).tolist()
        return tuple(found)

    def closes(self, reading: Reading) -> Floats:
        """Return the closes of the symbol through this session, without the sessions that lack one.

        Empty where the session itself lacks one.
        """
        return self.columns.closes_until(SymbolSeries(reading.symbol), self.row)

    def child_closes(self, child: Block) -> Floats:
        """Return the closes, or the own price path since its last fresh start, of a scored child.

        Empty where the session itself has none.
        """
        return self.columns.closes_until(self.columns.graph.series_of(child), self.row)

    def bars_of_symbol(self, symbol: str) -> int:
        """Return how many closes of a symbol an indicator may use."""
        return self.columns.bars_until(SymbolSeries(symbol), self.row)

    def bars_of_child(self, child: Block) -> int:
        """Return how many closes of a scored child, or of its own price path, an indicator may use."""
        return self.columns.bars_until(self.columns.graph.series_of(child), self.row)

    def _value(self, indicator: Indicator, series: SeriesNode) -> float:
        number = self.columns.graph.indicators.number(IndicatorNode(indicator, series))
        return self.columns.value(number, self.row)
