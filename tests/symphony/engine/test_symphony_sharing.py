"""Syntax nodes are equal where their meaning is; the graph holds each distinct one once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.symphony_fixtures import Frame

from alchemiser_dagster.errors import StrategyError
from alchemiser_dagster.symphony import Symphony, evaluate, parse
from alchemiser_dagster.symphony.engine.graph import graph_of
from alchemiser_dagster.symphony.syntax.blocks import Asset, Group, WeightEqual, WeightSpecified
from alchemiser_dagster.symphony.syntax.conditions import Comparison, Indicator, Reading
from alchemiser_dagster.symphony.syntax.source import Place

RSI = '(rsi "SPY" {:window 10})'


def symphony(block: str) -> Symphony:
    return parse(f'(defsymphony "x" {{}} {block})')


def test_equal_nodes_are_equal_and_hash_alike_wherever_they_stand() -> None:
    one = Group("a", (Asset("SPY", "S&P", Place(1, 1)),), Place(2, 2))
    other = Group("b", (Asset("SPY"),))
    assert one == other
    assert hash(one) == hash(other)
    assert one != WeightEqual((Asset("SPY"),))
    assert one != "something else"
    assert repr(one).startswith("<Group ")
    assert repr(one).endswith(" at 2:2>")


A, B = '(asset "A")', '(asset "B")'
DIFFERENT = (
    *(A, B, "[]", f"[{A}]", f"[{A} {B}]", f"[{B} {A}]", f"[{A} {A}]", f"[[{A}] {A}]", f'(group "g" {A})'),
    *(f"(weight-specified 0.5 {A})", f"(weight-specified 0.25 {A})", f"(weight-specified 0.5 {B})"),
    *(f"(weight-inverse-volatility 5 {A})", f"(weight-inverse-volatility 6 {A})"),
    *(f"(if (> {RSI} 1) {A})", f"(if (> {RSI} 1) {A} {A})", f"(if (> {RSI} 1) [] {A})"),
    *(f"(if (> {RSI} 1) [{A} {B}] [])", f"(if (> {RSI} 1) {A} {B})", f"(if (>= {RSI} 1) {A} {B})"),
    *(f"(if (> {RSI} 2) {A})", f"(if (> {RSI} {RSI}) {A})", f"(if (and (> {RSI} 1)) {A})"),
    *(f"(if (or (> {RSI} 1)) {A})", f"(if (or (> {RSI} 1) (> {RSI} 1)) {A})"),
    *(f'(if (> (rsi "SPY" {{:window 11}}) 1) {A})', f'(if (> (rsi "QQQ" {{:window 10}}) 1) {A})'),
    *(
        f"(filter (rsi {{:window 10}}) ({side} {k}) {A})"
        for side in ("select-top", "select-bottom")
        for k in (1, 2)
    ),
)


def test_what_means_something_else_is_not_equal() -> None:
    roots = [symphony(block).root for block in DIFFERENT]
    assert len(set(roots)) == len({root.key for root in roots}) == len(DIFFERENT)


def test_nodes_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Asset("SPY").symbol = "QQQ"  # type: ignore[misc]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Asset("spy"),
        lambda: Indicator("unknown"),
        lambda: Indicator("rsi"),
        lambda: Indicator("current-price", (3,)),
        lambda: Indicator("upper-bollinger", (3, float("inf"))),
        lambda: WeightSpecified((0.5,), ()),
        lambda: WeightSpecified((float("nan"),), (Asset("SPY"),)),
        lambda: Comparison(">", Reading(Indicator("current-price"), "SPY"), float("nan")),
    ],
)
def test_a_node_without_a_meaning_cannot_be_made(make: Callable[[], object]) -> None:
    with pytest.raises(StrategyError):
        make()


def test_an_indicator_is_written_as_the_text_writes_it() -> None:
    assert str(Indicator("upper-bollinger", (20, 2.5))) == "upper-bollinger {:window 20, :stdev 2.5}"
    assert str(Indicator("current-price")) == "current-price"


def test_each_indicator_condition_and_block_is_in_the_graph_once() -> None:
    block = f'(if (> {RSI} 70) [(asset "A" nil) (asset "B" nil)] [])'
    once = graph_of([symphony(block).root])
    often = graph_of([symphony(f'[{block} (group "g" [{block}]) {block}]').root, symphony(block).root])
    assert len(once.indicators.nodes) == len(often.indicators.nodes) == 1
    assert len(once.conditions.nodes) == len(often.conditions.nodes) == 1
    assert len(often.blocks.nodes) == len(once.blocks.nodes) + 1


def test_the_same_indicator_in_two_conditions_is_computed_once() -> None:
    graph = graph_of([symphony(f'(if (and (> {RSI} 70) (< {RSI} (rsi "SPY" {{:window 10.0}}))) [])').root])
    assert len(graph.indicators.nodes) == 1
    assert len(graph.conditions.nodes) == 3


@pytest.mark.parametrize(
    ("block", "sessions"),
    [
        ('(asset "A" nil)', 1),
        ("[]", 1),
        ('(if (> (rsi "A" {:window 10}) (current-price "A")) [])', 11),
        ('(if (or (> (rsi "A" {:window 10}) 1) (> (max-drawdown "A" {:window 30}) 1)) [])', 30),
        ('(filter (cumulative-return {:window 20}) (select-top 1) [(asset "A" nil)])', 21),
        ('(filter (cumulative-return {:window 20}) (select-top 1) [[(asset "A" nil)]])', 21),
        (
            """(filter (cumulative-return {:window 20}) (select-top 1)
                 [(filter (rsi {:window 10}) (select-top 1) [(asset "A" nil)]) (asset "B" nil)])""",
            31,
        ),
        ('(weight-inverse-volatility 5 [(if (> (rsi "A" {:window 10}) 1) [(asset "A" nil)])])', 16),
    ],
)
def test_warm_up_is_the_history_after_which_every_branch_is_defined(block: str, sessions: int) -> None:
    assert symphony(block).warm_up == sessions


def test_a_list_is_evaluated_in_its_order_and_may_be_empty(frame: Frame) -> None:
    closes = frame(A=[1.0, 2.0], B=[1.0, 2.0])
    names = [symphony('(asset "B" nil)'), symphony('(asset "A" nil)')]
    assert [list(one.target_weights.columns) for one in evaluate(names, closes)] == [["B"], ["A"]]
    assert evaluate([], closes) == []


def test_nested_filters_10_000_deep_evaluate(frame: Frame) -> None:
    depth = 10_000
    opening = "(filter (max-drawdown {:window 1}) (select-top 1) ["
    nested = symphony(opening * depth + '(asset "A" nil)' + "])" * depth)
    assert nested.warm_up == 1
    assert evaluate(nested, frame(A=[1.0, 2.0])).target_weights["A"].tolist() == [1.0, 1.0]


def test_what_only_parents_need_is_forgotten_when_they_are_done(frame: Frame) -> None:
    held = '[(asset "A" nil) [(asset "B" nil) (asset "A" nil)]]'
    block = f"(filter (max-drawdown {{:window 1}}) (select-top 1) [{held}])"
    evaluation = evaluate(symphony(block), frame(A=[1.0, 2.0], B=[2.0, 1.0]))
    assert evaluation.results._earned == {}
