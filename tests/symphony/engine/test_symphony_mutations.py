"""What compares the engine with the reference notices each mistake that a person could make in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from support.engine_mutants import MUTATIONS, Mutation
from support.symphony_random import OPERATORS, Tree, market_of, random_closes, text_of
from support.symphony_reference import Reference
from support.symphony_seeded import random_blocks
from support.symphony_trading_reference import Weights, by_hand

from alchemiser_dagster.symphony import Evaluation, Symphony, evaluate, parse

SEEDS, TOGETHER, SESSIONS = range(5), 20, 60
RULES = ("weekly", "monthly", 0.0203, 0.1)
PRICE = ("current-price", "AAA", ())
A, B, C = (("asset", symbol) for symbol in ("AAA", "BBB", "CCC"))
ON_THE_EDGE: tuple[Tree, ...] = (
    *(("if", (operator, PRICE, 100.0), [A], [B]) for operator in OPERATORS),
    ("if", ("=", PRICE, 100.00005), [A], [C]),
    ("weight-specified", [(0.999, C), (0.001, ("if", (">", PRICE, 100.0), [A], []))]),
    *(("filter", "cumulative-return", (1,), side, 1, [C, A, B]) for side in ("select-top", "select-bottom")),
    ("filter", "cumulative-return", (1,), "select-top", 1, [C, ("vector", [])]),
    *(
        ("if", (">", (name, symbol, (window,)), level), [A], [B])
        for name, symbol, window, level in (
            ("rsi", "CCC", 2, 49.0),
            ("rsi", "AAA", 2, 45.0),
            ("exponential-moving-average-price", "AAA", 3, 100.9),
            ("max-drawdown", "AAA", 3, 0.5),
            ("stdev-price", "AAA", 2, 0.6),
        )
    ),
)


@dataclass(frozen=True)
class Case:
    """A symphony, and what it must want, trade and hold on the sessions on which rounding decides nothing."""

    symphony: Symphony
    targets: NDArray[np.float64]
    held: NDArray[np.float64]
    trades: list[int]


Cases = list[tuple[pd.DataFrame, list[Case]]]


@pytest.fixture(scope="module")
def cases() -> Cases:
    found = []
    for seed in SEEDS:
        closes = random_closes(seed, SESSIONS)
        found.append((closes, _cases(random_blocks(seed, TOGETHER), closes)))
    edges = closes_on_the_edge()
    return [(edges, _cases(ON_THE_EDGE, edges)), *found]


def closes_on_the_edge() -> pd.DataFrame:
    """Return two symbols that rise and fall alike, to and from a round number, and one that stands still."""
    waves = 100.0 + np.abs(np.arange(SESSIONS) % 4 - 2)
    index = pd.bdate_range("2024-01-02", periods=SESSIONS)
    return pd.DataFrame({"AAA": waves, "BBB": 2 * waves, "CCC": 50.0}, index=index)


def _cases(roots: Sequence[Tree], closes: pd.DataFrame) -> list[Case]:
    return [_case(root, closes, RULES[number % len(RULES)]) for number, root in enumerate(roots)]


def _case(root: Tree, closes: pd.DataFrame, rule: str | float) -> Case:
    market, days = market_of(closes), [session.date() for session in closes.index]
    name = f"frequency :{rule}" if isinstance(rule, str) else f"threshold {rule}"
    symphony = parse(text_of(root, f"{{:rebalance-{name}}}"))
    reference = Reference(market)
    wanted = [reference.root_weights(root, t) for t in range(len(days))]
    sure = int(min(len(days), reference.fragile_from))
    trades, held = by_hand(wanted[:sure], market, days, rule)
    return Case(symphony, _table(symphony, wanted[:sure]), _table(symphony, held), trades)


def _table(symphony: Symphony, rows: list[Weights | None]) -> NDArray[np.float64]:
    symbols = symphony.symbols
    table = [[math.nan if row is None else row.get(symbol, 0.0) for symbol in symbols] for row in rows]
    return np.array(table).reshape(len(rows), len(symbols))


def differing(cases: Cases) -> int:
    """Return how many symphonies the engine evaluates in another way than the reference."""
    return sum(
        _differs(found, case)
        for closes, together in cases
        for found, case in zip(evaluate([case.symphony for case in together], closes), together, strict=True)
    )


def _differs(found: Evaluation, case: Case) -> bool:
    sure = len(case.targets)
    trades = [row for row in np.flatnonzero(found.sessions.isin(found.trades_on)).tolist() if row < sure]
    return not (
        _alike(found.target_weights, case.targets)
        and trades == case.trades
        and _alike(found.held_weights, case.held)
    )


def _alike(found: pd.DataFrame, expected: NDArray[np.float64]) -> bool:
    rows = found.to_numpy()[: len(expected)]
    return np.allclose(rows, expected, rtol=1e-9, atol=1e-15, equal_nan=True)


def test_the_engine_as_it_is_differs_nowhere(cases: Cases) -> None:
    assert differing(cases) == 0


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_a_mistake_is_noticed(cases: Cases, mutation: Mutation, monkeypatch: pytest.MonkeyPatch) -> None:
    mutation(monkeypatch)
    assert differing(cases) > 0
