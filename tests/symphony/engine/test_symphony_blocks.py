"""Every block of the language, by name (spec section 3), and what undefined means for it (section 5)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_series_equal
from support.symphony_fixtures import Evaluate

from alchemiser_dagster.symphony import Evaluation

A = '(asset "A" nil)'
B = '(asset "B" nil)'
C = '(asset "C" nil)'
UP = [100.0, 101.0, 102.0, 103.0]
DOWN = [100.0, 99.0, 98.0, 97.0]
LATE = [None, None, 100.0, 101.0]
ALWAYS = '(> (current-price "A") 0)'
NEVER = '(< (current-price "A") 0)'
UNKNOWN = '(> (rsi "A" {:window 50}) 0)'


def weights_on(evaluation: Evaluation, row: int = -1) -> dict[str, float]:
    return {symbol: weight for symbol, weight in evaluation.target_weights.iloc[row].items() if weight != 0}


def is_undefined(evaluation: Evaluation, row: int = -1) -> bool:
    return bool(evaluation.target_weights.iloc[row].isna().all())


def test_an_asset_holds_its_symbol_whether_it_has_a_bar_or_not(evaluated: Evaluate) -> None:
    assert evaluated(A, A=LATE).target_weights["A"].tolist() == [1.0] * 4


def test_weight_equal_shares_equally_and_the_same_symbol_adds_up(evaluated: Evaluate) -> None:
    assert weights_on(evaluated(f"(weight-equal [{A} {B} {A} {A}])", A=UP, B=UP)) == {"A": 0.75, "B": 0.25}


def test_weights_multiply_along_the_path(evaluated: Evaluate) -> None:
    block = f"(weight-equal [{A} (weight-equal [{B} {C}])])"
    assert weights_on(evaluated(block, A=UP, B=UP, C=UP)) == {"A": 0.5, "B": 0.25, "C": 0.25}


def test_a_bare_vector_is_equal_weights_wherever_a_block_may_stand(evaluated: Evaluate) -> None:
    block = f"(weight-specified 0.5 [{A} {B}] 0.5 {C})"
    assert weights_on(evaluated(block, A=UP, B=UP, C=UP)) == {"A": 0.25, "B": 0.25, "C": 0.5}


def test_an_empty_vector_is_cash_and_takes_its_share(evaluated: Evaluate) -> None:
    assert weights_on(evaluated(f"[{A} []]", A=UP)) == {"A": 0.5}
    assert weights_on(evaluated("[]", A=UP)) == {}


def test_several_blocks_at_the_root_share_equally(evaluated: Evaluate) -> None:
    assert weights_on(evaluated(f"{A} {B}", A=UP, B=UP)) == {"A": 0.5, "B": 0.5}


def test_weight_specified_gives_what_it_says_and_leaves_the_rest_in_cash(evaluated: Evaluate) -> None:
    assert weights_on(evaluated(f"(weight-specified 0.2 {A} 0.3 {B})", A=UP, B=UP)) == {"A": 0.2, "B": 0.3}


def test_a_child_with_weight_0_is_skipped_and_need_not_be_defined(evaluated: Evaluate) -> None:
    block = f"(weight-specified 0.5 {A} 0 (if {UNKNOWN} [{B}]))"
    assert weights_on(evaluated(block, A=UP, B=UP)) == {"A": 0.5}


def test_weights_may_exceed_1_by_rounding(evaluated: Evaluate) -> None:
    assert weights_on(evaluated(f"(weight-specified 0.5000005 {A} 0.5 {B})", A=UP, B=UP))["A"] == 0.5000005


def test_weights_below_1e_9_vanish(evaluated: Evaluate) -> None:
    block = f"(weight-specified 0.00001 (weight-specified 0.00001 {A} 0.5 {B}))"
    assert weights_on(evaluated(block, A=UP, B=UP)) == {"B": 0.000005}


def test_inverse_volatility_shares_by_the_inverse_of_each_deviation(evaluated: Evaluate) -> None:
    wild, calm = [100.0, 110.0, 99.0, 108.9], [100.0, 101.0, 99.99, 100.9899]
    block = f"(weight-inverse-volatility 3 [{A} {B}])"
    weights = weights_on(evaluated(block, A=wild, B=calm))
    assert weights == pytest.approx({"A": 1 / 11, "B": 10 / 11})


def test_children_that_do_not_move_share_everything_in_inverse_volatility(evaluated: Evaluate) -> None:
    still = [33.3] * 4
    block = f"(weight-inverse-volatility 3 [{A} {B} []])"
    assert weights_on(evaluated(block, A=[100.0, 110.0, 99.0, 108.9], B=still)) == {"B": 0.5}


def test_inverse_volatility_is_undefined_where_any_deviation_is(evaluated: Evaluate) -> None:
    assert is_undefined(evaluated(f"(weight-inverse-volatility 3 [{A} {B}])", A=UP, B=LATE))


def test_inverse_volatility_of_nothing_is_cash(evaluated: Evaluate) -> None:
    assert weights_on(evaluated(f"[{A} (weight-inverse-volatility 3 [])]", A=UP)) == {"A": 0.5}


def test_inverse_volatility_takes_a_filter_as_one_child(evaluated: Evaluate) -> None:
    inner = f"(filter (cumulative-return {{:window 1}}) (select-top 1) [{A} {B}])"
    values = evaluated(
        f"(weight-inverse-volatility 2 [{inner} {C}])", A=UP, B=DOWN, C=[100.0, 104.0, 101.0, 107.0]
    )
    weights = weights_on(values)
    assert set(weights) == {"A", "C"}
    assert sum(weights.values()) == pytest.approx(1.0)


def test_a_group_is_only_a_label(evaluated: Evaluate) -> None:
    block = f'(weight-equal [(group "same" [{A}]) (group "same" [{B} {C}])])'
    assert weights_on(evaluated(block, A=UP, B=UP, C=UP)) == {"A": 0.5, "B": 0.25, "C": 0.25}


def test_if_takes_the_first_branch_where_the_condition_holds_else_the_second(evaluated: Evaluate) -> None:
    block = f'(if (> (current-price "A") 101) [{A}] [{B} {C}])'
    table = evaluated(block, A=UP, B=UP, C=UP).target_weights
    assert table["A"].tolist() == [0.0, 0.0, 1.0, 1.0]
    assert table["B"].tolist() == [0.5, 0.5, 0.0, 0.0]


@pytest.mark.parametrize("block", [f"(if {NEVER} [{A}])", f"(if {NEVER} [{A}] [])", f"(if {ALWAYS})"])
def test_a_missing_or_empty_branch_is_cash(evaluated: Evaluate, block: str) -> None:
    assert weights_on(evaluated(block, A=UP)) == {}


def test_an_if_with_an_undefined_condition_is_undefined(evaluated: Evaluate) -> None:
    assert is_undefined(evaluated(f"(if {UNKNOWN} [{B}] [{B}])", A=UP, B=UP))


def test_an_undefined_branch_that_is_not_taken_does_no_harm(evaluated: Evaluate) -> None:
    assert weights_on(evaluated(f"(if {ALWAYS} [{A}] [(if {UNKNOWN} [{B}])])", A=UP, B=UP)) == {"A": 1.0}
    assert is_undefined(evaluated(f"(if {NEVER} [{A}] [(if {UNKNOWN} [{B}])])", A=UP, B=UP))


def test_a_weighted_block_with_an_undefined_child_is_undefined(evaluated: Evaluate) -> None:
    assert is_undefined(evaluated(f"[{A} (if {UNKNOWN} [{B}])]", A=UP, B=UP))


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        (">", 103, False), (">", 102.99, True), ("<", 103, False), ("<", 103.01, True),
        (">=", 103, True), (">=", 103.01, False), ("<=", 103, True), ("<=", 102.99, False),
        ("=", 103.00009, True), ("=", 103.00011, False), ("=", 102.99991, True),
    ],
)  # fmt: skip
def test_a_comparison_is_what_its_sign_says(
    evaluated: Evaluate, operator: str, value: float, *, expected: bool
) -> None:
    block = f'(if ({operator} (current-price "A") {value}) [{A}] [{B}])'
    assert weights_on(evaluated(block, A=UP, B=UP)) == {"A" if expected else "B": 1.0}


def test_an_indicator_can_be_compared_with_one_of_another_symbol(evaluated: Evaluate) -> None:
    condition = '(> (cumulative-return "A" {:window 2}) (moving-average-return "B" {:window 3}))'
    block = f"(if {condition} [{A}] [{B}])"
    assert weights_on(evaluated(block, A=UP, B=DOWN)) == {"A": 1.0}


def test_returns_are_percent(evaluated: Evaluate) -> None:
    block = f'(if (> (cumulative-return "A" {{:window 1}}) 5) [{A}] [{B}])'
    assert weights_on(evaluated(block, A=[100.0, 106.0], B=[1.0, 1.0])) == {"A": 1.0}
    assert weights_on(evaluated(block, A=[100.0, 104.0], B=[1.0, 1.0])) == {"B": 1.0}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (f"(and {ALWAYS} {ALWAYS})", "A"), (f"(and {ALWAYS} {NEVER})", "B"),
        (f"(or {NEVER} {ALWAYS})", "A"), (f"(or {NEVER} {NEVER})", "B"), (f"(and {ALWAYS})", "A"),
        (f"(or (and {ALWAYS} {NEVER}) (and {ALWAYS} (or {NEVER} {ALWAYS})))", "A"),
    ],
)  # fmt: skip
def test_and_and_or_join_conditions(evaluated: Evaluate, condition: str, expected: str) -> None:
    assert weights_on(evaluated(f"(if {condition} [{A}] [{B}])", A=UP, B=UP)) == {expected: 1.0}


@pytest.mark.parametrize("condition", [f"(and {NEVER} {UNKNOWN})", f"(or {ALWAYS} {UNKNOWN})"])
def test_a_condition_with_an_undefined_operand_is_undefined(evaluated: Evaluate, condition: str) -> None:
    assert is_undefined(evaluated(f"(if {condition} [{A}] [{B}])", A=UP, B=UP))


def choose(selection: str, children: str, indicator: str = "(cumulative-return {:window 1})") -> str:
    return f"(filter {indicator} ({selection}) [{children}])"


def test_a_filter_takes_the_highest_or_the_lowest(evaluated: Evaluate) -> None:
    closes = {"A": [100.0, 101.0], "B": [100.0, 103.0], "C": [100.0, 102.0]}
    children = f"{A} {B} {C}"
    assert weights_on(evaluated(choose("select-top 1", children), **closes)) == {"B": 1.0}
    assert weights_on(evaluated(choose("select-bottom 1", children), **closes)) == {"A": 1.0}
    assert weights_on(evaluated(choose("select-top 2", children), **closes)) == {"B": 0.5, "C": 0.5}


def test_of_equal_scores_the_earlier_in_the_text_wins_at_top_and_bottom(evaluated: Evaluate) -> None:
    closes = {"A": [100.0, 101.0], "B": [200.0, 202.0], "C": [100.0, 101.0]}
    for selection in ("select-top 1", "select-bottom 1"):
        assert weights_on(evaluated(choose(selection, f"{C} {B} {A}"), **closes)) == {"C": 1.0}
        assert weights_on(evaluated(choose(selection, f"{B} {A} {C}"), **closes)) == {"B": 1.0}


def test_a_filter_with_more_places_than_children_takes_all(evaluated: Evaluate) -> None:
    assert weights_on(evaluated(choose("select-top 9", f"{A} {B}"), A=UP, B=UP)) == {"A": 0.5, "B": 0.5}


def test_a_filter_leaves_out_children_whose_score_is_undefined(evaluated: Evaluate) -> None:
    evaluation = evaluated(choose("select-top 2", f"{A} {B}"), A=UP, B=LATE)
    assert weights_on(evaluation, 2) == {"A": 1.0}
    assert weights_on(evaluation, 3) == {"A": 0.5, "B": 0.5}


def test_a_filter_with_nobody_left_is_undefined(evaluated: Evaluate) -> None:
    assert is_undefined(evaluated(choose("select-top 1", f"{A} {B}"), A=UP, B=LATE), 0)
    assert is_undefined(evaluated(f"[{A} {choose('select-top 1', '')}]", A=UP))


def test_a_filter_may_score_assets_by_their_price(evaluated: Evaluate) -> None:
    block = choose("select-bottom 1", f"{A} {B}", "(current-price)")
    assert weights_on(evaluated(block, A=[7.0], B=[5.0])) == {"B": 1.0}


def test_a_group_is_scored_by_its_own_history_and_not_by_what_it_holds_today(evaluated: Evaluate) -> None:
    # The group held B while B rose, and A only today; A itself has fallen all the time.
    switching = f'(group "g" [(if (> (current-price "D") 1) [{A}] [{B}])])'
    block = choose("select-top 1", f"{C} {switching}", "(cumulative-return {:window 3})")
    evaluation = evaluated(
        block, A=[100.0, 90.0, 80.0, 70.0], B=[100.0, 110.0, 120.0, 130.0], C=[100.0, 101.0, 102.0, 103.0],
        D=[1.0, 1.0, 1.0, 2.0],
    )  # fmt: skip
    assert weights_on(evaluation) == {"A": 1.0}


def test_the_table_has_a_row_per_session_and_a_column_per_symbol(evaluated: Evaluate) -> None:
    evaluation = evaluated(f"(if {ALWAYS} [{B}])", A=UP, B=UP, UNUSED=UP)
    assert list(evaluation.target_weights.columns) == ["A", "B"]
    assert evaluation.target_weights.index.equals(evaluation.sessions)
    assert evaluation.target_weights.dtypes.tolist() == [np.dtype("float64")] * 2
    assert_series_equal(
        evaluation.target_weights["A"], pd.Series(0.0, index=evaluation.sessions, name="A"), check_freq=False
    )
