"""One more session: one value per node, by the same formulas in the same order as `columns.py`.

So each is bit for bit what a whole evaluation would have found.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alchemiser_dagster.symphony.engine.columns import Columns
from alchemiser_dagster.symphony.engine.graph import (
    AssetNode,
    BlockNode,
    ChoiceNode,
    FilterNode,
    InverseVolatilityNode,
    MixNode,
    PathSeries,
    SeriesNode,
    SymbolSeries,
)
from alchemiser_dagster.symphony.engine.series import PATH_START
from alchemiser_dagster.symphony.engine.shares import inverse_shares
from alchemiser_dagster.symphony.engine.weights import SMALLEST_WEIGHT
from alchemiser_dagster.symphony.live.conditions import Comparisons, comparisons_of, outcomes
from alchemiser_dagster.symphony.live.indicators import Batch, NextClose, batches

Floats = NDArray[np.float64]

ALONE = NextClose(math.nan, goes_on=False)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """All that a new session needs and that doesn't hang on its closes.

    Parameters
    ----------
    batches
        Of each stage, its indicators.
    last_closes
        The last close of each series that goes on from it.
    """

    past: Columns
    batches: tuple[tuple[Batch, ...], ...]
    comparisons: tuple[Comparisons, ...]
    last_closes: Mapping[SeriesNode, float]


def prepared(past: Columns) -> Prepared:
    """Return what is known of the next session before its closes are."""
    nodes = past.graph.indicators.nodes
    known = {node: followed(past, node) for node in {indicator.series for indicator in nodes}}
    stages = tuple(
        tuple(
            batch
            for indicator, numbers in stage.indicators.items()
            for batch in batches(indicator, [(number, nodes[number].series) for number in numbers], known)
        )
        for stage in past.plan.stages
    )
    last_closes = {node: float(closes[-1]) for node, closes in known.items() if len(closes)}
    return Prepared(past, stages, tuple(comparisons_of(past.graph.conditions.nodes)), last_closes)


def followed(past: Columns, series: SeriesNode) -> Floats:
    """Return the closes that the next one of a series would follow, if it goes on."""
    last = len(past.sessions) - 1
    if isinstance(series, SymbolSeries):
        closes = past.closes.columns[series.symbol]
        return closes[~np.isnan(closes)]
    return past.closes_until(series, last)


class LiveRow:
    """What is known of each node on the new session, by its number."""

    def __init__(self, prepared: Prepared, closes: Mapping[str, float]) -> None:
        past = prepared.past
        self._prepared = prepared
        self._past = past
        self._plan = past.plan
        self._blocks = past.graph.blocks.nodes
        self.prices = closes
        self.closes: dict[SeriesNode, NextClose] = {
            node: NextClose(closes[node.symbol], goes_on=not math.isnan(closes[node.symbol]))
            for node in past.series
            if isinstance(node, SymbolSeries)
        }
        self.indicators = np.full(len(past.graph.indicators.nodes), np.nan)
        self.conditions: list[bool | None] = []
        self.defined = [True] * len(self._blocks)
        self.shares: dict[int, tuple[float, ...]] = {}
        self._earned = _earned(past, closes)

    def compute(self) -> LiveRow:
        """Fill everything, stage by stage, and return self."""
        for number, stage in enumerate(self._plan.stages):
            for batch in self._prepared.batches[number]:
                for numbers, values in batch.values(self.closes):
                    self.indicators[numbers] = values
            if number == 0:
                nodes = self._past.graph.conditions.nodes
                self.conditions = outcomes(nodes, self._prepared.comparisons, self.indicators)
            scores = self.indicators.tolist()
            for block in stage.blocks:
                self.defined[block] = self._is_defined(block, self._blocks[block], scores)
                if block in self._plan.paths:
                    self.closes[PathSeries(block)] = self._next_close(block)
        return self

    def weights(self, root: int, symbols: tuple[str, ...]) -> Floats:
        """Return the target weights of the root with this place among the graph's roots; NaN if undefined."""
        number = self._past.graph.roots[root]
        if not self.defined[number]:
            return np.full(len(symbols), np.nan)
        found = dict.fromkeys(symbols, 0.0)
        held = {number: 1.0}
        for block in self._plan.descents[root]:
            amount = held.pop(block, 0.0)
            node = self._blocks[block]
            if amount == 0.0:
                continue
            if isinstance(node, AssetNode):
                found[node.symbol] += amount
                continue
            for child, share in self.parts(block, node):
                held[child] = held.get(child, 0.0) + amount * share
        weights = np.array(list(found.values()))
        weights[weights < SMALLEST_WEIGHT] = 0.0
        return weights

    def parts(self, block: int, node: BlockNode) -> Iterator[tuple[int, float]]:
        """Yield what a defined block holds, each child with its share."""
        match node:
            case MixNode():
                yield from zip(node.children, node.weights, strict=True)
            case ChoiceNode():
                yield (node.then if self.conditions[node.condition] else node.otherwise), 1.0
            case FilterNode() | InverseVolatilityNode():
                yield from zip(node.children, self.shares[block], strict=True)

    def _is_defined(self, number: int, node: BlockNode, scores: list[float]) -> bool:
        defined = self.defined
        match node:
            case AssetNode():
                return True
            case MixNode(children=children):
                return all(map(defined.__getitem__, children))
            case ChoiceNode():
                holds = self.conditions[node.condition]
                return holds is not None and defined[node.then if holds else node.otherwise]
            case FilterNode():
                self.shares[number] = _chosen([scores[score] for score in node.scores], node)
            case InverseVolatilityNode():
                deviations = [np.array([scores[score]]) for score in node.scores]
                shares = inverse_shares(deviations, 1)
                self.shares[number] = tuple(shares.at(0).tolist())
                return bool(shares.defined[0])
        return any(self.shares[number])

    def _next_close(self, block: int) -> NextClose:
        if not self.defined[block]:
            return ALONE
        earned = self._earned[block]
        before = self._prepared.last_closes.get(PathSeries(block))
        if math.isnan(earned) or before is None:
            return NextClose(PATH_START, goes_on=False)
        return NextClose(before * (earned + 1.0), goes_on=True)


def _earned(past: Columns, closes: Mapping[str, float]) -> dict[int, float]:
    """Return what each block whose earnings count has earned into the new session."""
    row = len(past.sessions) - 1
    earned: dict[int, float] = {}
    for number in sorted(past.plan.earning):
        match past.graph.blocks.nodes[number]:
            case AssetNode(symbol=symbol):
                before = float(past.closes.columns[symbol][row])
                earned[number] = (closes[symbol] - before) / before
            case MixNode(children=children, weights=weights):
                earned[number] = _mixed([earned[child] for child in children], weights)
            case ChoiceNode() as node:
                holds = past.conditions[node.condition].holds[row]
                earned[number] = earned[node.then if holds else node.otherwise]
            case FilterNode(children=children) | InverseVolatilityNode(children=children):
                held = past.shares[number]
                shares = held.at(row).tolist()
                takes_part = held.takes_part[:, row].tolist()
                parts = [
                    earned[child] if takes else 0.0 for child, takes in zip(children, takes_part, strict=True)
                ]
                earned[number] = _mixed(parts, shares)
    return earned


def _mixed(parts: Sequence[float], weights: Sequence[float]) -> float:
    total = 0.0
    for part, weight in zip(parts, weights, strict=True):
        total += weight * part
    return total


def _chosen(scores: Sequence[float], node: FilterNode) -> tuple[float, ...]:
    sign = -1.0 if node.side == "top" else 1.0
    ranked = sorted((sign * score, place) for place, score in enumerate(scores) if not math.isnan(score))
    picked = {place for _, place in ranked[: node.count]}
    share = 1.0 / len(picked) if picked else 0.0
    return tuple(share if place in picked else 0.0 for place in range(len(scores)))
