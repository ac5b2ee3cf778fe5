"""The syntax of blocks: who gets which share (spec section 3)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from alchemiser_dagster.symphony.syntax.conditions import Condition, Indicator
from alchemiser_dagster.symphony.syntax.node import Node
from alchemiser_dagster.symphony.syntax.source import MeaningError, Place
from alchemiser_dagster.symphony.syntax.symbols import canonical_symbol

Side = Literal["top", "bottom"]

WEIGHT_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Asset(Node):
    """All in one symbol."""

    symbol: str
    label: str | None = None
    place: Place | None = None
    key: bytes = field(init=False)

    def __post_init__(self) -> None:
        symbol = canonical_symbol(self.symbol, self.place)
        object.__setattr__(self, "symbol", symbol)
        self._seal(f"Asset\x1f{symbol}")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WeightEqual(Node):
    """Children share equally; without children it is cash."""

    children: tuple[Block, ...]
    place: Place | None = None
    key: bytes = field(init=False)

    def __post_init__(self) -> None:
        self._seal("WeightEqual", self.children)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WeightSpecified(Node):
    """Each child gets its weight, a fraction; what is left to 1 is cash."""

    weights: tuple[float, ...]
    children: tuple[Block, ...]
    place: Place | None = None
    key: bytes = field(init=False)

    def __post_init__(self) -> None:
        if len(self.weights) != len(self.children):
            raise MeaningError("each block needs one weight", self.place)
        for weight in self.weights:
            if not (math.isfinite(weight) and weight >= 0):
                raise MeaningError(f"the weight {weight:g} is negative", self.place)
        total = math.fsum(self.weights)
        if total > 1 + WEIGHT_TOLERANCE:
            raise MeaningError(
                f"the weights sum to {total:.6g}, above 1",
                self.place,
                remedy="Weights are fractions: 0.6 is 60 %",
            )
        self._seal("\x1f".join(("WeightSpecified", *map(repr, map(float, self.weights)))), self.children)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WeightInverseVolatility(Node):
    """Children share by the inverse of the standard deviation of their last `window` daily returns."""

    window: int
    children: tuple[Block, ...]
    place: Place | None = None
    key: bytes = field(init=False)

    def __post_init__(self) -> None:
        self._seal("WeightInverseVolatility", (self.indicator, *self.children))

    @property
    def indicator(self) -> Indicator:
        """The standard deviation that decides."""
        return Indicator("stdev-return", (self.window,), self.place)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Group(Node):
    """Children that share equally, under a label."""

    label: str
    children: tuple[Block, ...]
    place: Place | None = None
    key: bytes = field(init=False)

    def __post_init__(self) -> None:
        self._seal("Group", self.children)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class If(Node):
    """One of two branches; the blocks of a branch share equally, an empty branch is cash."""

    condition: Condition
    then: tuple[Block, ...]
    otherwise: tuple[Block, ...]
    place: Place | None = None
    key: bytes = field(init=False)

    def __post_init__(self) -> None:
        self._seal(f"If\x1f{len(self.then)}", (self.condition, *self.then, *self.otherwise))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Filter(Node):
    """The children with the highest or lowest score, equally; of two equal scores the earlier child wins."""

    indicator: Indicator
    side: Side
    count: int
    children: tuple[Block, ...]
    place: Place | None = None
    key: bytes = field(init=False)

    def __post_init__(self) -> None:
        if self.count < 1:
            raise MeaningError(f"select-{self.side} must select at least 1, not {self.count}", self.place)
        self._check_children_have_the_indicator()
        self._seal(f"Filter\x1f{self.side}\x1f{self.count}", (self.indicator, *self.children))

    def _check_children_have_the_indicator(self) -> None:
        if not self.indicator.formula.is_price_level:
            return
        for child in self.children:
            if not isinstance(child, Asset):
                raise MeaningError(
                    f"{self.indicator.name} is a price: a block that is no asset doesn't have one",
                    child.place or self.place,
                    remedy="Filter blocks by a return, a deviation, a drawdown or rsi",
                )


Block: TypeAlias = Asset | WeightEqual | WeightSpecified | WeightInverseVolatility | Group | If | Filter

_KINDS: dict[type[Node], str] = {
    Asset: "asset",
    WeightEqual: "weight-equal",
    WeightSpecified: "weight-specified",
    WeightInverseVolatility: "weight-inverse-volatility",
    Group: "group",
    If: "if",
    Filter: "filter",
}


def kind_of(block: Node) -> str:
    """Return what the text notation calls a block."""
    return _KINDS[type(block)]


def children_of(block: Block) -> tuple[Block, ...]:
    """Return the blocks directly inside a block, in the order of the text."""
    match block:
        case Asset():
            return ()
        case If():
            return (*block.then, *block.otherwise)
        case _:
            return block.children


def blocks_within(root: Block) -> Iterator[Block]:
    """Yield each distinct block of a tree once, parents first."""
    seen = {root.key}
    waiting = [root]
    while waiting:
        block = waiting.pop()
        yield block
        fresh = []
        for child in children_of(block):
            if child.key not in seen:
                seen.add(child.key)
                fresh.append(child)
        waiting.extend(reversed(fresh))
