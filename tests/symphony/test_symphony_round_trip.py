"""Each notation says all that the other says: written and read again, a symphony is the same (section 8)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.symphony_random import Tree, blocks, text_of

from alchemiser_dagster.symphony import Symphony, load, parse
from alchemiser_dagster.symphony.score.writer import fraction_of, to_json
from alchemiser_dagster.symphony.syntax.blocks import Asset, Group, children_of
from alchemiser_dagster.symphony.text.writer import to_text

STRATEGIES = Path(__file__).parents[2] / "alchemiser_dagster" / "strategies"
DEPTH = 10_000
OPTIONS = (
    "{}",
    "{:rebalance-frequency :monthly}",
    "{:rebalance-frequency :none, :rebalance-threshold 0.05}",
    "{:rebalance-threshold 0.1234567890123}",
)


def labels(symphony: Symphony) -> list[tuple[str, str | None]]:
    """Kinds and labels of all blocks, parents first."""
    found: list[tuple[str, str | None]] = []
    waiting = [symphony.root]
    while waiting:
        block = waiting.pop()
        label = block.label if isinstance(block, Asset | Group) else None
        found.append((type(block).__name__, label))
        waiting.extend(reversed(children_of(block)))
    return found


def assert_same(one: Symphony, other: Symphony) -> None:
    assert (other.name, other.rebalance, other.digest) == (one.name, one.rebalance, one.digest)
    assert labels(other) == labels(one)


def assert_survives(symphony: Symphony) -> None:
    from_json = parse(to_json(symphony), "json")
    assert_same(symphony, from_json)
    from_text = parse(to_text(symphony))
    assert_same(symphony, from_text)
    assert to_json(from_text) == to_json(symphony)
    assert to_text(from_json) == to_text(symphony)


@settings(max_examples=examples(60), deadline=None)
@given(tree=blocks(), options=st.sampled_from(OPTIONS))
def test_a_random_symphony_survives_both_notations(tree: Tree, options: str) -> None:
    assert_survives(parse(text_of(tree, options)))


@settings(max_examples=examples(60), deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_names_and_labels_survive_whatever_they_are_made_of(label: str) -> None:
    written = label.replace("\\", "\\\\").replace('"', '\\"')
    assert_survives(parse(f'(defsymphony "{written}" (group "{written}" [(asset "A" "{written}")]))'))


@pytest.mark.parametrize("file", sorted(STRATEGIES.glob("*.clj")), ids=lambda file: file.stem)
def test_the_strategies_that_come_along_survive_and_stay_inside_100_columns(file: Path) -> None:
    symphony = load(file)
    assert_survives(symphony)
    assert max(map(len, to_text(symphony).splitlines())) <= 100
    assert json.loads(to_json(symphony))["step"] == "root"


@pytest.mark.parametrize(
    ("weight", "fraction"),
    [
        (0.35, ("35", "100")),
        (0.125, ("125", "1000")),
        (1.0, ("100", "100")),
        (0.0, ("0", "100")),
        (-0.0, ("-0.0", "1")),
        (1 / 3, ("1", "3")),
        (1e-05, ("1", "100000")),
        (0.1234567890123, ("0.1234567890123", "1")),
    ],
)
def test_a_weight_is_written_as_a_fraction(weight: float, fraction: tuple[str, str]) -> None:
    assert fraction_of(weight) == fraction


@settings(max_examples=examples(60), deadline=None)
@given(weight=st.floats(0, 1))
def test_every_weight_is_read_as_the_very_same_number(weight: float) -> None:
    assert_survives(parse(f'(defsymphony "x" (weight-specified {weight!r} (asset "A")))'))


@settings(max_examples=examples(60), deadline=None)
@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_read_as_the_very_same_number(number: float) -> None:
    assert_survives(parse(f'(defsymphony "x" (if (> (current-price "A") {number!r}) [(asset "A")]))'))


def assert_digest_survives(symphony: Symphony) -> None:
    assert parse(to_json(symphony), "json").digest == symphony.digest
    assert parse(to_text(symphony)).digest == symphony.digest


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("[", "]"),
        ('(group "g" [', "])"),
        ('(if (> (current-price "SPY") 1) [', "])"),
        ("(weight-specified 0.5 ", ")"),
    ],
)
def test_nesting_of_10_000_survives(opening: str, closing: str) -> None:
    text = f'(defsymphony "deep" {opening * DEPTH}(asset "SPY"){closing * DEPTH})'
    assert_digest_survives(parse(text))


def test_conditions_nested_10_000_deep_survive() -> None:
    condition = "(and " * DEPTH + '(> (current-price "SPY") 1)' + ")" * DEPTH
    assert_digest_survives(parse(f'(defsymphony "deep" (if {condition} [(asset "SPY")]))'))
