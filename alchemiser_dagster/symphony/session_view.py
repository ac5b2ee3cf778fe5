"""One session of an evaluation, asked by syntax: what became of each block, condition, reading and score.

Whoever explains a decision walks the syntax tree and asks this view; how columns are numbered, shared and
kept is nobody else's business.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alchemiser_dagster.symphony.blocks import Block, Filter, If, WeightInverseVolatility
from alchemiser_dagster.symphony.columns import Columns
from alchemiser_dagster.symphony.conditions import Condition, Indicator, Reading
from alchemiser_dagster.symphony.graph import IndicatorNode, SeriesNode, SymbolSeries

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SessionView:
    """What is known on one session, given by its row."""

    columns: Columns
    row: int

    def is_defined(self, block: Block) -> bool:
        """Return whether the block yields weights."""
        return bool(self.columns.defined[self.columns.graph.number_of(block)][self.row])

    def holds(self, condition: Condition) -> bool | None:
        """Return whether the condition holds; None where it is undefined."""
        truth = self.columns.conditions[self.columns.graph.number_of(condition)]
        return bool(truth.holds[self.row]) if truth.defined[self.row] else None

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
        shares = self.columns.shares[self.columns.graph.number_of(block)]
        return tuple(shares.at(self.row).tolist())

    def closes(self, reading: Reading) -> Floats:
        """Return the closes of the symbol through this session, without the sessions that lack one.

        Empty where the session itself lacks one.
        """
        return self._closes(SymbolSeries(reading.symbol))

    def child_closes(self, child: Block) -> Floats:
        """Return the closes, or the own price path since its last fresh start, of a scored child.

        Empty where the session itself has none.
        """
        return self._closes(self.columns.graph.series_of(child))

    def bars_of_symbol(self, symbol: str) -> int:
        """Return how many closes of a symbol an indicator may use."""
        return self.columns.series[SymbolSeries(symbol)].bars_until(self.row)

    def bars_of_child(self, child: Block) -> int:
        """Return how many closes of a scored child, or of its own price path, an indicator may use."""
        return self.columns.series[self.columns.graph.series_of(child)].bars_until(self.row)

    def _value(self, indicator: Indicator, series: SeriesNode) -> float:
        number = self.columns.graph.indicators.number(IndicatorNode(indicator, series))
        return float(self.columns.indicator(number)[self.row])

    def _closes(self, node: SeriesNode) -> Floats:
        return self.columns.series[node].closes_until(self.row)
