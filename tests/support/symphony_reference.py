"""The meaning of a symphony, written from the specification alone: session by session, slow and obvious.

A symphony is a tree of tuples (see `symphony_random`), a market a list of closes per symbol, None where there
is no bar. Nothing of the engine is used here.

Where two numbers that are compared are equal but for rounding, the answer is anybody's guess:
`fragile_from` is the first session on which that happened; sessions from there on prove nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from support.symphony_indicator_reference import indicator

Market = dict[str, list[float | None]]
Weights = dict[str, float]
Tree = tuple[Any, ...]

NEAR = 1e-9
ROUND = (0.0, 50.0, 100.0)


def shape(tree: Any) -> Any:
    """Return a block without its symbols: two of one shape add up alike, in every bit."""
    match tree:
        case ("asset", _):
            return "asset"
        case (str() as name, str(), tuple() as parameters):
            return (name, parameters)
        case tuple() | list():
            return tuple(shape(part) for part in tree)
    return tree


def is_still(closes: Sequence[float]) -> bool:
    return len(set(closes)) == 1


@dataclass
class Reference:
    """Evaluates blocks of one symphony on one market."""

    market: Market
    fragile_from: float = math.inf
    _weights: dict[tuple[int, int], Weights | None] = field(default_factory=dict)
    _paths: dict[tuple[int, int], list[float] | None] = field(default_factory=dict)

    def root_weights(self, root: Tree, t: int) -> Weights | None:
        weights = self.weights(root, t)
        if weights is None:
            return None
        return {symbol: weight for symbol, weight in weights.items() if weight >= NEAR}

    def weights(self, block: Tree, t: int) -> Weights | None:
        key = (id(block), t)
        if key not in self._weights:
            self._weights[key] = self._new_weights(block, t)
        return self._weights[key]

    def _new_weights(self, block: Tree, t: int) -> Weights | None:
        match block:
            case ("asset", symbol):
                return {symbol: 1.0}
            case ("weight-equal" | "vector", children) | ("group", _, children):
                return self.equally(children, t)
            case ("weight-specified", pairs):
                return self.mixed([(weight, child) for weight, child in pairs if weight != 0], t)
            case ("weight-inverse-volatility", window, children):
                return self.by_inverse_volatility(window, children, t)
            case ("if", condition, then, otherwise):
                holds = self.holds(condition, t)
                return None if holds is None else self.equally(then if holds else otherwise, t)
            case ("filter", name, parameters, side, count, children):
                return self.filtered((name, parameters), side, count, children, t)
        raise AssertionError(block)

    def equally(self, children: Sequence[Tree], t: int) -> Weights | None:
        return self.mixed([(1 / len(children), child) for child in children], t)

    def mixed(self, parts: Sequence[tuple[float, Tree]], t: int) -> Weights | None:
        total: Weights = {}
        for share, child in parts:
            weights = self.weights(child, t)
            if weights is None:
                return None
            for symbol, weight in weights.items():
                total[symbol] = total.get(symbol, 0.0) + share * weight
        return total

    def by_inverse_volatility(self, window: int, children: Sequence[Tree], t: int) -> Weights | None:
        deviations = [self.score("stdev-return", (window,), child, t) for child in children]
        if any(deviation is None for deviation in deviations):
            return None
        still = [child for deviation, child in zip(deviations, children, strict=True) if deviation == 0]
        for deviation, child in zip(deviations, children, strict=True):
            if deviation < NEAR and not is_still((self.bars(child, t) or [])[-window - 1 :]):
                self.doubt(t)
        if still:
            return self.equally(still, t)
        total = math.fsum(1 / deviation for deviation in deviations)
        return self.mixed(
            [(1 / deviation / total, child) for deviation, child in zip(deviations, children, strict=True)], t
        )

    def filtered(
        self, scored_by: Tree, side: str, count: int, children: Sequence[Tree], t: int
    ) -> Weights | None:
        scores = [(self.score(*scored_by, child, t), place) for place, child in enumerate(children)]
        candidates = [(score, place) for score, place in scores if score is not None]
        if not candidates:
            return None
        candidates.sort(key=lambda one: (-one[0] if side == "select-top" else one[0], one[1]))
        chosen, left = candidates[:count], candidates[count:]
        for one, other in product(chosen, left):
            self.compare_scores(scored_by[0], one, other, children, t)
        return self.equally([children[place] for _, place in sorted(chosen, key=lambda one: one[1])], t)

    def compare_scores(
        self, name: str, one: tuple[float, int], other: tuple[float, int], children: Sequence[Tree], t: int
    ) -> None:
        first, second = children[one[1]], children[other[1]]
        certain = name == "current-price"
        certain |= shape(first) == shape(second) and self.bars(first, t) == self.bars(second, t)
        certain |= one[0] in ROUND and all(self.is_exact(name, child, t) for child in (first, second))
        self.check_margin(one[0], other[0], t, certain=certain)

    def is_exact(self, name: str, child: Tree, t: int) -> bool:
        """Return whether a score that is a round number is so for a reason, not by rounding."""
        return name in {"rsi", "max-drawdown"} or child[0] == "asset" or is_still(self.bars(child, t) or [])

    def score(self, name: str, parameters: Sequence[float], child: Tree, t: int) -> float | None:
        bars = self.bars(child, t)
        return None if bars is None else indicator(name, parameters, bars)

    def bars(self, child: Tree, t: int) -> list[float] | None:
        return self.symbol_bars(child[1], t) if child[0] == "asset" else self.path(child, t)

    def symbol_bars(self, symbol: str, t: int) -> list[float] | None:
        """The closes of a symbol up to t, without holes; None where t has no bar."""
        closes = self.market[symbol]
        if closes[t] is None:
            return None
        return [close for close in closes[: t + 1] if close is not None]

    def path(self, block: Tree, t: int) -> list[float] | None:
        """The block's own price path up to t since its last fresh start; None where it is undefined at t."""
        key = (id(block), t)
        if key not in self._paths:
            self._paths[key] = self._new_path(block, t)
        return self._paths[key]

    def _new_path(self, block: Tree, t: int) -> list[float] | None:
        if self.weights(block, t) is None:
            return None
        held = self.weights(block, t - 1) if t > 0 else None
        if held is None:
            return [100.0]
        earned = 0.0
        for symbol, weight in held.items():
            before, now = self.market[symbol][t - 1], self.market[symbol][t]
            if before is None or now is None:
                return [100.0]
            earned += weight * (now / before - 1)
        so_far = self.path(block, t - 1)
        assert so_far is not None
        return [*so_far, so_far[-1] * (1 + earned)]

    def holds(self, condition: Tree, t: int) -> bool | None:
        operator = condition[0]
        if operator in ("and", "or"):
            parts = [self.holds(part, t) for part in condition[1]]
            if any(part is None for part in parts):
                return None
            return all(parts) if operator == "and" else any(parts)
        left = self.reading(condition[1], t)
        right = condition[2] if isinstance(condition[2], float) else self.reading(condition[2], t)
        if left is None or right is None:
            return None
        self.check_condition(condition, left, right, t)
        return {
            ">": left > right,
            "<": left < right,
            ">=": left >= right,
            "<=": left <= right,
            "=": abs(left - right) <= 1e-4,
        }[operator]

    def reading(self, reading: Tree, t: int) -> float | None:
        name, symbol, parameters = reading
        bars = self.symbol_bars(symbol, t)
        return None if bars is None else indicator(name, parameters, bars)

    def check_condition(self, condition: Tree, left: float, right: float, t: int) -> None:
        if condition[0] == "=":
            self.check_margin(abs(left - right), 1e-4, t, certain=False)
            return
        certain = False
        if isinstance(condition[2], tuple):
            (name, symbol, parameters), (other_name, other, others) = condition[1], condition[2]
            same_bars = self.symbol_bars(symbol, t) == self.symbol_bars(other, t)
            certain = same_bars and (name, parameters) == (other_name, others)
        certain = certain or condition[1][0] == "current-price" or left in ROUND
        self.check_margin(left, right, t, certain=certain)

    def check_margin(self, one: float, other: float, t: int, *, certain: bool) -> None:
        """Note a comparison whose answer hangs on rounding; equal by construction is no doubt."""
        if one == other and certain:
            return
        if abs(one - other) <= NEAR * max(1.0, abs(one), abs(other)):
            self.doubt(t)

    def doubt(self, t: int) -> None:
        self.fragile_from = min(self.fragile_from, t)
