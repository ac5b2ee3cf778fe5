"""What a symphony is made of: forms by kind, nesting, sharing, symbols, indicators, history needed.

1. Blocks are counted by the order of `sizes.py`: each distinct one once, times how often it occurs.
2. Conditions, readings and scores are counted where a block has them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from alchemiser_dagster.symphony.outline.sizes import Sizes, sizes_of
from alchemiser_dagster.symphony.symphony import Symphony
from alchemiser_dagster.symphony.syntax.blocks import (
    Asset,
    Block,
    Filter,
    If,
    WeightInverseVolatility,
    kind_of,
)
from alchemiser_dagster.symphony.syntax.conditions import (
    Compound,
    Condition,
    Indicator,
    conditions_within,
    readings_within,
)
from alchemiser_dagster.symphony.syntax.numerals import number_text
from alchemiser_dagster.symphony.syntax.rebalance import Rebalance


@dataclass(frozen=True)
class KindCount:
    """How often something occurs in the text, and how many of those differ in meaning."""

    kind: str
    count: int
    distinct: int


@dataclass(frozen=True)
class IndicatorUse:
    """How an indicator with its parameters is used.

    Parameters
    ----------
    readings
        How often conditions read it, by symbol.
    asset_scores
        How often it scores an asset, by symbol.
    path_scores
        How often it scores a block by the block's own price path.
    paths
        How many different blocks those are.
    """

    indicator: Indicator
    readings: dict[str, int]
    asset_scores: dict[str, int]
    path_scores: int
    paths: int


@dataclass(frozen=True)
class Facts:
    """What a symphony is made of.

    Parameters
    ----------
    forms
        Pairs of parentheses in the text notation; a bare vector of blocks counts as one.
    depth
        Blocks within blocks, the root included.
    path_levels
        Nesting of blocks that are scored by their own price path; 0 where none is.
    held, only_read
        Symbols that it may hold, and those that only conditions look at; sorted.
    warm_up
        Sessions of history that it needs on every branch, if no bar is missing.
    """

    name: str
    digest: str
    rebalance: str
    forms: int
    depth: int
    path_levels: int
    kinds: tuple[KindCount, ...]
    held: tuple[str, ...]
    only_read: tuple[str, ...]
    indicators: tuple[IndicatorUse, ...]
    warm_up: int


@dataclass
class _Uses:
    readings: Counter[str] = field(default_factory=Counter)
    asset_scores: Counter[str] = field(default_factory=Counter)
    path_scores: Counter[Block] = field(default_factory=Counter)


def facts_of(symphony: Symphony) -> Facts:
    """Return the facts of a symphony, in time that grows with its distinct parts."""
    sizes = sizes_of(symphony.root)
    held = {block.symbol for block in sizes.order if isinstance(block, Asset)}
    return Facts(
        name=symphony.name,
        digest=symphony.digest,
        rebalance=rebalance_text(symphony.rebalance),
        forms=1 + sizes.forms[symphony.root],
        depth=sizes.depth,
        path_levels=sizes.path_levels,
        kinds=(*_block_kinds(sizes), *_condition_kinds(sizes)),
        held=tuple(sorted(held)),
        only_read=tuple(symbol for symbol in symphony.symbols if symbol not in held),
        indicators=_indicators(sizes),
        warm_up=symphony.warm_up,
    )


def rebalance_text(rebalance: Rebalance) -> str:
    """Return when a symphony trades, in words."""
    if rebalance.threshold is not None:
        points = number_text(round(rebalance.threshold * 100, 10))
        return f"when a weight is more than {points} percentage points off, or the symbols change"
    match rebalance.frequency:
        case "daily" | None:
            return "every session"
        case "weekly":
            return "first session of each week"
        case "monthly":
            return "first session of each month"
        case "quarterly":
            return "first session of each quarter"
        case "yearly":
            return "first session of each year"


def _block_kinds(sizes: Sizes) -> tuple[KindCount, ...]:
    count: Counter[str] = Counter()
    distinct: Counter[str] = Counter()
    for block in sizes.order:
        count[kind_of(block)] += sizes.occurrences[block]
        distinct[kind_of(block)] += 1
    return tuple(KindCount(kind, count[kind], distinct[kind]) for kind in sorted(count))


def _condition_kinds(sizes: Sizes) -> tuple[KindCount, ...]:
    count: Counter[str] = Counter()
    seen: set[Condition] = set()
    for block in sizes.order:
        if isinstance(block, If):
            for condition in conditions_within(block.condition):
                count[_condition_kind(condition)] += sizes.occurrences[block]
                seen.add(condition)
    distinct = Counter(map(_condition_kind, seen))
    return tuple(KindCount(kind, count[kind], distinct[kind]) for kind in sorted(count))


def _condition_kind(condition: Condition) -> str:
    return condition.connective if isinstance(condition, Compound) else "comparison"


def _indicators(sizes: Sizes) -> tuple[IndicatorUse, ...]:
    uses: dict[Indicator, _Uses] = {}
    for block in sizes.order:
        times = sizes.occurrences[block]
        if isinstance(block, If):
            for reading in readings_within(block.condition):
                uses.setdefault(reading.indicator, _Uses()).readings[reading.symbol] += times
        elif isinstance(block, Filter | WeightInverseVolatility):
            _count_scores(uses.setdefault(block.indicator, _Uses()), block, times)
    return tuple(_use(indicator, uses[indicator]) for indicator in sorted(uses, key=_by_name))


def _count_scores(uses: _Uses, block: Filter | WeightInverseVolatility, times: int) -> None:
    for child in block.children:
        if isinstance(child, Asset):
            uses.asset_scores[child.symbol] += times
        else:
            uses.path_scores[child] += times


def _by_name(indicator: Indicator) -> tuple[str, tuple[float, ...]]:
    return indicator.name, indicator.parameters


def _use(indicator: Indicator, uses: _Uses) -> IndicatorUse:
    return IndicatorUse(
        indicator,
        dict(sorted(uses.readings.items())),
        dict(sorted(uses.asset_scores.items())),
        uses.path_scores.total(),
        len(uses.path_scores),
    )
