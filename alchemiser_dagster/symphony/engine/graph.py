"""The graph of symphonies: each distinct series, indicator, condition and block once.

1. Syntax trees are walked with a list of what waits, parts first: every node stands behind what it needs.
2. A node is a small record that names what it needs by number; an equal record is the same node. This holds
   within a symphony and across all symphonies that are evaluated together.
3. Labels vanish: a group is its children; a block that holds one child with weight 1 is that child.
4. The number of the block of each syntax node is kept, so that a reader can be told what became of it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from alchemiser_dagster.symphony.syntax.blocks import (
    Asset,
    Block,
    Filter,
    Group,
    If,
    Side,
    WeightEqual,
    WeightInverseVolatility,
    WeightSpecified,
    children_of,
)
from alchemiser_dagster.symphony.syntax.conditions import (
    Compound,
    Condition,
    Connective,
    Indicator,
    Operator,
    Reading,
)
from alchemiser_dagster.symphony.syntax.node import Node

N = TypeVar("N", bound=Hashable)
S = TypeVar("S", bound=Node)


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
    """

    indicators: Registry[IndicatorNode] = field(default_factory=Registry)
    conditions: Registry[ConditionNode] = field(default_factory=Registry)
    blocks: Registry[BlockNode] = field(default_factory=Registry)
    roots: list[int] = field(default_factory=list)
    _numbers: dict[bytes, int] = field(default_factory=dict)

    def number_of(self, syntax: Block | Condition | Reading) -> int:
        """Return the number of what a block, a condition or a reading has become, each in its own list."""
        return self._numbers[syntax.key]

    def series_of(self, block: Block) -> SeriesNode:
        """Return what a filter scores when it scores a block: an asset's closes, or the block's own path."""
        return SymbolSeries(block.symbol) if isinstance(block, Asset) else PathSeries(self.number_of(block))

    def enter(self, root: Block) -> None:
        """Add a symphony, given by its root block."""
        for block in _unknown(root, self._numbers, children_of):
            self._numbers[block.key] = self._block(block)
        self.roots.append(self.number_of(root))

    def _block(self, block: Block) -> int:
        match block:
            case Asset(symbol=symbol):
                return self.blocks.number(AssetNode(symbol))
            case WeightEqual(children=children) | Group(children=children):
                return self._equal_mix(children)
            case WeightSpecified(children=children, weights=weights):
                return self._mix(children, weights)
            case If():
                node = ChoiceNode(
                    self._condition(block.condition),
                    self._equal_mix(block.then),
                    self._equal_mix(block.otherwise),
                )
                return self.blocks.number(node)
            case Filter(children=children, side=side, count=count):
                return self.blocks.number(FilterNode(self._held(children), self._scores(block), side, count))
            case WeightInverseVolatility(children=children):
                return self.blocks.number(InverseVolatilityNode(self._held(children), self._scores(block)))

    def _held(self, children: tuple[Block, ...]) -> tuple[int, ...]:
        return tuple([self._numbers[child.key] for child in children])

    def _scores(self, block: Filter | WeightInverseVolatility) -> tuple[int, ...]:
        indicator = block.indicator
        return tuple(
            self.indicators.number(IndicatorNode(indicator, self.series_of(child)))
            for child in block.children
        )

    def _equal_mix(self, children: tuple[Block, ...]) -> int:
        if len(children) == 1:
            return self.number_of(children[0])
        weights = (1.0 / len(children),) * len(children) if children else ()
        return self.blocks.number(MixNode(self._held(children), weights))

    def _mix(self, children: tuple[Block, ...], weights: tuple[float, ...]) -> int:
        held = [(child, weight) for child, weight in zip(children, weights, strict=True) if weight > 0]
        if len(held) == 1 and held[0][1] == 1:
            return self.number_of(held[0][0])
        return self.blocks.number(
            MixNode(self._held(tuple(child for child, _ in held)), tuple(weight for _, weight in held))
        )

    def _condition(self, root: Condition) -> int:
        for condition in _unknown(root, self._numbers, _conditions_in):
            self._numbers[condition.key] = self._new_condition(condition)
        return self.number_of(root)

    def _new_condition(self, condition: Condition) -> int:
        if isinstance(condition, Compound):
            parts = tuple(self.number_of(part) for part in condition.conditions)
            return self.conditions.number(CompoundNode(condition.connective, parts))
        left, right = self._reading(condition.left), condition.right
        if isinstance(right, Reading):
            node = ComparisonNode(condition.operator, left, self._reading(right))
        else:
            node = ComparisonNode(condition.operator, left, None, right)
        return self.conditions.number(node)

    def _reading(self, reading: Reading) -> int:
        known = self._numbers.get(reading.key)
        if known is None:
            node = IndicatorNode(reading.indicator, SymbolSeries(reading.symbol))
            known = self._numbers[reading.key] = self.indicators.number(node)
        return known


def graph_of(roots: Iterable[Block]) -> Graph:
    """Return the graph of some symphonies, given by their root blocks."""
    graph = Graph()
    for root in roots:
        graph.enter(root)
    return graph


def _conditions_in(condition: Condition) -> tuple[Condition, ...]:
    return condition.conditions if isinstance(condition, Compound) else ()


def _unknown(root: S, known: Mapping[bytes, int], parts_of: Callable[[S], tuple[S, ...]]) -> Iterator[S]:
    """Yield what is not known of a tree, parts first; each must be known when the next one is asked for."""
    waiting = [root]
    while waiting:
        node = waiting[-1]
        unknown = [] if node.key in known else [part for part in parts_of(node) if part.key not in known]
        if unknown:
            waiting.extend(reversed(unknown))
            continue
        waiting.pop()
        if node.key not in known:
            yield node
