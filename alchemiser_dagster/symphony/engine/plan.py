"""The plan of an evaluation: in which order, what must be known of each block, and when it may be forgotten.

1. Levels. What looks only at symbols has level 0. An indicator of a block's path stands one level above the
   block; a block stands at the highest level of its children and its scores. A stage is one level: first
   its indicators, many series at a time, then its blocks in the order of the graph.
2. Earnings. Only blocks whose own path is scored, and what lies inside them, have a history that counts: the
   return of what they hold, session by session. Of all others only the session's own decision does.
3. Release. The earnings of a block may be forgotten behind the last block that adds them up; a score behind
   the last block that chooses by it; what only conditions read, behind the conditions.
4. Descent. Weights flow from a root down to assets; a block comes behind all blocks that hold it. The order
   depends on the root's own tree alone, so that a symphony's weights are bit for bit the same in any
   company.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from alchemiser_dagster.symphony.engine.graph import (
    AssetNode,
    BlockNode,
    ChoiceNode,
    ComparisonNode,
    CompoundNode,
    FilterNode,
    Graph,
    IndicatorNode,
    InverseVolatilityNode,
    PathSeries,
)
from alchemiser_dagster.symphony.syntax.conditions import Indicator
from alchemiser_dagster.symphony.syntax.nesting import parents_first


@dataclass(frozen=True)
class Stage:
    """One level: indicators in batches of the same formula, then blocks; all by number."""

    indicators: dict[Indicator, tuple[int, ...]]
    blocks: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """How to evaluate a graph.

    Parameters
    ----------
    stages
        The levels, lowest first.
    paths
        Blocks whose own price path is scored.
    earning
        Blocks of which the return into the next session must be known: the paths and all inside them.
    releases
        Behind a block: the blocks whose earnings nobody needs any more.
    score_releases
        Behind a block: the indicators by which no later block chooses.
    only_read
        Indicators of symbols that conditions read and no block chooses by.
    descents
        For each root: its blocks, each behind all that hold it.
    """

    stages: tuple[Stage, ...]
    paths: frozenset[int]
    earning: frozenset[int]
    releases: dict[int, tuple[int, ...]]
    score_releases: dict[int, tuple[int, ...]]
    only_read: tuple[int, ...]
    descents: tuple[tuple[int, ...], ...]


def plan_of(graph: Graph) -> Plan:
    """Return the plan for a graph."""
    stages = _stages(graph)
    paths = frozenset(
        node.series.block for node in graph.indicators.nodes if isinstance(node.series, PathSeries)
    )
    earning = _earning(graph, paths)
    order = [block for stage in stages for block in stage.blocks]
    children = [children_of(node) for node in graph.blocks.nodes]
    descents = tuple(parents_first(root, children.__getitem__) for root in graph.roots)
    last_choice = {score: block for block in order for score in scores_of(graph.blocks.nodes[block])}
    only_read = tuple(number for number in range(len(graph.indicators.nodes)) if number not in last_choice)
    return Plan(
        stages,
        paths,
        earning,
        _releases(graph, order, earning),
        _grouped(last_choice),
        only_read,
        descents,
    )


def children_of(node: BlockNode) -> tuple[int, ...]:
    """Return the blocks that a block may hold."""
    match node:
        case AssetNode():
            return ()
        case ChoiceNode(then=then, otherwise=otherwise):
            return (then, otherwise)
        case _:
            return node.children


def scores_of(node: BlockNode) -> tuple[int, ...]:
    """Return the indicators by which a block chooses or weighs its children."""
    return node.scores if isinstance(node, FilterNode | InverseVolatilityNode) else ()


def _stages(graph: Graph) -> tuple[Stage, ...]:
    levels: list[int] = []

    def level_of(indicator: IndicatorNode) -> int:
        return levels[indicator.series.block] + 1 if isinstance(indicator.series, PathSeries) else 0

    for node in graph.blocks.nodes:
        below = [levels[child] for child in children_of(node)]
        scored = [level_of(graph.indicators.nodes[score]) for score in scores_of(node)]
        levels.append(max(below + scored, default=0))
    count = max(levels, default=0) + 1
    blocks: list[list[int]] = [[] for _ in range(count)]
    batches: list[dict[Indicator, list[int]]] = [defaultdict(list) for _ in range(count)]
    for number, level in enumerate(levels):
        blocks[level].append(number)
    for number, indicator in enumerate(graph.indicators.nodes):
        batches[level_of(indicator)][indicator.indicator].append(number)
    return tuple(
        Stage({indicator: tuple(numbers) for indicator, numbers in batch.items()}, tuple(members))
        for batch, members in zip(batches, blocks, strict=True)
    )


def _earning(graph: Graph, paths: frozenset[int]) -> frozenset[int]:
    found = set(paths)
    for number in range(len(graph.blocks.nodes) - 1, -1, -1):
        if number in found:
            found.update(children_of(graph.blocks.nodes[number]))
    return frozenset(found)


def _releases(graph: Graph, order: list[int], earning: frozenset[int]) -> dict[int, tuple[int, ...]]:
    last_user = {number: number for number in order if number in earning}
    for number in order:
        if number in earning:
            last_user.update(dict.fromkeys(children_of(graph.blocks.nodes[number]), number))
    return _grouped(last_user)


def _grouped(last_user: dict[int, int]) -> dict[int, tuple[int, ...]]:
    releases: dict[int, list[int]] = defaultdict(list)
    for number, user in last_user.items():
        releases[user].append(number)
    return {user: tuple(numbers) for user, numbers in releases.items()}


def warm_up_of(graph: Graph) -> list[int]:
    """Return, for each block, the sessions after which it is defined on every branch if no bar is missing."""
    conditions = _warm_up_of_conditions(graph)
    needed: list[int] = []
    for node in graph.blocks.nodes:
        below = [needed[child] for child in children_of(node)]
        scored = [_warm_up_of_indicator(graph.indicators.nodes[score], needed) for score in scores_of(node)]
        tested = [conditions[node.condition]] if isinstance(node, ChoiceNode) else []
        needed.append(max(below + scored + tested, default=1))
    return needed


def _warm_up_of_indicator(node: IndicatorNode, blocks: list[int]) -> int:
    bars = node.indicator.bars_needed
    return blocks[node.series.block] + bars - 1 if isinstance(node.series, PathSeries) else bars


def _warm_up_of_conditions(graph: Graph) -> list[int]:
    needed: list[int] = []
    for node in graph.conditions.nodes:
        match node:
            case ComparisonNode():
                readings = [node.left] if node.right is None else [node.left, node.right]
                bars = [graph.indicators.nodes[reading].indicator.bars_needed for reading in readings]
                needed.append(max(bars))
            case CompoundNode():
                needed.append(max(needed[part] for part in node.conditions))
    return needed
