"""Random symphonies of a stated shape, written as an export is, and random markets to evaluate them on.

1. A pool of distinct readings (an indicator of a symbol) is drawn; conditions read from it alone, in shuffled
   rounds, so that each is read.
2. A spine of `if` forms, each in the second branch of the one before, reaches the stated depth. It is made
   from its end. On the first branch of each `if` hang groups, until the forms that are due there are made.
3. A block of a group is a filter or an `if`, whichever is further behind its stated number, now and then
   weights; an asset where neither is due or the nesting drawn for the group is used up.
4. Every ten filters begins a tower: a filter over groups, in one of which stands such a filter again, two to
   six deep. So a few price paths rest on five levels of others, most on none to two.
5. Nothing is repeated on purpose: sub-trees that occur twice, as in real exports, would only help.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import pandas as pd
from layout import Form, text_of

T = TypeVar("T")

SCORES = {
    "rsi": 0.4,
    "cumulative-return": 0.2,
    "moving-average-return": 0.2,
    "stdev-return": 0.12,
    "max-drawdown": 0.08,
}
PRICES = ("moving-average-price", "exponential-moving-average-price")
WINDOWS = (2, 3, 5, 6, 8, 10, 12, 14, 15, 20, 21, 30, 40, 50, 60, 70, 100, 126, 200)
SCORE_WINDOWS = WINDOWS[:14]
LEVELS = {
    "rsi": (20, 85),
    "cumulative-return": (-10, 10),
    "moving-average-return": (-1, 1),
    "stdev-return": (0, 3),
    "max-drawdown": (0, 15),
}
FORMS_PER_SPINE_STEP = 2
DEEPEST_BESIDE_SPINE = 22
LEAST_STEPS = 4
CROWDED_AT_THE_TOP = 2.5
NESTINGS = (1, 2, 3, 3, 4)
FILTERS_PER_TOWER = 10
TOWERS = (2, 2, 3, 3, 6)


@dataclass(frozen=True)
class Shape:
    """What a random symphony looks like.

    Parameters
    ----------
    forms
        Pairs of parentheses in its text, to within one group.
    depth
        Forms inside forms, to within one group.
    symbols
        Distinct symbols to draw from, numbered from `first_symbol` on.
    readings
        Distinct indicators of symbols that its conditions read.
    filters, conditions
        How many of each, to within a tenth or one tower.
    over_groups
        The share of filters that choose among groups; the others choose among assets.
    """

    forms: int = 8_600
    depth: int = 230
    symbols: int = 90
    readings: int = 100
    filters: int = 250
    conditions: int = 1_000
    over_groups: float = 0.8
    first_symbol: int = 0
    seed: int = 1


@dataclass
class Generator:
    """Writes one symphony."""

    shape: Shape
    forms: int = 0
    filters: int = 0
    towers: int = 0
    conditions: int = 0
    unread: list[tuple[str, Form]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.shape.seed)
        first = self.shape.first_symbol
        self.names = symbol_names(first + self.shape.symbols)[first:]
        self.pool = self._pool()

    def text(self) -> str:
        """Return the symphony's text, ending in a new line."""
        options = '{:asset-class "EQUITIES", :rebalance-frequency :daily}'
        root = self._form("weight-equal", [self._spine()])
        return text_of(self._form("defsymphony", f'"Random {self.shape.seed}"', options, root))

    def _pool(self) -> list[tuple[str, Form]]:
        pool: dict[Form, str] = {}
        while len(pool) < self.shape.readings:
            name = self._one_of(PRICES) if self.random.random() < 0.2 else self._score()
            symbol, window = self._one_of(self.names), self._one_of(WINDOWS)
            pool[Form(name, (f'"{symbol}"', f"{{:window {window}}}"))] = name
        return [(name, form) for form, name in pool.items()]

    def _spine(self) -> Form:
        steps = max(LEAST_STEPS, (self.shape.depth - DEEPEST_BESIDE_SPINE) // FORMS_PER_SPINE_STEP)
        block = self._tower(max(TOWERS))
        for step in range(1, steps + 1):
            beside = self._beside(self.shape.forms * (step / steps) ** CROWDED_AT_THE_TOP)
            block = self._form("if", self._condition(), self._equally(beside), self._equally([block]))
        return block

    def _beside(self, due: float) -> list[Form]:
        made = [self._asset()]
        while self.forms < due:
            made.append(self._group(self._block(self._one_of(NESTINGS))))
        return made

    def _block(self, nesting: int) -> Form:
        filters = self._behind(self.shape.filters, self.filters)
        conditions = self._behind(self.shape.conditions, self.conditions)
        if nesting == 0 or self.random.random() > filters + conditions:
            return self._holding()
        if self.random.random() < 0.05:
            return self._weights(nesting)
        if self.random.random() * (filters + conditions) < filters:
            return self._filter(nesting)
        return self._if(nesting)

    def _behind(self, wanted: int, made: int) -> float:
        """Return 0.5 where a number keeps up with the forms made so far, up to 1 where it is behind."""
        due = wanted * self.forms / self.shape.forms
        return min(1.0, max(0.0, 0.5 + (due - made) / 8))

    def _if(self, nesting: int) -> Form:
        then, otherwise = self._block(nesting - 1), self._block(nesting - 1)
        return self._form("if", self._condition(), [then], [otherwise])

    def _weights(self, nesting: int) -> Form:
        children = [self._group(self._block(nesting - 1)) for _ in range(2)]
        if self.random.random() < 0.5:
            return self._form("weight-inverse-volatility", str(self._one_of(SCORE_WINDOWS)), children)
        return self._form("weight-specified", "0.6", children[0], "0.4", children[1])

    def _filter(self, nesting: int) -> Form:
        if self.filters > self.towers * FILTERS_PER_TOWER:
            return self._tower(self._one_of(TOWERS))
        self.filters += 1
        if self.random.random() < self.shape.over_groups:
            count = self.random.integers(2, 4)
            return self._choose([self._group(self._block(nesting - 1)) for _ in range(count)])
        return self._choose([self._asset() for _ in range(self.random.integers(3, 9))])

    def _tower(self, height: int) -> Form:
        self.towers += 1
        self.filters += height
        block = self._asset()
        for _ in range(height):
            block = self._choose([self._group(block), self._group(self._block(1))])
        return block

    def _choose(self, children: list[Form]) -> Form:
        score = self._form(self._score(), f"{{:window {self._one_of(SCORE_WINDOWS)}}}")
        side = self._one_of(("select-top", "select-bottom"))
        select = self._form(side, str(self.random.integers(1, len(children))))
        return self._form("filter", score, select, children)

    def _group(self, block: Form) -> Form:
        return self._form("group", f'"Sleeve {self.forms}"', self._equally([block]))

    def _equally(self, children: list[Form]) -> list[Form]:
        return [self._form("weight-equal", children)]

    def _holding(self) -> Form:
        if self.random.random() < 0.6:
            return self._asset()
        return self._form("weight-equal", [self._asset() for _ in range(self.random.integers(2, 4))])

    def _asset(self) -> Form:
        symbol = self._one_of(self.names)
        return self._form("asset", f'"{symbol}"', f'"{symbol} Trust, Series 1"')

    def _condition(self) -> Form:
        self.conditions += 1
        operator = self._one_of((">", "<"))
        name, left = self._reading()
        if name in PRICES or self.random.random() < 0.25:
            like = [form for other, form in self.pool if other == name]
            return self._form(operator, left, self._counted(self._one_of(like)))
        low, high = LEVELS[name]
        return self._form(operator, left, f"{self.random.uniform(low, high):.1f}")

    def _reading(self) -> tuple[str, Form]:
        if not self.unread:
            self.unread = [self.pool[number] for number in self.random.permutation(len(self.pool))]
        name, form = self.unread.pop()
        return name, self._counted(form)

    def _score(self) -> str:
        return str(self.random.choice(list(SCORES), p=list(SCORES.values())))

    def _form(self, head: str, *arguments: str | Form | list[Form]) -> Form:
        return self._counted(Form(head, arguments))

    def _counted(self, form: Form) -> Form:
        self.forms += 1
        return form

    def _one_of(self, choices: Sequence[T]) -> T:
        return choices[self.random.integers(len(choices))]


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
