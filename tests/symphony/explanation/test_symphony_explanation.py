"""The path as a record: what is on it, in which order, and how much is kept of a long one."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.symphony_fixtures import Evaluate
from support.symphony_random import Tree, blocks, random_closes, text_of

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.records.explanation import (
    AssetStep,
    CashStep,
    ChoiceStep,
    ComparisonFinding,
    CompoundFinding,
    Explanation,
    FilterStep,
    GroupStep,
    RepeatStep,
    SplitStep,
)
from alchemiser_dagster.symphony import Evaluation, LiveBook, evaluate, parse
from alchemiser_dagster.symphony.explanation.explanation import MOST_LINES

RANDOM = settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
RISING = [100.0, 101.0, 102.0, 103.0]


def last(evaluation: Evaluation) -> Explanation:
    return evaluation.explain(evaluation.sessions[-1])


def kinds(explanation: Explanation) -> list[tuple[str, int]]:
    return [(step.kind, step.depth) for step in explanation.steps]


@RANDOM
@given(root=blocks(), seed=st.integers(0, 2**32 - 1))
def test_the_assets_that_the_path_reaches_are_the_target_weights(root: Tree, seed: int) -> None:
    closes = random_closes(seed, 30)
    evaluation = evaluate(parse(text_of(root)), closes)
    explanation = last(evaluation)
    assert explanation.is_defined == (closes.index[-1] not in evaluation.undefined)
    targets = evaluation.target_weights.iloc[-1]
    assert {held.symbol: held.weight for held in explanation.holdings} == dict(targets[targets > 0])
    if explanation.is_defined and not any(isinstance(step, RepeatStep) for step in explanation.steps):
        reached: dict[str, float] = defaultdict(float)
        for step in explanation.steps:
            if isinstance(step, AssetStep):
                reached[step.symbol] += step.weight
        assert reached == pytest.approx(dict(targets[targets > 0]))
        assert sum(reached.values()) + explanation.cash == pytest.approx(1)


@RANDOM
@given(root=blocks(), seed=st.integers(0, 2**32 - 1))
def test_an_explanation_survives_json(root: Tree, seed: int) -> None:
    explanation = last(evaluate(parse(text_of(root)), random_closes(seed, 30)))
    assert Explanation.model_validate_json(explanation.model_dump_json()) == explanation


def test_only_the_branch_taken_is_explained_with_both_values(evaluated: Evaluate) -> None:
    block = """(if (> (current-price "A") (moving-average-price "A" {:window 2}))
      [(asset "A" "first")] [(group "never" [(asset "B")])])"""
    explanation = last(evaluated(block, A=RISING, B=RISING))
    choice, asset = explanation.steps
    assert isinstance(choice, ChoiceStep)
    (found,) = choice.condition
    assert isinstance(found, ComparisonFinding)
    assert found.right is not None
    assert (choice.branch, found.holds, found.left.value, found.right.value) == ("then", True, 103.0, 102.5)
    assert (found.left.text, found.left.words) == ('(current-price "A")', "price of A")
    assert isinstance(asset, AssetStep)
    assert (asset.symbol, asset.label, asset.weight, asset.depth) == ("A", "first", 1.0, 0)


def test_a_chain_stays_at_one_depth_and_a_split_goes_deeper(evaluated: Evaluate) -> None:
    block = """(group "outer" [(weight-specified
       0.6 (group "inner" [(if (> (current-price "A") 1) [(asset "A") (asset "B")] [])])
       0.3 (asset "B"))])"""
    explanation = last(evaluated(block, A=RISING, B=RISING))
    assert kinds(explanation) == [
        ("group", 0),
        ("split", 0),
        ("group", 1),
        ("if", 2),
        ("asset", 3),
        ("asset", 3),
        ("asset", 1),
        ("cash", 1),
    ]
    assert [step.weight for step in explanation.steps[2:]] == pytest.approx([0.6, 0.6, 0.3, 0.3, 0.3, 0.1])
    assert [step.share for step in explanation.steps[2:]] == pytest.approx([0.6, None, 0.5, 0.5, 0.3, 0.1])
    assert explanation.cash == pytest.approx(0.1)


@pytest.mark.parametrize("block", ["[]", '(if (> (current-price "A") 200) [(asset "A")])'])
def test_an_empty_branch_is_cash(evaluated: Evaluate, block: str) -> None:
    explanation = last(evaluated(f'[(asset "A") {block}]', A=RISING))
    cash = [step for step in explanation.steps if isinstance(step, CashStep)]
    assert [step.weight for step in cash] == [0.5]


def test_a_block_with_weight_zero_is_no_part_of_the_path(evaluated: Evaluate) -> None:
    explanation = last(evaluated('(weight-specified 1 (asset "A") 0 (asset "B"))', A=RISING, B=RISING))
    assert kinds(explanation) == [("asset", 0)]


def test_a_filter_shows_every_candidate_in_the_order_of_ranks(evaluated: Evaluate) -> None:
    block = """(filter (cumulative-return {:window 1}) (select-bottom 2)
      [(asset "A") (asset "B") (group "late" [(asset "C")]) (asset "D" "short of history")])"""
    explanation = last(evaluated(block, A=[100, 104], B=[100, 101], C=[100, 102], D=[None, 100]))
    (step,) = (step for step in explanation.steps if isinstance(step, FilterStep))
    shown = [(found.name, found.rank, found.is_picked) for found in step.candidates]
    assert shown == [("B", 1, True), ('"late"', 2, True), ("A", 3, False), ("D", None, False)]
    assert [found.score for found in step.candidates] == pytest.approx([1, 2, 4, None])


def test_a_compound_shows_each_part_with_its_depth(evaluated: Evaluate) -> None:
    block = """(if (and (> (current-price "A") 1) (or (< (current-price "A") 1) (= (current-price "A") 103)))
      [(asset "A")] [])"""
    choice = last(evaluated(block, A=RISING)).steps[0]
    assert isinstance(choice, ChoiceStep)
    assert [(found.kind, found.depth, found.holds) for found in choice.condition] == [
        ("compound", 0, True),
        ("comparison", 1, True),
        ("compound", 1, True),
        ("comparison", 2, False),
        ("comparison", 2, True),
    ]
    assert isinstance(choice.condition[0], CompoundFinding)
    assert choice.condition[0].margin is not None


def test_a_block_that_was_explained_further_up_is_named(evaluated: Evaluate) -> None:
    part = '(if (> (current-price "A") 1) [(asset "A")] [])'
    explanation = last(evaluated(f'[(group "one" [{part}]) (group "two" [{part}])]', A=RISING))
    assert explanation.decisions == 1
    groups = [step.label for step in explanation.steps if isinstance(step, GroupStep)]
    assert groups == ["one"]
    repeat = explanation.steps[-1]
    assert isinstance(repeat, RepeatStep)
    assert (repeat.weight, repeat.name) == (0.5, '"two"')
    assert explanation.steps[repeat.step].kind == "group"


def test_a_session_without_a_signal_says_how_far_it_got_and_what_lacked(evaluated: Evaluate) -> None:
    block = """(if (> (current-price "A") 1)
      [(if (> (rsi "A" {:window 10}) 50) [(asset "A")] [])] [])"""
    explanation = last(evaluated(block, A=RISING))
    assert (explanation.is_defined, explanation.holdings, explanation.closest) == (False, (), None)
    assert explanation.missing == ("rsi {:window 10} of A needs 11 bars and had 4",)
    first, second = explanation.steps
    assert isinstance(first, ChoiceStep)
    assert isinstance(second, ChoiceStep)
    assert (first.branch, second.branch) == ("then", None)
    assert isinstance(second.condition[0], ComparisonFinding)
    assert second.condition[0].left.value is None


def test_a_very_long_path_is_cut_and_its_closest_call_is_not(evaluated: Evaluate) -> None:
    text = '(asset "A")'
    for number in range(2 * MOST_LINES):
        level = 102.999 if number == 0 else 50 + number / 100
        text = f'(if (> (current-price "A") {level}) [{text}] [])'
    explanation = last(evaluated(text, A=RISING))
    assert len(explanation.steps) == MOST_LINES
    assert explanation.omitted == MOST_LINES + 1
    assert explanation.decisions == 2 * MOST_LINES
    assert explanation.closest is not None
    assert explanation.closest.words == "price of A above 102.999"
    assert explanation.is_fragile


def test_nesting_of_ten_thousand_is_explained(evaluated: Evaluate) -> None:
    deep = "(weight-equal [" * 10_000 + '(asset "A") (asset "B")' + '] ) (asset "B")' * 10_000
    deep = deep.replace('] ) (asset "B")', "])", 10_000)
    explanation = last(evaluated(deep, A=RISING, B=RISING))
    assert isinstance(explanation.steps[0], SplitStep)
    assert len(explanation.steps) == 3


def test_labels_are_one_line_that_can_be_written(evaluated: Evaluate) -> None:
    explanation = last(evaluated(f'(group "two\nlines {"x" * 500}" [(asset "A")])', A=RISING))
    group = explanation.steps[0]
    assert isinstance(group, GroupStep)
    assert group.label.startswith("two lines xxx")
    assert len(group.label) == 120


def test_a_session_that_is_not_in_the_data_is_refused(evaluated: Evaluate) -> None:
    #
    with pytest.raises(DataError, match="2023-01-03 is not among the sessions"):
        evaluated('(asset "A")', A=RISING).explain(date(2023, 1, 3))


def test_a_session_is_explained_as_if_it_were_the_last(evaluated: Evaluate) -> None:
    #
    block = """(filter (rsi {:window 2}) (select-top 1)
      [(group "x" [(if (> (current-price "A") 101) [(asset "A")] [(asset "B")])]) (asset "B")])"""
    a, b = [100, 102, 101, 99, 104, 103, 90.0], [100, 99, 101, 103, 100, 104, 130.0]
    whole = evaluated(block, A=a, B=b)
    cut = evaluated(block, A=a[:6], B=b[:6])
    assert whole.explain(pd.Timestamp(whole.sessions[5])) == last(cut)


@RANDOM
@given(root=blocks(), seed=st.integers(0, 2**32 - 1))
def test_an_appended_session_is_explained_as_one_that_was_there_from_the_start(root: Tree, seed: int) -> None:
    symphony, closes = parse(text_of(root)), random_closes(seed, 30)
    (appended,) = LiveBook([evaluate(symphony, closes.iloc[:-1])]).append(closes.iloc[-1:])
    assert last(appended) == last(evaluate(symphony, closes))
