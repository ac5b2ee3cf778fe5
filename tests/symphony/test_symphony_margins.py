"""Margins are true: a move that is a little smaller changes no decision, one a little larger changes it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.symphony_random import SYMBOLS, Tree, blocks, filters, random_closes, text_of

from alchemiser_dagster.records.explanation import AnyStep, Explanation, InverseVolatilityStep, Margin
from alchemiser_dagster.symphony import Evaluation, Symphony, evaluate, parse
from alchemiser_dagster.symphony.blocks import Block, Filter, If
from alchemiser_dagster.symphony.path import parts_on_path
from alchemiser_dagster.symphony.session_view import SessionView

SESSIONS = 40
HAIRS = (1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
Decisions = dict[Block, object]


def moved(closes: pd.DataFrame, symbol: str, move: float) -> pd.DataFrame:
    changed = closes.copy()
    changed.loc[changed.index[-1], symbol] *= 1 + move
    return changed


def decisions(evaluation: Evaluation) -> Decisions:
    """Return what was decided at each condition and filter on the path of the last session."""
    view = evaluation.view(evaluation.sessions[-1])
    return dict(_decided(view, evaluation.symphony.root))


def _decided(view: SessionView, block: Block) -> Iterator[tuple[Block, object]]:
    if isinstance(block, If):
        yield block, view.holds(block.condition)
    if isinstance(block, Filter):
        yield block, tuple(share > 0 for share in view.shares(block))
    for child, _ in parts_on_path(view, block):
        yield from _decided(view, child)


def changes(symphony: Symphony, closes: pd.DataFrame, symbol: str, move: float) -> bool:
    return decisions(evaluate(symphony, closes)) != decisions(evaluate(symphony, moved(closes, symbol, move)))


def flips_at(margin: Margin) -> Iterator[float]:
    assert margin.basis_points is not None
    move = margin.basis_points / 1e4
    for hair in HAIRS:
        yield move + math.copysign(max(abs(move) * hair, hair * 1e-3), move)


def has_a_still_part(step: AnyStep) -> bool:
    """Return whether a deviation of 0 takes all: then shares jump when it moves."""
    still = isinstance(step, InverseVolatilityStep) and any(found.score == 0 for found in step.candidates)
    return bool(still)


def explained(root: Tree, seed: int) -> tuple[Symphony, pd.DataFrame, Explanation]:
    symphony, closes = parse(text_of(root)), random_closes(seed, SESSIONS)
    explanation = evaluate(symphony, closes).explain(closes.index[-1])
    assume(explanation.is_defined and explanation.decisions)
    assume(not any(has_a_still_part(step) for step in explanation.steps))
    return symphony, closes, explanation


@settings(max_examples=150, deadline=None)
@given(root=st.one_of(blocks(), filters(blocks())), seed=st.integers(0, 2**32 - 1), part=st.floats(0, 0.999))
def test_no_smaller_move_of_one_symbol_changes_a_decision(root: Tree, seed: int, part: float) -> None:
    symphony, closes, explanation = explained(root, seed)
    limit = min(0.5, explanation.closest.margin.size / 1e4 if explanation.closest else 0.5)
    assume(limit > 1e-10)
    for symbol in set(symphony.symbols) & set(SYMBOLS):
        for move in (0.999 * limit, -0.999 * limit, part * limit, -part * limit):
            assert not changes(symphony, closes, symbol, move), (symbol, move)


@settings(max_examples=150, deadline=None)
@given(root=st.one_of(blocks(), filters(blocks())), seed=st.integers(0, 2**32 - 1))
def test_the_move_that_is_named_changes_a_decision(root: Tree, seed: int) -> None:
    symphony, closes, explanation = explained(root, seed)
    closest = explanation.closest
    assume(closest is not None and closest.margin.basis_points is not None)
    assert closest is not None
    symbol = closest.margin.symbol
    assert symbol is not None
    assume(closest.margin.size > 1e-6)
    assert any(changes(symphony, closes, symbol, move) for move in flips_at(closest.margin)), closest
