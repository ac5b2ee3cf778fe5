"""The engine against an independent reference: random symphonies on random markets, to 1e-9 relative."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.symphony_mutation import block_paths, part_at
from support.symphony_random import (
    OPERATORS,
    PARAMETER_NAMES,
    PATH_INDICATORS,
    Tree,
    blocks,
    market_of,
    random_closes,
    text_of,
)
from support.symphony_reference import Market, Reference
from support.symphony_seeded import random_blocks

from alchemiser_dagster.symphony import evaluate, parse

TOGETHER = 20
EXAMPLES = examples(120)
RANDOM = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def assert_agree(weights: pd.DataFrame, root: Tree, market: Market) -> None:
    """Compare each session, up to the first one whose answer hangs on rounding."""
    reference = Reference(market)
    for t, row in enumerate(weights.to_numpy()):
        expected = reference.root_weights(root, t)
        if t >= reference.fragile_from:
            return
        if expected is None:
            assert np.isnan(row).all(), t
            continue
        for symbol, weight in zip(weights.columns, row, strict=True):
            assert math.isclose(weight, expected.get(symbol, 0.0), rel_tol=1e-9, abs_tol=1e-15), (t, symbol)


@RANDOM
@given(root=blocks(), seed=st.integers(0, 2**32 - 1), sessions=st.integers(1, 40))
def test_every_session_has_the_weights_of_the_reference(root: Tree, seed: int, sessions: int) -> None:
    closes = random_closes(seed, sessions)
    assert_agree(evaluate(parse(text_of(root)), closes).target_weights, root, market_of(closes))


@settings(RANDOM, max_examples=examples(100))
@given(seed=st.integers(0, 2**32 - 1))
def test_deeply_nested_symphonies_have_the_weights_of_the_reference(seed: int) -> None:
    closes = random_closes(seed, 60)
    roots, market = random_blocks(seed, TOGETHER), market_of(closes)
    for root, found in zip(roots, evaluate([parse(text_of(root)) for root in roots], closes), strict=True):
        assert_agree(found.target_weights, root, market)


def test_random_symphonies_use_every_word_of_the_language() -> None:
    roots = [root for seed in range(10) for root in random_blocks(seed, TOGETHER)]
    words = {word for root in roots for word in re.findall(r"[(]([^\s()]+)", text_of(root))}
    assert words >= {*PARAMETER_NAMES, *OPERATORS, "and", "or", "select-top", "select-bottom"}
    assert words >= {"asset", "group", "weight-equal", "weight-specified", "weight-inverse-volatility", "if"}
    inside = [part_at(root, path) for root in roots for path in block_paths(root)]
    scored = {block[1] for block in inside if block[0] == "filter" and has_a_block(block[5])}
    assert scored == set(PATH_INDICATORS)


def has_a_block(children: Sequence[Tree]) -> bool:
    return any(child[0] != "asset" for child in children)


@RANDOM
@given(root=blocks(), seed=st.integers(0, 2**32 - 1), sessions=st.integers(2, 40), data=st.data())
def test_cutting_the_data_off_changes_no_bit_of_what_stands_before(
    root: Tree, seed: int, sessions: int, data: st.DataObject
) -> None:
    #
    closes = random_closes(seed, sessions)
    cut = data.draw(st.integers(1, sessions - 1))
    option = data.draw(st.sampled_from((":rebalance-frequency :weekly", ":rebalance-threshold 0.02")))
    symphony = parse(text_of(root, f"{{{option}}}"))
    whole, begun = evaluate(symphony, closes), evaluate(symphony, closes.iloc[:cut])
    assert_same_bits(begun.target_weights, whole.target_weights.iloc[:cut])
    assert_same_bits(begun.held_weights, whole.held_weights.iloc[:cut])
    assert list(begun.trades_on) == [session for session in whole.trades_on if session < closes.index[cut]]
    assert list(begun.undefined) == [session for session in whole.undefined if session < closes.index[cut]]


@settings(RANDOM, max_examples=EXAMPLES // 4)
@given(roots=st.lists(blocks(), min_size=2, max_size=4), seed=st.integers(0, 2**32 - 1))
def test_in_company_a_symphony_has_the_same_bits_as_alone(roots: list[Tree], seed: int) -> None:
    closes = random_closes(seed, 30)
    symphonies = [parse(text_of(root)) for root in roots]
    for symphony, together in zip(symphonies, evaluate(symphonies, closes), strict=True):
        assert_same_bits(together.target_weights, evaluate(symphony, closes).target_weights)


@settings(RANDOM, max_examples=EXAMPLES // 4)
@given(root=blocks(), seed=st.integers(0, 2**32 - 1))
def test_an_undefined_session_always_has_a_reason_and_a_defined_one_is_none(root: Tree, seed: int) -> None:
    closes = random_closes(seed, 20)
    evaluation = evaluate(parse(text_of(("vector", [root, ("asset", "AAA")]))), closes)
    for session, row in evaluation.target_weights.iterrows():
        if row.isna().any():
            reasons = evaluation.undefined[pd.Timestamp(str(session))]
            assert reasons
            assert all(reason.needed > 0 for reason in reasons)
        else:
            assert session not in evaluation.undefined


@settings(RANDOM, max_examples=EXAMPLES // 4)
@given(root=blocks())
def test_without_missing_bars_every_session_from_warm_up_on_is_defined(root: Tree) -> None:
    symphony = parse(text_of(root))
    sessions = symphony.warm_up + 3
    random = np.random.default_rng(7)
    steps = 1 + 0.01 * random.standard_normal((sessions, 4))
    closes = pd.DataFrame(
        50 * np.cumprod(steps, axis=0),
        index=pd.bdate_range("2024-01-02", periods=sessions),
        columns=["AAA", "BBB", "CCC", "DDD"],
    )
    evaluation = evaluate(symphony, closes)
    assert all(session < closes.index[symphony.warm_up - 1] for session in evaluation.undefined)


def assert_same_bits(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_index_equal(one.index, other.index, exact="equiv")
    assert one.to_numpy().tobytes() == np.ascontiguousarray(other.to_numpy()).tobytes()


@pytest.mark.parametrize("sessions", [0, 1])
def test_few_sessions_or_none_can_be_evaluated(sessions: int) -> None:
    closes = random_closes(1, sessions)
    text = text_of(
        ("filter", "rsi", (2,), "select-top", 1, [("asset", "AAA"), ("vector", [("asset", "BBB")])])
    )
    evaluation = evaluate(parse(text), closes)
    assert evaluation.target_weights.shape == (sessions, 2)
    assert evaluation.held_weights.shape == (sessions, 2)
    assert len(evaluation.trades_on) == 0
