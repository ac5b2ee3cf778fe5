"""Margins are true: a move that is a little smaller changes no decision, one a little larger changes it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.symphony_fixtures import Evaluate
from support.symphony_random import SYMBOLS, Tree, blocks, filters, random_closes, text_of

from alchemiser_dagster.records.explanation import (
    AnyStep,
    ChoiceStep,
    Explanation,
    FilterStep,
    InverseVolatilityStep,
    Margin,
)
from alchemiser_dagster.symphony import Evaluation, Symphony, evaluate, parse
from alchemiser_dagster.symphony.engine.session_view import SessionView
from alchemiser_dagster.symphony.explanation.path import parts_on_path
from alchemiser_dagster.symphony.syntax.blocks import Block, Filter, If

SESSIONS = 40
RANDOM = settings(
    max_examples=examples(16), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
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


@settings(RANDOM)
@given(root=st.one_of(blocks(), filters(blocks())), seed=st.integers(0, 2**32 - 1), part=st.floats(0, 0.999))
def test_no_smaller_move_of_one_symbol_changes_a_decision(root: Tree, seed: int, part: float) -> None:
    symphony, closes, explanation = explained(root, seed)
    limit = min(0.5, explanation.closest.margin.size / 1e4 if explanation.closest else 0.5)
    assume(limit > 1e-10)
    for symbol in set(symphony.symbols) & set(SYMBOLS):
        for move in (0.999 * limit, -0.999 * limit, part * limit, -part * limit):
            assert not changes(symphony, closes, symbol, move), (symbol, move)


@settings(RANDOM)
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


def test_a_price_against_a_number_flips_at_the_number(evaluated: Evaluate) -> None:
    margin = margin_of(evaluated('(if (> (current-price "A") 100) [(asset "A")] [])', A=[90, 104]))
    assert margin.difference == pytest.approx(4)
    assert margin.symbol == "A"
    assert margin.basis_points == pytest.approx((100 / 104 - 1) * 1e4)


def test_of_two_symbols_the_one_that_has_to_move_less_is_named(evaluated: Evaluate) -> None:
    block = '(if (> (current-price "A") (current-price "B")) [(asset "A")] [(asset "B")])'
    margin = margin_of(evaluated(block, A=[1, 110], B=[1, 100]))
    assert (margin.symbol, margin.basis_points) == ("A", pytest.approx((100 / 110 - 1) * 1e4))


def test_both_sides_move_together_where_they_read_one_symbol(evaluated: Evaluate) -> None:
    block = '(if (> (current-price "A") (moving-average-price "A" {:window 2})) [(asset "A")] [])'
    assert margin_of(evaluated(block, A=[100, 110])).basis_points == pytest.approx((100 / 110 - 1) * 1e4)


def test_a_deviation_that_falls_and_rises_again_is_caught_in_the_dip(evaluated: Evaluate) -> None:
    block = '(if (> (stdev-price "A" {:window 3}) 1.0) [(asset "A")] [])'
    spread = evaluated(block, A=[100, 101.999999, 130])
    lowest = np.std([100, 101.999999, 100.9999995], ddof=1)
    assert 0.99 < lowest < 1
    assert margin_of(spread).basis_points == pytest.approx((101.0 / 130 - 1) * 1e4, rel=1e-2)


def test_equality_ends_where_the_two_are_more_than_its_tolerance_apart(evaluated: Evaluate) -> None:
    margin = margin_of(evaluated('(if (= (current-price "A") 100) [(asset "A")] [])', A=[90, 100.00004]))
    assert margin.difference == pytest.approx(6e-5)
    assert margin.basis_points == pytest.approx(6e-5 / 100 * 1e4, rel=1e-3)


@pytest.mark.parametrize(
    ("connective", "prices", "move"),
    [
        ("and", {"A": 104.0, "B": 102.0}, ("B", 100 / 102 - 1)),
        ("and", {"A": 96.0, "B": 102.0}, ("A", 100 / 96 - 1)),
        ("and", {"A": 96.0, "B": 98.0}, None),
        ("or", {"A": 96.0, "B": 98.0}, ("B", 100 / 98 - 1)),
        ("or", {"A": 104.0, "B": 98.0}, ("A", 100 / 104 - 1)),
        ("or", {"A": 104.0, "B": 102.0}, None),
    ],
)
def test_a_compound_flips_as_a_whole(
    evaluated: Evaluate, connective: str, prices: dict[str, float], move: tuple[str, float] | None
) -> None:
    block = f"""(if ({connective} (> (current-price "A") 100) (> (current-price "B") 100))
      [(asset "A")] [(asset "B")])"""
    margin = margin_of(evaluated(block, **{symbol: [100, price] for symbol, price in prices.items()}))
    if move is None:
        assert (margin.symbol, margin.basis_points) == (None, None)
    else:
        assert (margin.symbol, margin.basis_points) == (move[0], pytest.approx(move[1] * 1e4))


def test_one_move_may_flip_both_parts_of_a_compound(evaluated: Evaluate) -> None:
    block = """(if (and (> (current-price "A") 100) (< (current-price "A") 101)) [(asset "A")] [])"""
    assert margin_of(evaluated(block, A=[100, 105])).basis_points == pytest.approx((101 / 105 - 1) * 1e4)


def test_a_true_alternative_that_one_part_always_saves_never_flips(evaluated: Evaluate) -> None:
    block = '(if (or (> (current-price "A") 100) (<= (current-price "A") 100)) [(asset "A")] [])'
    assert margin_of(evaluated(block, A=[90, 100])).symbol is None


def test_values_that_are_equal_stand_no_move_away(evaluated: Evaluate) -> None:
    margin = margin_of(evaluated('(if (> (current-price "A") 100) [(asset "A")] [])', A=[90, 100]))
    assert (margin.difference, margin.symbol, margin.basis_points) == (0, "A", 0)


def test_what_no_move_up_to_half_the_price_flips_has_no_move(evaluated: Evaluate) -> None:
    margin = margin_of(evaluated('(if (> (current-price "A") 40) [(asset "A")] [])', A=[90, 100]))
    assert margin == Margin(difference=60)


def test_a_filter_stands_as_far_from_flipping_as_the_last_picked_from_the_first_left_out(
    evaluated: Evaluate,
) -> None:
    block = '(filter (current-price) (select-top 2) [(asset "A") (asset "B") (asset "C") (asset "D")])'
    margin = margin_of(evaluated(block, A=[1, 130], B=[1, 110], C=[1, 108], D=[1, 50]))
    assert margin.difference == pytest.approx(2)
    assert (margin.symbol, margin.basis_points) == ("B", pytest.approx((108 / 110 - 1) * 1e4))


def test_a_filter_that_takes_all_has_no_cut_off(evaluated: Evaluate) -> None:
    block = '(filter (current-price) (select-top 2) [(asset "A") (asset "B")])'
    explanation = explanation_of(evaluated(block, A=[1, 2], B=[1, 3]))
    assert explanation.closest is None
    (step,) = (step for step in explanation.steps if isinstance(step, FilterStep))
    assert step.margin is None


@pytest.mark.parametrize(("first", "picked"), [("A", "A"), ("B", "B")])
def test_a_tie_is_no_move_away_and_the_earlier_is_picked(
    evaluated: Evaluate, first: str, picked: str
) -> None:
    other = "B" if first == "A" else "A"
    block = f'(filter (current-price) (select-top 1) [(asset "{first}") (asset "{other}")])'
    explanation = explanation_of(evaluated(block, A=[1, 2], B=[1, 2]))
    assert [held.symbol for held in explanation.holdings] == [picked]
    assert explanation.margin_basis_points == 0
    assert explanation.is_fragile


def test_many_that_tie_keep_the_order_of_the_text(evaluated: Evaluate) -> None:
    symbols = [f"A{number}" for number in range(40)]
    inside = " ".join(f'(asset "{symbol}")' for symbol in symbols)
    block = f"(filter (max-drawdown {{:window 2}}) (select-bottom 1) [{inside}])"
    margin = margin_of(evaluated(block, **{symbol: [100, 110] for symbol in symbols}))
    assert (margin.symbol, margin.basis_points) == ("A0", pytest.approx((100 / 110 - 1) * 1e4))


def test_twins_that_fall_together_let_an_earlier_one_in(evaluated: Evaluate) -> None:
    block = """(filter (rsi {:window 1}) (select-top 1)
      [(asset "C") (asset "A") (group "twin" [(asset "A")])])"""
    margin = margin_of(evaluated(block, A=[100, 110], C=[100, 80]))
    assert (margin.symbol, margin.basis_points) == ("A", pytest.approx((100 / 110 - 1) * 1e4))


def test_of_those_that_come_to_tie_the_earlier_is_let_in(evaluated: Evaluate) -> None:
    block = """(filter (rsi {:window 1}) (select-bottom 1)
      [(asset "A") (asset "C") (group "mix" [(weight-specified 0.66 (asset "A") 0.34 (asset "C"))])])"""
    margin = margin_of(evaluated(block, A=[97, 98], C=[100, 98.2]))
    assert (margin.symbol, margin.basis_points) == ("A", pytest.approx((97 / 98 - 1) * 1e4))


def test_a_block_moves_by_what_it_held_the_session_before(evaluated: Evaluate) -> None:
    block = """(filter (cumulative-return {:window 1}) (select-top 1)
      [(group "half" [(weight-specified 0.5 (asset "A"))]) (asset "B")])"""
    margin = margin_of(evaluated(block, A=[100, 110], B=[100, 104]))
    assert margin.difference == pytest.approx(1)
    assert (margin.symbol, margin.basis_points) == ("B", pytest.approx((105 / 104 - 1) * 1e4))
    heavier = block.replace("0.5", "0.95")
    margin = margin_of(evaluated(heavier, A=[100, 110], B=[100, 104]))
    assert margin.symbol == "A"
    assert margin.basis_points == pytest.approx(((1 + 0.04 / 0.95) / 1.10 - 1) * 1e4)


def test_what_a_block_holds_today_moves_nothing_yet(evaluated: Evaluate) -> None:
    block = """(filter (cumulative-return {:window 1}) (select-top 1)
      [(group "turns" [(if (> (current-price "A") 105) [(asset "B")] [(asset "A")])]) (asset "C")])"""
    margin = margin_of(evaluated(block, A=[100, 110], B=[100, 100], C=[100, 104]))
    assert (margin.symbol, margin.basis_points) == ("A", pytest.approx((104 / 110 - 1) * 1e4))


def test_paths_that_begin_today_are_moved_by_nothing(evaluated: Evaluate) -> None:
    block = '(filter (max-drawdown {:window 1}) (select-top 1) [[(asset "A")] [(asset "B")]])'
    margin = margin_of(evaluated(block, A=[100], B=[100]))
    assert (margin.difference, margin.symbol, margin.basis_points) == (0, None, None)


def test_what_rounding_alone_decides_is_no_move_away(evaluated: Evaluate) -> None:
    # two paths that hold the same, one of them begun a session later: their scores differ by the last bits
    block = """(filter (cumulative-return {:window 2}) (select-top 1)
      [(group "x" [(asset "A")])
       (group "y" [(filter (moving-average-price {:window 3}) (select-top 1) [(asset "A")])])])"""
    random = np.random.default_rng(5)
    for _ in range(20):
        walk = list(50 * np.cumprod(1 + 0.02 * random.standard_normal(12)))
        explanation = explanation_of(evaluated(block, A=walk))
        assert explanation.margin_basis_points in (0, None)


def margin_of(evaluation: Evaluation) -> Margin:
    closest = explanation_of(evaluation).steps[0]
    assert isinstance(closest, ChoiceStep | FilterStep)
    margin = closest.margin if isinstance(closest, FilterStep) else closest.condition[0].margin
    assert margin is not None
    return margin


def explanation_of(evaluation: Evaluation) -> Explanation:
    return evaluation.explain(evaluation.sessions[-1])
