"""A block's own price path (spec section 4)."""

from __future__ import annotations

import numpy as np
import pytest
from support.symphony_fixtures import Frame, Prices

from alchemiser_dagster.symphony import evaluate, parse
from alchemiser_dagster.symphony.engine.graph import PathSeries
from alchemiser_dagster.symphony.engine.series import Series, path_series

A = '(asset "A" nil)'
B = '(asset "B" nil)'
C = '(asset "C" nil)'


def path(defined: list[bool], earned: list[float]) -> Series:
    return path_series(np.array(defined), np.array(earned, dtype=np.float64))


def stretches(series: Series) -> list[tuple[list[int], list[float]]]:
    rows = np.arange(series.sessions)
    return [(rows[stretch.rows].tolist(), stretch.closes.tolist()) for stretch in series.stretches]


def test_a_path_starts_at_100_on_the_first_session_on_which_the_block_is_defined() -> None:
    series = path([False, True, True], [0.5, 0.1])
    assert stretches(series) == [([1, 2], [100.0, pytest.approx(110.0)])]


def test_a_session_without_a_return_starts_the_path_anew() -> None:
    series = path([True, True, True, True], [0.1, np.nan, 0.2])
    assert stretches(series) == [
        ([0, 1], [100.0, pytest.approx(110.0)]),
        ([2, 3], [100.0, pytest.approx(120.0)]),
    ]


def test_an_undefined_session_interrupts_the_path() -> None:
    series = path([True, False, True, False], [0.1, 0.1, 0.1])
    assert stretches(series) == [([0], [100.0]), ([2], [100.0])]
    assert series.bars_until(2) == 1


def test_a_block_that_is_never_defined_has_no_path() -> None:
    series = path([False, False], [0.1])
    assert stretches(series) == []
    assert series.bars_until(1) == 0


def score_path(block: str, frame: Frame, **columns: Prices) -> list[float]:
    """The path of a block, by its sessions: NaN where it has none."""
    text = f'(defsymphony "p" {{}} (filter (max-drawdown {{:window 1}}) (select-top 1) [{block}]))'
    evaluation = evaluate(parse(text), frame(**columns))
    columns_ = evaluation.results
    (series,) = [series for node, series in columns_.series.items() if isinstance(node, PathSeries)]
    values = np.full(series.sessions, np.nan)
    for stretch in series.stretches:
        values[stretch.rows] = stretch.closes
    return values.tolist()


def test_the_value_moves_by_the_weights_of_the_session_before(frame: Frame) -> None:
    block = f'(if (> (current-price "A") 100) [{A}] [{B}])'
    values = score_path(block, frame, A=[100.0, 110.0, 121.0, 60.5], B=[10.0, 20.0, 10.0, 10.0])
    assert values == pytest.approx([100.0, 200.0, 220.0, 110.0])


def test_it_is_rebalanced_every_session_whatever_the_root_says(frame: Frame) -> None:
    values = score_path(f"[{A} {B}]", frame, A=[1.0, 2.0, 2.0], B=[1.0, 1.0, 2.0])
    assert values == pytest.approx([100.0, 150.0, 225.0])


def test_cash_earns_nothing(frame: Frame) -> None:
    assert score_path("[]", frame, A=[1.0, 2.0, 3.0]) == [100.0] * 3
    values = score_path(f"(weight-specified 0.25 {A})", frame, A=[1.0, 2.0, 4.0])
    assert values == pytest.approx([100.0, 125.0, 156.25])


def test_a_hole_in_something_held_starts_the_path_anew_on_both_its_sides(frame: Frame) -> None:
    values = score_path(f"[{A} {B}]", frame, A=[1.0, 2.0, None, 2.0, 4.0], B=[1.0, 1.0, 1.0, 1.0, 1.0])
    assert values == pytest.approx([100.0, 150.0, 100.0, 100.0, 150.0])


def test_a_hole_in_something_not_held_does_no_harm(frame: Frame) -> None:
    block = f'(if (> (current-price "A") 0) [{A}] [{B}])'
    values = score_path(block, frame, A=[1.0, 2.0, 4.0], B=[1.0, None, 1.0])
    assert values == pytest.approx([100.0, 200.0, 400.0])


def test_nothing_before_a_fresh_start_counts(frame: Frame) -> None:
    block = f"(filter (cumulative-return {{:window 2}}) (select-top 1) [(weight-equal [{A}])])"
    weights = evaluate(
        parse(f'(defsymphony "p" {{}} {block})'), frame(A=[1.0, 2.0, 3.0, None, 4.0, 5.0, 6.0])
    ).target_weights["A"]
    assert weights.isna().tolist() == [True, True, False, True, True, True, False]


def test_blocks_inside_blocks_have_paths_of_their_own(frame: Frame) -> None:
    inner = f'(group "inner" [(filter (cumulative-return {{:window 1}}) (select-top 1) [{A} {B}])])'
    outer = f"(filter (cumulative-return {{:window 2}}) (select-top 1) [{C} {inner}])"
    closes = frame(
        A=[100.0, 110.0, 100.0, 100.0, 130.0],
        B=[100.0, 100.0, 120.0, 132.0, 132.0],
        C=[100.0, 101.0, 102.0, 103.0, 104.0],
    )
    # inner: undefined, holds A, then B, then B, then A: path -, 100, 90.9, 100, 100
    weights = evaluate(parse(f'(defsymphony "n" {{}} {outer})'), closes).target_weights
    assert weights["C"].tolist()[2:] == [1.0, 1.0, 0.0]
    assert weights["A"].tolist()[2:] == [0.0, 0.0, 1.0]


def test_a_path_is_computed_once_however_often_it_is_used(frame: Frame) -> None:
    group = f'(group "g" [{A} {B}])'
    other_name = f'(group "another name" [{A} {B}])'
    text = f"""(defsymphony "p" {{}}
      (filter (rsi {{:window 2}}) (select-top 1) [{group} {A}])
      (filter (max-drawdown {{:window 2}}) (select-top 1) [{B} {other_name}]))"""
    columns = evaluate(parse(text), frame(A=[1.0, 2.0, 3.0], B=[3.0, 2.0, 1.0])).results
    assert len(columns.plan.paths) == 1
