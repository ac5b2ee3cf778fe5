"""Random symphonies of a stated shape, in the text notation, and random markets to evaluate them on.

1. A pool of distinct readings (an indicator of a symbol) is drawn; conditions read from it alone.
2. A spine of nested `if` forms reaches the stated depth; sub-trees hang from its branches.
3. A filter is placed with as many filters as are still owed, over groups in the stated share, else over
   assets. Groups hold `if` forms and filters again, so that paths nest.
4. Sub-trees are added until the stated number of forms is reached. A form is a pair of parentheses.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

WINDOWED = (
    "rsi",
    "cumulative-return",
    "moving-average-return",
    "stdev-return",
    "max-drawdown",
)
PRICES = ("moving-average-price", "exponential-moving-average-price")
WINDOWS = (2, 3, 5, 6, 8, 10, 12, 14, 15, 20, 21, 30, 40, 50, 60, 70, 100, 126, 200)
LEVELS = {
    "rsi": (20, 85),
    "cumulative-return": (-10, 10),
    "moving-average-return": (-1, 1),
    "stdev-return": (0, 3),
    "max-drawdown": (0, 15),
}


@dataclass(frozen=True)
class Shape:
    """What a random symphony looks like.

    Parameters
    ----------
    forms
        Pairs of parentheses in its text, to within one sub-tree.
    depth
        Nesting of its deepest form, at least.
    symbols
        Distinct symbols to draw from, numbered from `first_symbol` on.
    readings
        Distinct indicators of symbols to draw conditions from.
    filters
        Filters in it.
    over_groups
        The share of filters that choose among groups.
    """

    forms: int = 8_600
    depth: int = 230
    symbols: int = 90
    readings: int = 100
    filters: int = 250
    over_groups: float = 0.8
    first_symbol: int = 0
    seed: int = 1


@dataclass
class Generator:
    """Writes one symphony."""

    shape: Shape
    lines: list[str] = field(default_factory=list)
    forms: int = 0
    filters: int = 0

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.shape.seed)
        first = self.shape.first_symbol
        self.names = symbol_names(first + self.shape.symbols)[first:]
        self.pool = self._pool()

    def text(self) -> str:
        """Return the symphony's text."""
        self._open(0, f'(defsymphony "Random {self.shape.seed}" {{:rebalance-frequency :daily}}')
        self._open(1, "(weight-equal [")
        self._spine()
        while self.forms < self.shape.forms:
            self._group(2, 3)
        self.lines.append("  ]))")
        return "\n".join(self.lines) + "\n"

    def _pool(self) -> list[tuple[str, str]]:
        pool: dict[str, str] = {}
        while len(pool) < self.shape.readings:
            symbol = self.names[self.random.integers(len(self.names))]
            if self.random.random() < 0.2:
                name = str(self.random.choice(PRICES))
            else:
                name = str(self.random.choice(WINDOWED))
            pool[f'({name} "{symbol}" {{:window {self.random.choice(WINDOWS)}}})'] = name
        return list(pool.items())

    def _spine(self) -> None:
        depth = self.shape.depth - 12
        for level in range(depth):
            self._open(2 + level, f"(if {self._condition()} [")
            self._leaf(3 + level)
            self.lines.append(" " * (2 + level) + "] [")
        self._leaf(2 + depth)
        self.lines.append("])" * depth)

    def _open(self, level: int, text: str) -> None:
        self.lines.append(" " * level + text)
        self.forms += text.count("(")

    def _group(self, level: int, nesting: int) -> None:
        self._open(level, f'(group "Sleeve {self.forms}" [')
        for _ in range(self.random.integers(1, 3)):
            self._block(level + 1, nesting)
        self.lines.append(" " * level + "])")

    def _block(self, level: int, nesting: int) -> None:
        if nesting == 0:
            self._leaf(level)
            return
        owed = (self.shape.filters - self.filters) / max(1, self.shape.forms - self.forms)
        if self.random.random() < owed * 26:
            self._filter(level, nesting)
        else:
            self._if(level, nesting)

    def _if(self, level: int, nesting: int) -> None:
        self._open(level, f"(if {self._condition()} [")
        self._block(level + 1, nesting - 1)
        self.lines.append(" " * level + "] [")
        self._block(level + 1, nesting - 1)
        self.lines.append(" " * level + "])")

    def _filter(self, level: int, nesting: int) -> None:
        self.filters += 1
        name = str(self.random.choice(WINDOWED))
        side = str(self.random.choice(("select-top", "select-bottom")))
        window = self.random.choice(WINDOWS[:14])
        head = f"(filter ({name} {{:window {window}}}) ({side} {self.random.integers(1, 3)}) ["
        self._open(level, head)
        over_groups = self.random.random() < self.shape.over_groups
        for _ in range(self.random.integers(2, 5)):
            if over_groups:
                self._group(level + 1, nesting - 1)
            else:
                self._leaf(level + 1)
        self.lines.append(" " * level + "])")

    def _leaf(self, level: int) -> None:
        symbol = self.names[self.random.integers(len(self.names))]
        self._open(level, f'(asset "{symbol}" "Shares of the {symbol} Trust, series one")')

    def _condition(self) -> str:
        left, name = self.pool[self.random.integers(len(self.pool))]
        operator = self.random.choice((">", "<"))
        same = [text for text, other in self.pool if other == name]
        if name in PRICES or self.random.random() < 0.4:
            right = str(self.random.choice(same))
        else:
            low, high = LEVELS[name]
            right = f"{self.random.uniform(low, high):.1f}"
        return f"({operator} {left} {right})"


def symbol_names(count: int) -> list[str]:
    """Return that many symbols: SAA, SAB, …"""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [f"S{letters[number // 26]}{letters[number % 26]}" for number in range(count)]


def market(symbols: int, sessions: int, seed: int = 7) -> pd.DataFrame:
    """Return random closes, sessions × symbols, without holes."""
    random = np.random.default_rng(seed)
    steps = 0.0003 + 0.012 * random.standard_normal((sessions, symbols))
    index = pd.bdate_range("1990-01-01", periods=sessions)
    return pd.DataFrame(50 * np.cumprod(1 + steps, axis=0), index=index, columns=symbol_names(symbols))
