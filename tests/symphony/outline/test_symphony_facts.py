"""What a symphony is said to be made of."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from support.examples import examples
from support.symphony_mutation import block_paths, part_at
from support.symphony_random import Tree, blocks, text_of

from alchemiser_dagster.symphony import Rebalance, Symphony, parse
from alchemiser_dagster.symphony.outline.facts import Facts, IndicatorUse, facts_of, rebalance_text
from alchemiser_dagster.symphony.syntax.blocks import Asset, Block, Group

TEXT = """
(defsymphony "Example" {:rebalance-frequency :weekly}
  (weight-specified
    0.5 (if (and (> (rsi "QQQ" {:window 10}) 70) (< (rsi "QQQ" {:window 10}) (rsi "VIX" {:window 10})))
          [(asset "SPY")]
          [(group "calm" [(asset "TLT") (asset "BIL")])])
    0.5 (filter (stdev-return {:window 20}) (select-bottom 1) [
          (asset "SPY")
          (group "nested" [
            (filter (rsi {:window 10}) (select-top 1) [
              (asset "SPY")
              (group "calm" [(asset "TLT") (asset "BIL")])])])])))
"""


def facts(text: str = TEXT) -> Facts:
    return facts_of(parse(text))


def use(name: str) -> IndicatorUse:
    (found,) = (use for use in facts().indicators if use.indicator.name == name)
    return found


def test_forms_are_counted_by_kind_and_by_meaning() -> None:
    found = {kind.kind: (kind.count, kind.distinct) for kind in facts().kinds}
    assert found == {
        "weight-specified": (1, 1),
        "if": (1, 1),
        "filter": (2, 2),
        "group": (3, 2),
        "asset": (7, 3),
        "and": (1, 1),
        "comparison": (2, 2),
    }


def test_sizes_are_those_of_the_text() -> None:
    assert facts().forms == TEXT.count("(")
    assert facts().depth == 6
    assert facts().warm_up == parse(TEXT).warm_up


def test_price_paths_are_counted_where_a_scored_block_scores_blocks() -> None:
    assert facts().path_levels == 2
    assert facts('(defsymphony "x" (filter (rsi {:window 2}) (select-top 1) [(asset "A")]))').path_levels == 0


def test_symbols_held_are_told_from_those_only_looked_at() -> None:
    assert facts().held == ("BIL", "SPY", "TLT")
    assert facts().only_read == ("QQQ", "VIX")


def test_readings_and_scores_of_an_indicator_are_counted() -> None:
    rsi, deviation = use("rsi"), use("stdev-return")
    assert rsi.readings == {"QQQ": 2, "VIX": 1}
    assert (rsi.asset_scores, rsi.path_scores, rsi.paths) == ({"SPY": 1}, 1, 1)
    assert (deviation.readings, deviation.asset_scores, deviation.path_scores) == ({}, {"SPY": 1}, 1)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rebalance("daily"), "every session"),
        (Rebalance("weekly"), "first session of each week"),
        (Rebalance("monthly"), "first session of each month"),
        (Rebalance("quarterly"), "first session of each quarter"),
        (Rebalance("yearly"), "first session of each year"),
        (
            Rebalance(None, 0.05),
            "when a weight is more than 5 percentage points off, or the symbols change",
        ),
    ],
)
def test_the_rule_is_said_in_words(rule: Rebalance, words: str) -> None:
    assert rebalance_text(rule) == words


@settings(max_examples=examples(60))
@given(root=blocks())
def test_forms_are_the_parentheses_and_the_bare_vectors_of_the_text(root: Tree) -> None:
    text = text_of(root)
    vectors = sum(part_at(root, path)[0] == "vector" for path in block_paths(root))
    assert facts(text).forms == text.count("(") + vectors


def test_a_tree_of_shared_parts_costs_its_distinct_parts() -> None:
    block: Block = Asset("SPY")
    for level in range(200):
        block = Group(f"level {level}", (block, block))
    found = facts_of(Symphony("doubling", block, Rebalance()))
    assert {kind.kind: (kind.count, kind.distinct) for kind in found.kinds} == {
        "asset": (2**200, 1),
        "group": (2**200 - 1, 200),
    }
    assert found.depth == 201


def test_a_nesting_of_ten_thousand_is_counted() -> None:
    depth = 10_000
    opening = '(if (> (rsi "SPY" {:window 10}) 70) [(asset "SPY")] ['
    found = facts(f'(defsymphony "deep" {opening * depth}(asset "TLT"){"])" * depth})')
    assert (found.depth, found.forms) == (depth + 1, 4 * depth + 2)
