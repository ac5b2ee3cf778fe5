"""The graph of symphonies: each distinct series, indicator, condition and block once.

1. Syntax trees are walked on a trampoline, children first, so that every node stands behind what it needs.
2. A node is a small record that names what it needs by number; an equal record is the same node. This holds
   within a symphony and across all symphonies that are evaluated together.
3. Labels vanish: a group is its children; a block that holds one child with weight 1 is that child.
4. The number of the block of each syntax node is kept, so that a reader can be told what became of it.
"""

from __future__ import annotations

from collections.abc import Generator, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from alchemiser_dagster.symphony.blocks import (
    Asset,
    Block,
    Filter,
    Group,
    If,
    Side,
    WeightEqual,
    WeightInverseVolatility,
    WeightSpecified,
)
from alchemiser_dagster.symphony.conditions import (
    Comparison,
    Condition,
    Connective,
    Indicator,
    Operator,
    Reading,
)
from alchemiser_dagster.symphony.trampoline import Steps, each, run

N = TypeVar("N", bound=Hashable)


@dataclass(frozen=True, slots=True)
class SymbolSeries:
    """The closes of a symbol."""

    symbol: str


@dataclass(frozen=True, slots=True)
class PathSeries:
    """A block's own price path (spec section 4)."""

    block: int


SeriesNode: TypeAlias = SymbolSeries | PathSeries


@dataclass(frozen=True, slots=True)
class IndicatorNode:
    """An indicator of a series."""

    indicator: Indicator
    series: SeriesNode


@dataclass(frozen=True, slots=True)
class ComparisonNode:
    """A comparison of an indicator, by number, with another one or a constant."""

    operator: Operator
    left: int
    right: int | None
    constant: float = 0.0


@dataclass(frozen=True, slots=True)
class CompoundNode:
    """Conditions, by number, joined."""

    connective: Connective
    conditions: tuple[int, ...]


ConditionNode: TypeAlias = ComparisonNode | CompoundNode


@dataclass(frozen=True, slots=True)
class AssetNode:
    """All in one symbol."""

    symbol: str


@dataclass(frozen=True, slots=True)
class MixNode:
    """Fixed weights of blocks, none of them 0; without children it is cash."""

    children: tuple[int, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ChoiceNode:
    """One block where the condition holds, else the other."""

    condition: int
    then: int
    otherwise: int


@dataclass(frozen=True, slots=True)
class FilterNode:
    """The `count` children with the highest or lowest scores; `scores` are indicators, by number."""

    children: tuple[int, ...]
    scores: tuple[int, ...]
    side: Side
    count: int


@dataclass(frozen=True, slots=True)
class InverseVolatilityNode:
    """Children that share by the inverse of `scores`, their deviations."""

    children: tuple[int, ...]
    scores: tuple[int, ...]


BlockNode: TypeAlias = AssetNode | MixNode | ChoiceNode | FilterNode | InverseVolatilityNode


class Registry(Generic[N]):
    """Distinct nodes in the order in which they were first seen; a node's number is its place."""

    def __init__(self) -> None:
        self.nodes: list[N] = []
        self._numbers: dict[N, int] = {}

    def number(self, node: N) -> int:
        """Return the number of a node, a new one where no equal node was seen."""
        known = self._numbers.setdefault(node, len(self.nodes))
        if known == len(self.nodes):
            self.nodes.append(node)
        return known


@dataclass(frozen=True)
class Graph:
    """All that some symphonies need; each list is ordered so that what is needed comes first.

    Parameters
    ----------
    roots
        The number of each symphony's root block.
    block_of, condition_of
        The number of what each syntax node became.
    """

    indicators: Registry[IndicatorNode] = field(default_factory=Registry)
    conditions: Registry[ConditionNode] = field(default_factory=Registry)
    blocks: Registry[BlockNode] = field(default_factory=Registry)
    block_of: dict[Block, int] = field(default_factory=dict)
    condition_of: dict[Condition, int] = field(default_factory=dict)
    roots: list[int] = field(default_factory=list)

    def series_of(self, block: Block) -> SeriesNode:
        """Return what a filter scores when it scores a block: an asset's closes, or the block's own path."""
        return SymbolSeries(block.symbol) if isinstance(block, Asset) else PathSeries(self.block_of[block])


def graph_of(roots: Sequence[Block]) -> Graph:
    """Return the graph of some symphonies, given by their root blocks."""
    graph = Graph()
    for root in roots:
        graph.roots.append(run(_block(graph, root)))
    return graph


def _block(graph: Graph, block: Block) -> Steps[int]:
    known = graph.block_of.get(block)
    if known is None:
        known = yield from _new_block(graph, block)
        graph.block_of[block] = known
    return known


def _new_block(graph: Graph, block: Block) -> Steps[int]:
    match block:
        case Asset(symbol=symbol):
            return graph.blocks.number(AssetNode(symbol))
        case WeightEqual(children=children) | Group(children=children):
            return (yield from _equal_mix(graph, children))
        case WeightSpecified():
            return _mix(graph, (yield from _blocks(graph, block.children)), block.weights)
        case If():
            condition = run(_condition(graph, block.condition))
            then = yield from _equal_mix(graph, block.then)
            otherwise = yield from _equal_mix(graph, block.otherwise)
            return graph.blocks.number(ChoiceNode(condition, then, otherwise))
        case Filter(side=side, count=count):
            held = yield from _blocks(graph, block.children)
            return graph.blocks.number(FilterNode(held, _scores(graph, block), side, count))
        case WeightInverseVolatility():
            held = yield from _blocks(graph, block.children)
            return graph.blocks.number(InverseVolatilityNode(held, _scores(graph, block)))


def _scores(graph: Graph, block: Filter | WeightInverseVolatility) -> tuple[int, ...]:
    return tuple(
        graph.indicators.number(IndicatorNode(block.indicator, graph.series_of(child)))
        for child in block.children
    )


def _blocks(graph: Graph, children: Sequence[Block]) -> Generator[Steps[int], int, tuple[int, ...]]:
    return (yield from each(_block(graph, child) for child in children))


def _equal_mix(graph: Graph, children: Sequence[Block]) -> Steps[int]:
    numbers = yield from _blocks(graph, children)
    return _mix(graph, numbers, (1.0 / len(numbers),) * len(numbers) if numbers else ())


def _mix(graph: Graph, children: tuple[int, ...], weights: tuple[float, ...]) -> int:
    held = [(child, weight) for child, weight in zip(children, weights, strict=True) if weight > 0]
    if len(held) == 1 and held[0][1] == 1:
        return held[0][0]
    return graph.blocks.number(
        MixNode(tuple(child for child, _ in held), tuple(weight for _, weight in held))
    )


def _condition(graph: Graph, condition: Condition) -> Steps[int]:
    known = graph.condition_of.get(condition)
    if known is None:
        known = yield from _new_condition(graph, condition)
        graph.condition_of[condition] = known
    return known


def _new_condition(graph: Graph, condition: Condition) -> Steps[int]:
    if isinstance(condition, Comparison):
        return graph.conditions.number(_comparison(graph, condition))
    parts = yield from each(_condition(graph, part) for part in condition.conditions)
    return graph.conditions.number(CompoundNode(condition.connective, parts))


def _comparison(graph: Graph, comparison: Comparison) -> ComparisonNode:
    left = _reading(graph, comparison.left)
    if isinstance(comparison.right, Reading):
        return ComparisonNode(comparison.operator, left, _reading(graph, comparison.right))
    return ComparisonNode(comparison.operator, left, None, comparison.right)


def _reading(graph: Graph, reading: Reading) -> int:
    return graph.indicators.number(IndicatorNode(reading.indicator, SymbolSeries(reading.symbol)))
