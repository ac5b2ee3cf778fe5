"""A symphony evaluated as people do it with pandas: session by session, recursively, on what is known so far.

1. Each session, every block that is scored somewhere moves its own price path by what it held.
2. Then the root is asked for its weights: an `if` asks the branch taken alone, a filter scores its children.
3. An indicator takes the slice of a series up to the session. It and a block's weights are worked out once a
   session, however often they are asked for. An undefined block has the weights None.

It knows the blocks and the seven indicators that `generator.py` writes, and markets without holes.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from rivals.pandas_indicators import indicator

from alchemiser_dagster.symphony import Symphony
from alchemiser_dagster.symphony.syntax.blocks import (
    Asset,
    Block,
    Filter,
    Group,
    If,
    WeightEqual,
    WeightInverseVolatility,
    WeightSpecified,
    blocks_within,
)
from alchemiser_dagster.symphony.syntax.conditions import Comparison, Indicator, Reading

Weights = dict[str, float]


@dataclass
class PandasSessions:
    """Evaluates one session after the other."""

    symphony: Symphony
    closes: pd.DataFrame
    session: int = -1
    weights: Weights | None = None
    known: dict[object, object] = field(default_factory=dict)
    held: dict[Block, Weights | None] = field(default_factory=dict)
    paths: dict[Block, list[float]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        choosing = [block for block in blocks_within(self.symphony.root) if hasattr(block, "indicator")]
        children = {_alone(child) for block in choosing for child in block.children}
        self.scored = [child for child in children if not isinstance(child, Asset)]
        self.returns = self.closes.pct_change()

    def go_on(self) -> None:
        """Go on to the next session and work out the root's weights."""
        self.session += 1
        self.known = {}
        for block in self.scored:
            self._path(block)
        self.weights = self._weights(self.symphony.root)

    def _path(self, block: Block) -> list[float]:
        if ("path", block) not in self.known:
            self.known["path", block] = self._moved(block)
        return self.known["path", block]

    def _moved(self, block: Block) -> list[float]:
        path, before = self.paths[block], self.held.get(block)
        self.held[block] = self._weights(block)
        if before is None or self.held[block] is None:
            path.clear()
        else:
            today = self.returns.iloc[self.session]
            path.append(path[-1] * (1 + sum(weight * today[symbol] for symbol, weight in before.items())))
        if self.held[block] is not None and not path:
            path.append(100.0)
        return path

    def _weights(self, block: Block) -> Weights | None:
        if block not in self.known:
            self.known[block] = self._new_weights(block)
        return self.known[block]

    def _new_weights(self, block: Block) -> Weights | None:
        match block:
            case Asset(symbol=symbol):
                return {symbol: 1.0}
            case Group(children=children) | WeightEqual(children=children):
                return self._equally(children)
            case WeightSpecified(weights=weights, children=children):
                return self._mixed(children, weights)
            case If():
                return self._chosen_branch(block)
            case Filter():
                return self._picked(block)
            case WeightInverseVolatility():
                return self._calmed(block)

    def _equally(self, children: tuple[Block, ...]) -> Weights | None:
        return self._mixed(children, [1 / len(children)] * len(children))

    def _mixed(self, children: tuple[Block, ...], shares: list[float]) -> Weights | None:
        total: Weights = defaultdict(float)
        for child, share in zip(children, shares, strict=True):
            weights = self._weights(child)
            if weights is None:
                return None
            for symbol, weight in weights.items():
                total[symbol] += share * weight
        return total

    def _chosen_branch(self, block: If) -> Weights | None:
        comparison: Comparison = block.condition
        left, right = self._reading(comparison.left), comparison.right
        right = self._reading(right) if isinstance(right, Reading) else right
        if np.isnan(left) or np.isnan(right):
            return None
        holds = left > right if comparison.operator == ">" else left < right
        return self._equally(block.then if holds else block.otherwise)

    def _picked(self, block: Filter) -> Weights | None:
        scores = pd.Series([self._score(block.indicator, child) for child in block.children]).dropna()
        if scores.empty:
            return None
        best_first = scores.sort_values(ascending=block.side == "bottom", kind="stable")
        return self._equally(tuple(block.children[number] for number in best_first.index[: block.count]))

    def _calmed(self, block: WeightInverseVolatility) -> Weights | None:
        deviations = pd.Series([self._score(block.indicator, child) for child in block.children])
        if deviations.isna().any():
            return None
        return self._mixed(block.children, list((1 / deviations) / (1 / deviations).sum()))

    def _reading(self, reading: Reading) -> float:
        return self._value(reading.indicator, reading.symbol)

    def _score(self, score: Indicator, child: Block) -> float:
        child = _alone(child)
        return self._value(score, child.symbol if isinstance(child, Asset) else child)

    def _value(self, of: Indicator, series: str | Block) -> float:
        if (of, series) not in self.known:
            self.known[of, series] = indicator(of.name, of.parameters, self._prices(series))
        return self.known[of, series]

    def _prices(self, series: str | Block) -> pd.Series:
        if isinstance(series, str):
            return self.closes[series].iloc[: self.session + 1]
        return pd.Series(self._path(series), dtype=float)


def _alone(block: Block) -> Block:
    """Return the block that others hold nothing beside."""
    while isinstance(block, Group | WeightEqual) and len(block.children) == 1:
        (block,) = block.children
    return block
