"""Whatever is written in JSON reads, or is refused with a place: scores with members and characters changed.

`SYMPHONY_EXAMPLES` says how many of each are tried.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.symphony_fuzz import FUZZED, Edit, edited, edits, read_or_refused
from support.symphony_random import Tree, blocks, text_of

import alchemiser_dagster
from alchemiser_dagster.errors import StrategyError
from alchemiser_dagster.symphony import Symphony, load, parse
from alchemiser_dagster.symphony.score.elements import ELEMENT
from alchemiser_dagster.symphony.score.reader import read_json
from alchemiser_dagster.symphony.score.values import Array, Object, Value
from alchemiser_dagster.symphony.score.writer import to_json
from alchemiser_dagster.symphony.syntax.source import Source

Change = tuple[str, float, object]
Place = tuple[Any, Any]

FOLDER = Path(alchemiser_dagster.__file__).parent / "strategies"
SHIPPED = [to_json(load(file)) for file in sorted(FOLDER.glob("*.clj"))]
READING = {"fn": "relative-strength-index", "params": {"window": 10}, "ticker": "%"}
EVERYTHING: dict[str, Any] = {
    "step": "root",
    "name": "x",
    "rebalance": "none",
    "rebalance-corridor-width": "0.05",
    "children": [
        {
            "step": "if",
            "children": [
                {
                    "step": "if-child",
                    "condition": {
                        "condition-type": "compound",
                        "operator": "any",
                        "conditions": [
                            {
                                "condition-type": "binary-compound",
                                "operator": "all",
                                "tickers": ["SPY", "TLT"],
                                "lhs": READING,
                                "comparator": "gt",
                                "rhs": {"constant": "75"},
                            },
                            {
                                "condition-type": "binary",
                                "lhs": READING | {"ticker": "SPY"},
                                "comparator": "lte",
                                "rhs": READING | {"ticker": "TLT"},
                            },
                        ],
                    },
                    "children": [
                        {"step": "asset", "ticker": "EQUITIES::SPY//USD", "name": '\U0001f600 \\ "'}
                    ],
                },
                {
                    "step": "if-child",
                    "is-else-condition?": True,
                    "children": [
                        {
                            "step": "wt-inverse-vol",
                            "window-days": "20",
                            "children": [
                                {
                                    "step": "group",
                                    "name": "g",
                                    "children": [{"step": "asset", "ticker": "A"}],
                                },
                                {
                                    "step": "filter",
                                    "sort-by-fn": "max-drawdown",
                                    "sort-by-window-days": "20",
                                    "select-fn": "top",
                                    "select-n": "1",
                                    "children": [{"step": "asset", "ticker": "B"}, {"step": "empty"}],
                                },
                            ],
                        }
                    ],
                },
            ],
        },
        {
            "step": "if",
            "children": [
                {
                    "step": "if-child",
                    "lhs-fn": "upper-bollinger",
                    "lhs-fn-params": {"window": 10, "stdev": 2},
                    "lhs-val": "SPY",
                    "comparator": "gt",
                    "rhs-fn": "exponential-moving-average-price",
                    "rhs-window-days": "10",
                    "rhs-val": "TLT",
                    "children": [],
                },
                {"step": "if-child", "is-else-condition?": True},
            ],
        },
        {
            "step": "wt-cash-specified",
            "children": [{"step": "asset", "ticker": "SPY", "weight": {"num": "33.3", "den": 100}}],
        },
    ],
}
KEYS = ("step", "children", "weight", "condition", "ticker", "params", "rhs", "lhs-fn", "name", "rebalance")
VALUES = st.one_of(
    st.sampled_from(
        (
            *(
                None,
                True,
                False,
                0,
                -1,
                0.5,
                7,
                1e300,
                2**70,
                "",
                "0",
                "-1",
                "1e999",
                "nan",
                "7",
                "true",
                "%",
            ),
            *(
                "SPY",
                "spy",
                "\x1b[31m",
                "\ud83d",
                "\u2028",
                "root",
                "if",
                "if-child",
                "empty",
                "filter",
                "group",
            ),
            *("wt-cash-specified", "wt-marketcap", "compound", "binary-compound", "rsi", "current-price"),
            *([], {}, [[]], [None], ["SPY"], [{}], {"step": "empty"}, {"num": 1, "den": 0}, {"window": 0}),
        )
    ),
    st.text(max_size=5),
    st.floats(allow_nan=True, allow_infinity=True),
)
CHANGES = st.lists(
    st.tuples(st.sampled_from(("drop", "replace", "wrap", "copy", "rename")), st.floats(0, 1), VALUES),
    min_size=1,
    max_size=4,
)
CHARACTERS = st.one_of(
    st.sampled_from("{}[]\",:\\/ \r\n\t0123456789-+.eEtruefalsn'#\0\x85\u2028\ufeffé日"), st.characters()
)
TOKENS = st.sampled_from(
    (
        *("{", "}", "[", "]", ",", ":", '"', "\\", "\n", " ", "null", "true", "NaN", "-", "0", "01", "1e999"),
        *('"step":', '"root"', '"children":[', '"ticker":"SPY"', '"\\ud83d"', '"\\x"', '"name":"x"'),
        *('{"step":"empty"}', '{"step":"group","children":[', '{"step":"asset","ticker":"A"}', "//", "'a'"),
    )
)


def places(document: object) -> list[Place]:
    """Every container of a document with every key or position in it."""
    found: list[Place] = []
    waiting = [document]
    while waiting:
        container = waiting.pop()
        if isinstance(container, dict | list):
            inside = container.items() if isinstance(container, dict) else enumerate(container)
            found += ((container, key) for key, _ in inside)
            waiting += (value for _, value in inside)
    return found


def changed(document: dict[str, Any], changes: list[Change]) -> str:
    mutant = copy.deepcopy(document)
    for what, where, value in changes:
        spots = places(mutant)
        if spots:
            container, key = spots[round(where * (len(spots) - 1))]
            change(container, key, what, value)
    return json.dumps(mutant)


def change(container: Any, key: Any, what: str, value: object) -> None:
    match what:
        case "drop":
            del container[key]
        case "replace":
            container[key] = copy.deepcopy(value)
        case "wrap":
            container[key] = [container[key]]
        case "copy":
            container[key] = copy.deepcopy(container)
        case "rename" if isinstance(container, dict):
            container[str(value)] = container.pop(key)


def plain(value: Value) -> object:
    if isinstance(value, Object):
        return {key: plain(item) for key, item in value.members.items()}
    return [plain(item) for item in value.items] if isinstance(value, Array) else value


def test_what_is_changed_can_be_read_unchanged() -> None:
    assert parse(json.dumps(EVERYTHING), "json").symbols == ("A", "B", "SPY", "TLT")


@FUZZED
@given(changes=CHANGES)
def test_a_score_with_members_changed(changes: list[Change]) -> None:
    read_or_refused(changed(EVERYTHING, changes), "json")


@FUZZED
@given(text=st.sampled_from([*SHIPPED, json.dumps(EVERYTHING)]), changes=edits(CHARACTERS))
def test_a_score_with_characters_changed(text: str, changes: list[Edit]) -> None:
    read_or_refused(edited(text, changes), "json")


@FUZZED
@given(text=st.sampled_from([*SHIPPED, json.dumps(EVERYTHING, indent=1)]), changes=edits(TOKENS))
def test_a_score_with_tokens_changed(text: str, changes: list[Edit]) -> None:
    read_or_refused(edited([element[0] for element in ELEMENT.finditer(text)], changes), "json")


@FUZZED
@given(tree=blocks(), changes=CHANGES)
def test_a_random_score_with_members_changed(tree: Tree, changes: list[Change]) -> None:
    document = json.loads(to_json(parse(text_of(tree))))
    result = read_or_refused(changed(document, changes), "json")
    if isinstance(result, Symphony):
        assert parse(to_json(result), "json").digest == result.digest


@FUZZED
@given(text=st.text(CHARACTERS, max_size=40))
def test_any_text(text: str) -> None:
    read_or_refused(text, "json")


@FUZZED
@given(tokens=st.lists(TOKENS, max_size=30))
def test_what_python_reads_strictly_is_read_the_same(tokens: list[str]) -> None:
    text = "".join(tokens)
    try:
        expected = json.loads(text, parse_constant=refused, parse_int=float)
    except ValueError:
        with pytest.raises(StrategyError):
            read_json(Source("x", text))
    else:
        assert plain(read_json(Source("x", text))) == without_half_pairs(expected)


def refused(word: str) -> object:
    raise ValueError(word)


def without_half_pairs(value: Any) -> object:
    return json.loads(json.dumps(value).replace("\\ud83d", "\\ufffd"))
