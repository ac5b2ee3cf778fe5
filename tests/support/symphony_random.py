"""Random symphonies as trees of tuples, their text, and random markets with holes, short histories and ties.

A block is ("asset", symbol), ("weight-equal" or "vector", [block]), ("group", name, [block]),
("weight-specified", [(weight, block)]), ("weight-inverse-volatility", window, [block]),
("if", condition, [block], [block]) or ("filter", indicator, parameters, selection, count, [block]).
A condition is (operator, reading, reading or number) or ("and" or "or", [condition]).
A reading is (indicator, symbol, parameters).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

Tree = tuple[Any, ...]

SYMBOLS = ("AAA", "BBB", "CCC", "DDD")
OPERATORS = (">", "<", ">=", "<=", "=")
WINDOWED = ("window",)
PARAMETER_NAMES: dict[str, tuple[str, ...]] = {
    "current-price": (),
    "moving-average-price": WINDOWED,
    "exponential-moving-average-price": WINDOWED,
    "rsi": WINDOWED,
    "cumulative-return": WINDOWED,
    "moving-average-return": WINDOWED,
    "stdev-return": WINDOWED,
    "stdev-price": WINDOWED,
    "max-drawdown": WINDOWED,
    "percentage-price-oscillator": ("short-window", "long-window"),
    "percentage-price-oscillator-signal": ("short-window", "long-window", "smooth-window"),
    "moving-average-convergence-divergence": ("short-window", "long-window"),
    "moving-average-convergence-divergence-signal": ("short-window", "long-window", "smooth-window"),
    "lower-bollinger": ("window", "stdev"),
    "upper-bollinger": ("window", "stdev"),
}
PATH_INDICATORS = (
    "rsi",
    "cumulative-return",
    "moving-average-return",
    "stdev-return",
    "max-drawdown",
    "percentage-price-oscillator",
    "percentage-price-oscillator-signal",
)
NEEDS_TWO = ("stdev-return", "stdev-price", "lower-bollinger", "upper-bollinger")
LEVELS = (0.0, 0.5, -0.5, 1.0, 2.0, 30.0, 50.0, 70.0, 100.0, 101.0)


@st.composite
def parameters(draw: st.DrawFn, name: str) -> tuple[float, ...]:
    least = 2 if name in NEEDS_TWO else 1
    return tuple(
        draw(st.sampled_from((0.0, 1.0, 2.5))) if key == "stdev" else draw(st.integers(least, 6))
        for key in PARAMETER_NAMES[name]
    )


@st.composite
def readings(draw: st.DrawFn) -> Tree:
    name = draw(st.sampled_from(tuple(PARAMETER_NAMES)))
    return (name, draw(st.sampled_from(SYMBOLS)), draw(parameters(name)))


@st.composite
def comparisons(draw: st.DrawFn) -> Tree:
    left = draw(readings())
    if draw(st.booleans()):
        return (draw(st.sampled_from(OPERATORS)), left, draw(st.sampled_from(LEVELS)))
    same = (left[0], draw(st.sampled_from(SYMBOLS)), left[2])
    return (draw(st.sampled_from(OPERATORS)), left, draw(st.one_of(st.just(same), readings())))


def conditions() -> st.SearchStrategy[Tree]:
    return st.recursive(
        comparisons(),
        lambda inner: st.tuples(st.sampled_from(("and", "or")), st.lists(inner, min_size=1, max_size=3)),
        max_leaves=3,
    )


def assets() -> st.SearchStrategy[Tree]:
    return st.tuples(st.just("asset"), st.sampled_from(SYMBOLS))


@st.composite
def specified(draw: st.DrawFn, inner: st.SearchStrategy[Tree]) -> Tree:
    children = draw(st.lists(inner, min_size=1, max_size=3))
    weights = [draw(st.sampled_from((0.0, 0.1, 0.25, 1 / 3))) for _ in children]
    return ("weight-specified", list(zip(weights, children, strict=True)))


@st.composite
def filters(draw: st.DrawFn, inner: st.SearchStrategy[Tree]) -> Tree:
    children = draw(st.lists(inner, min_size=1, max_size=4))
    only_assets = all(child[0] == "asset" for child in children)
    name = draw(st.sampled_from(tuple(PARAMETER_NAMES) if only_assets else PATH_INDICATORS))
    side = draw(st.sampled_from(("select-top", "select-bottom")))
    return ("filter", name, draw(parameters(name)), side, draw(st.integers(1, 3)), children)


def blocks_of(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    several = st.lists(inner, min_size=0, max_size=3)
    return st.one_of(
        st.tuples(st.sampled_from(("weight-equal", "vector")), several),
        st.tuples(st.just("group"), st.sampled_from(("one", "two")), several),
        specified(inner),
        st.tuples(st.just("weight-inverse-volatility"), st.integers(2, 5), several),
        st.tuples(st.just("if"), conditions(), several, several),
        filters(inner),
        filters(inner),
    )


def blocks() -> st.SearchStrategy[Tree]:
    return st.recursive(assets(), blocks_of, max_leaves=12)


def text_of(root: Tree, options: str = "{:rebalance-frequency :daily}") -> str:
    return f'(defsymphony "random" {options} {written(root)})'


def written(block: Tree) -> str:  # noqa: PLR0911  one notation, one answer per block
    match block:
        case ("asset", symbol):
            return f'(asset "{symbol}" nil)'
        case ("vector", children):
            return vector(children)
        case ("weight-equal", children):
            return f"(weight-equal {vector(children)})"
        case ("group", name, children):
            return f'(group "{name}" {vector(children)})'
        case ("weight-specified", pairs):
            inside = " ".join(f"{weight!r} {written(child)}" for weight, child in pairs)
            return f"(weight-specified {inside})"
        case ("weight-inverse-volatility", window, children):
            return f"(weight-inverse-volatility {window} {vector(children)})"
        case ("if", condition, then, otherwise):
            return f"(if {written_condition(condition)} {vector(then)} {vector(otherwise)})"
        case ("filter", name, values, side, count, children):
            return f"(filter ({name}{written_map(name, values)}) ({side} {count}) {vector(children)})"
    raise AssertionError(block)


def vector(children: Sequence[Tree]) -> str:
    return f"[{' '.join(written(child) for child in children)}]"


def written_condition(condition: Tree) -> str:
    if condition[0] in ("and", "or"):
        return f"({condition[0]} {' '.join(written_condition(part) for part in condition[1])})"
    operator, left, right = condition
    value = repr(right) if isinstance(right, float) else written_reading(right)
    return f"({operator} {written_reading(left)} {value})"


def written_reading(reading: Tree) -> str:
    name, symbol, values = reading
    return f'({name} "{symbol}"{written_map(name, values)})'


def written_map(name: str, values: Sequence[float]) -> str:
    pairs = zip(PARAMETER_NAMES[name], values, strict=True)
    inside = ", ".join(f":{key} {value!r}" for key, value in pairs)
    return f" {{{inside}}}" if inside else ""


def random_closes(seed: int, sessions: int) -> pd.DataFrame:
    """Walks, coarse walks that tie, copies and still series; with holes, late starts and early ends."""
    random = np.random.default_rng(seed)
    columns: dict[str, np.ndarray] = {}
    for symbol in SYMBOLS:
        kind = random.choice(["walk", "coarse", "still", "copy"], p=[0.5, 0.25, 0.05, 0.2])
        if kind == "copy" and columns:
            closes = columns[str(random.choice(list(columns)))].copy()
        elif kind == "still":
            closes = np.full(sessions, float(random.choice([10.0, 33.3])))
        elif kind == "coarse":
            closes = 100.0 + np.cumsum(random.integers(-1, 2, sessions))
        else:
            closes = 50.0 * np.cumprod(1 + 0.02 * random.standard_normal(sessions))
        columns[symbol] = with_missing_bars(random, closes)
    index = pd.bdate_range("2023-12-18", periods=sessions)
    return pd.DataFrame(columns, index=index, dtype=np.float64)


def with_missing_bars(random: np.random.Generator, closes: np.ndarray) -> np.ndarray:
    closes = closes.astype(np.float64)
    sessions = len(closes)
    if random.random() < 0.3:
        closes[: random.integers(0, sessions + 1)] = np.nan
    if random.random() < 0.15:
        closes[random.integers(0, sessions + 1) :] = np.nan
    if random.random() < 0.3:
        closes[random.random(sessions) < 0.08] = np.nan
    return closes


def market_of(closes: pd.DataFrame) -> dict[str, list[float | None]]:
    return {
        str(symbol): [None if np.isnan(close) else float(close) for close in column]
        for symbol, column in closes.items()
    }
