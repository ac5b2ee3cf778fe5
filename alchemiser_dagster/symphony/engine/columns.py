"""Evaluates a plan into columns: all sessions at once, each node once.

1. Every symbol's closes become a series. Stage by stage:
2. Indicators: all series of a stage that share a formula are one array operation (`series.py`).
3. Conditions, which look only at symbols, follow the first stage: where they hold, and where they are
   defined. Then what only conditions read is forgotten, as scores are behind the last block that uses them:
   a column takes far longer to find room for than to compute, and one that is asked for later is computed
   again, alike in every bit.
4. Blocks, children first. Of each: on which sessions it is defined; for filters and inverse volatility the
   shares of their children; and, inside scored blocks, what its holdings of a session earn into the next
   one. Earnings are linear in the shares, so no block needs the weights of its symbols.
5. A scored block's earnings become its own price path (spec section 4), a series for the next stage.

Session t's columns use closes through t; what is earned into t+1 only meets the path's value of t+1. So
cutting the data off at t changes no column at or before t, not in one bit.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alchemiser_dagster.symphony.engine.frame import Closes
from alchemiser_dagster.symphony.engine.graph import (
    AssetNode,
    BlockNode,
    ChoiceNode,
    ComparisonNode,
    CompoundNode,
    FilterNode,
    Graph,
    InverseVolatilityNode,
    MixNode,
    PathSeries,
    SeriesNode,
)
from alchemiser_dagster.symphony.engine.plan import Plan, Stage
from alchemiser_dagster.symphony.engine.series import Series, indicator_columns, path_series, symbol_series
from alchemiser_dagster.symphony.engine.shares import Shares, chosen_shares, inverse_shares
from alchemiser_dagster.symphony.engine.weights import target_weights
from alchemiser_dagster.symphony.syntax.conditions import Operator

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

EQUALITY_TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True)
class Truth:
    """Where a condition holds; where it is defined. It holds nowhere that it is undefined."""

    holds: Flags
    defined: Flags


@dataclass
class Columns:
    """What is known of each node, by its number, one entry per session.

    Parameters
    ----------
    conditions
        Where each holds and is defined.
    defined
        Of each block, the sessions on which it yields weights.
    shares
        Of each filter and inverse-volatility block, the shares of its children.
    """

    graph: Graph
    plan: Plan
    closes: Closes
    series: dict[SeriesNode, Series] = field(default_factory=dict)
    conditions: list[Truth] = field(default_factory=list)
    defined: dict[int, Flags] = field(default_factory=dict)
    shares: dict[int, Shares] = field(default_factory=dict)
    _indicators: dict[int, Floats] = field(default_factory=dict)
    _known: dict[int, Flags] = field(default_factory=dict)
    _earned: dict[int, Floats] = field(default_factory=dict)
    _targets: dict[int, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._always = np.ones(len(self.closes.sessions), dtype=np.bool_)

    def compute(self) -> Columns:
        """Fill all columns and return self."""
        for number, stage in enumerate(self.plan.stages):
            self._compute_indicators(stage)
            if number == 0:
                self._compute_conditions()
            for block in stage.blocks:
                self._compute_block(block)
        return self

    @property
    def sessions(self) -> pd.DatetimeIndex:
        """The sessions, one a row."""
        return self.closes.sessions

    def is_defined(self, block: int, row: int) -> bool:
        """Return whether a block yields weights."""
        return bool(self.defined[block][row])

    def holds(self, condition: int, row: int) -> bool | None:
        """Return whether a condition holds; None where it is undefined."""
        truth = self.conditions[condition]
        return bool(truth.holds[row]) if truth.defined[row] else None

    def value(self, indicator: int, row: int) -> float:
        """Return an indicator's value, computed again; NaN where it is undefined."""
        node = self.graph.indicators.nodes[indicator]
        return float(indicator_columns(node.indicator, [self._series(node.series)])[0][row])

    def shares_of(self, block: int, row: int) -> Floats:
        """Return the share of each child of a filter or an inverse-volatility block."""
        return self.shares[block].at(row)

    def closes_until(self, series: SeriesNode, row: int) -> Floats:
        """Return the closes that an indicator of this row may use; empty where the row has none."""
        return self._series(series).closes_until(row)

    def bars_until(self, series: SeriesNode, row: int) -> int:
        """Return how many closes an indicator of this row, or the last one before it, may use."""
        return self._series(series).bars_until(row)

    def signals(self, root: int) -> Flags:
        """Return the sessions on which a root, given by its place, is defined."""
        return self.defined[self.graph.roots[root]]

    def targets(self, root: int, symbols: tuple[str, ...]) -> Floats:
        """Return target weights of sessions × symbols; a row of NaN where undefined."""
        if root not in self._targets:
            self._targets[root] = target_weights(self, root, symbols)
        return self._targets[root]

    def target(self, root: int, symbols: tuple[str, ...], row: int) -> Floats:
        """Return the target weights of one session; NaN where undefined."""
        target: Floats = self.targets(root, symbols)[row]
        return target

    def closes_of(self, symbol: str) -> Floats:
        """Return a symbol's closes by session; NaN where it has none."""
        return self.closes.columns[symbol]

    def _compute_indicators(self, stage: Stage) -> None:
        for indicator, numbers in stage.indicators.items():
            series = [self._series(self.graph.indicators.nodes[number].series) for number in numbers]
            columns = indicator_columns(indicator, series)
            self._indicators.update(zip(numbers, columns, strict=True))

    def _series(self, node: SeriesNode) -> Series:
        if node not in self.series and not isinstance(node, PathSeries):
            self.series[node] = symbol_series(self.closes.columns[node.symbol])
        return self.series[node]

    def _compute_conditions(self) -> None:
        for node in self.graph.conditions.nodes:
            if isinstance(node, ComparisonNode):
                self.conditions.append(self._comparison(node))
            else:
                self.conditions.append(self._compound(node))
        for number in self.plan.only_read:
            del self._indicators[number]
        self._known.clear()

    def _comparison(self, node: ComparisonNode) -> Truth:
        left = self._indicators[node.left]
        if node.right is None:
            return Truth(compared(node.operator, left, node.constant), self._is_known(node.left))
        holds = compared(node.operator, left, self._indicators[node.right])
        return Truth(holds, self._is_known(node.left) & self._is_known(node.right))

    def _is_known(self, number: int) -> Flags:
        if number not in self._known:
            self._known[number] = ~np.isnan(self._indicators[number])
        return self._known[number]

    def _compound(self, node: CompoundNode) -> Truth:
        parts = [self.conditions[number] for number in node.conditions]
        defined = np.logical_and.reduce([part.defined for part in parts])
        join = np.logical_and if node.connective == "and" else np.logical_or
        return Truth(join.reduce([part.holds for part in parts]) & defined, defined)

    def _compute_block(self, number: int) -> None:
        node = self.graph.blocks.nodes[number]
        self.defined[number] = self._defined(number, node)
        if number in self.plan.earning:
            self._earned[number] = self._earnings(number, node)
        if number in self.plan.paths:
            self.series[PathSeries(number)] = path_series(self.defined[number], self._earned[number])
        for forgotten in self.plan.releases.get(number, ()):
            del self._earned[forgotten]
        for forgotten in self.plan.score_releases.get(number, ()):
            del self._indicators[forgotten]

    def _defined(self, number: int, node: BlockNode) -> Flags:
        match node:
            case AssetNode():
                return self._always
            case MixNode(children=children):
                return self._all_defined([self.defined[child] for child in children])
            case ChoiceNode():
                return self._choice_defined(node)
            case FilterNode():
                scores = [self._indicators[score] for score in node.scores]
                self.shares[number] = chosen_shares(scores, len(self._always), node.side, node.count)
            case InverseVolatilityNode():
                deviations = [self._indicators[score] for score in node.scores]
                self.shares[number] = inverse_shares(deviations, len(self._always))
        return self.shares[number].defined

    def _all_defined(self, flags: list[Flags]) -> Flags:
        limiting = {id(flag): flag for flag in flags if flag is not self._always}
        if not limiting:
            return self._always
        first, *others = limiting.values()
        together = first
        for other in others:
            together = together & other
        return together

    def _choice_defined(self, node: ChoiceNode) -> Flags:
        truth = self.conditions[node.condition]
        then, otherwise = self.defined[node.then], self.defined[node.otherwise]
        if then is otherwise:
            return self._all_defined([truth.defined, then])
        return truth.defined & np.where(truth.holds, then, otherwise)

    def _earnings(self, number: int, node: BlockNode) -> Floats:
        match node:
            case AssetNode(symbol=symbol):
                return self.closes.returns(symbol)
            case MixNode():
                return self._mixed_earnings(node)
            case ChoiceNode():
                holds = self.conditions[node.condition].holds[:-1]
                return np.where(holds, self._earned[node.then], self._earned[node.otherwise])
            case FilterNode() | InverseVolatilityNode():
                return self._shared_earnings(self.shares[number], node.children)

    def _mixed_earnings(self, node: MixNode) -> Floats:
        total = np.zeros(max(len(self._always) - 1, 0))
        for child, weight in zip(node.children, node.weights, strict=True):
            total += weight * self._earned[child]
        return total

    def _shared_earnings(self, shares: Shares, children: tuple[int, ...]) -> Floats:
        total = np.zeros(max(len(self._always) - 1, 0))
        for position, child in enumerate(children):
            takes_part = shares.takes_part[position, :-1]
            total += np.where(takes_part, shares.of_child(position)[:-1] * self._earned[child], 0.0)
        return total


def compared(operator: Operator, left: Floats, right: Floats | float) -> Flags:
    """Return where a comparison holds; nowhere that a value is NaN."""
    match operator:
        case ">":
            holds = left > right
        case "<":
            holds = left < right
        case ">=":
            holds = left >= right
        case "<=":
            holds = left <= right
        case "=":
            holds = np.abs(left - right) <= EQUALITY_TOLERANCE
    return holds
