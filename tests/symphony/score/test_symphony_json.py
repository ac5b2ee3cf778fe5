"""The JSON notation: each step and condition, in old keys and new, beside the same in text (section 8)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from alchemiser_dagster.errors import StrategyError
from alchemiser_dagster.symphony import Rebalance, Symphony, parse
from alchemiser_dagster.symphony.score.indicators import NAMES
from alchemiser_dagster.symphony.syntax.blocks import Asset, Group, If
from alchemiser_dagster.symphony.syntax.vocabulary import FORMULAS

Node = dict[str, Any]

SPY: Node = {"step": "asset", "ticker": "SPY", "name": "S&P 500", "exchange": "ARCX", "price": 601.5}
TLT: Node = {"step": "asset", "ticker": "TLT", "children": [], "children-count": 0}
RSI: Node = {"fn": "relative-strength-index", "params": {"window": 10}, "ticker": "SPY"}
SIGNAL = "{:short-window 12 :long-window 26 :smooth-window 9}"
FLAT: Node = {
    "lhs-fn": "relative-strength-index",
    "lhs-fn-params": {"window": 10},
    "lhs-val": "SPY",
    "comparator": "gt",
    "rhs-val": "79",
    "rhs-fixed-value?": True,
}


def score(*children: Node, **keys: object) -> str:
    return json.dumps({"step": "root", "name": "x", "rebalance": "daily", "children": children} | keys)


def from_json(*children: Node, **keys: object) -> Symphony:
    return parse(score(*children, **keys), "json", "x.json")


def from_text(block: str, options: str = "{}") -> Symphony:
    return parse(f'(defsymphony "x" {options} {block})')


def branch(*children: Node, **keys: object) -> Node:
    return {"step": "if-child", "id": "4f0c"} | keys | {"children": list(children)}


def choice(**keys: object) -> Node:
    other = branch(TLT, **{"is-else-condition?": True})
    return {"step": "if", "children": [branch(SPY, **keys), other]}


def asked(condition: Node) -> Node:
    return choice(condition=condition)


def without(node: Node, *keys: str) -> Node:
    return {key: value for key, value in node.items() if key not in keys}


def message(text: str) -> str:
    with pytest.raises(StrategyError) as caught:
        parse(text, "json", "x.json")
    assert caught.value.exit_code == 2
    return str(caught.value)


BLOCKS = [
    (SPY, '(asset "SPY")'),
    ({"step": "asset", "ticker": "EQUITIES::BRK/B//USD"}, '(asset "BRK.B")'),
    ({"step": "empty"}, "[]"),
    ({"step": "wt-cash-equal", "children": [SPY, TLT]}, '[(asset "SPY") (asset "TLT")]'),
    ({"step": "wt-cash-equal"}, "[]"),
    ({"step": "wt-cash-equal", "children": None}, "[]"),
    ({"step": "group", "name": "g", "children": [SPY]}, '(group "g" [(asset "SPY")])'),
    ({"step": "group", "children": [SPY, TLT]}, '(group "" [(asset "SPY") (asset "TLT")])'),
    (
        {
            "step": "wt-cash-specified",
            "children": [
                SPY | {"weight": {"num": 35, "den": 100}},
                TLT | {"weight": {"num": "33.3", "den": "100"}},
                {"step": "empty", "weight": {"num": 0, "den": 1}},
            ],
        },
        '(weight-specified 0.35 (asset "SPY") 0.333 (asset "TLT") 0 [])',
    ),
    (
        {"step": "wt-cash-specified", "children": [SPY | {"weight": {"num": 1, "den": 3}}]},
        f'(weight-specified {1 / 3!r} (asset "SPY"))',
    ),
    (
        {"step": "wt-inverse-vol", "window-days": "20", "children": [SPY, TLT]},
        '(weight-inverse-volatility 20 [(asset "SPY") (asset "TLT")])',
    ),
    (
        {
            "step": "filter",
            "sort-by?": True,
            "sort-by-fn": "cumulative-return",
            "sort-by-fn-params": {"window": 20},
            "select?": True,
            "select-fn": "top",
            "select-n": "1",
            "children": [SPY, TLT],
        },
        '(filter (cumulative-return {:window 20}) (select-top 1) [(asset "SPY") (asset "TLT")])',
    ),
    (
        {
            "step": "filter",
            "sort-by-fn": "standard-deviation-return",
            "sort-by-window-days": "20",
            "select-fn": "bottom",
            "select-n": 2,
            "children": [SPY, {"step": "group", "name": "g", "children": [TLT]}],
        },
        '(filter (stdev-return {:window 20}) (select-bottom 2) [(asset "SPY") (group "g" [(asset "TLT")])])',
    ),
    (
        {
            "step": "filter",
            "sort-by-fn": "current-price",
            "sort-by-fn-params": None,
            "sort-by-window-days": "",
            "select-fn": "top",
            "select-n": 1,
            "children": [SPY],
        },
        '(filter (current-price) (select-top 1) [(asset "SPY")])',
    ),
]


@pytest.mark.parametrize(("node", "text"), BLOCKS)
def test_a_step_is_the_block_of_the_text(node: Node, text: str) -> None:
    assert from_json(node).root == from_text(text).root
    assert from_json(node).digest == from_text(text).digest


@pytest.mark.parametrize(
    ("keys", "condition"),
    [
        (FLAT, '(> (rsi "SPY" {:window 10}) 79)'),
        (FLAT | {"rhs-val": 79.5}, '(> (rsi "SPY" {:window 10}) 79.5)'),
        (without(FLAT, "rhs-fixed-value?"), '(> (rsi "SPY" {:window 10}) 79)'),
        (FLAT | {"rhs-fn": "current-price"}, '(> (rsi "SPY" {:window 10}) 79)'),
        (FLAT | {"lhs-fn-params": {"window": "10", "short-window": 3}}, '(> (rsi "SPY" {:window 10}) 79)'),
        (FLAT | {"lhs-fn-params": {"window-days": 10}}, '(> (rsi "SPY" {:window 10}) 79)'),
        (FLAT | {"lhs-window-days": "200"}, '(> (rsi "SPY" {:window 10}) 79)'),
        (without(FLAT, "lhs-fn-params") | {"lhs-window-days": "10"}, '(> (rsi "SPY" {:window 10}) 79)'),
        (FLAT | {"lhs-fn-params": {}, "lhs-window-days": 10}, '(> (rsi "SPY" {:window 10}) 79)'),
        (FLAT | {"lhs-fn": "rsi"}, '(> (rsi "SPY" {:window 10}) 79)'),
        (FLAT | {"lhs-fn": "current-price"}, '(> (current-price "SPY") 79)'),
        (FLAT | {"lhs-fn": "current-price", "lhs-window-days": ""}, '(> (current-price "SPY") 79)'),
        (
            {
                "lhs-fn": "current-price",
                "lhs-val": "SPY",
                "comparator": "lte",
                "rhs-fixed-value?": False,
                "rhs-fn": "moving-average-price",
                "rhs-window-days": "200",
                "rhs-val": "EQUITIES::SPY//USD",
            },
            '(<= (current-price "SPY") (moving-average-price "SPY" {:window 200}))',
        ),
        (
            FLAT
            | {
                "rhs-fixed-value?": None,
                "rhs-fn": "max-drawdown",
                "rhs-fn-params": {"window": 5},
                "rhs-val": "TLT",
            },
            '(> (rsi "SPY" {:window 10}) (max-drawdown "TLT" {:window 5}))',
        ),
        (
            FLAT
            | {
                "lhs-fn": "percentage-price-oscillator-signal",
                "lhs-fn-params": {"smooth-window": 9, "short-window": 12, "long-window": 26},
            },
            f'(> (percentage-price-oscillator-signal "SPY" {SIGNAL}) 79)',
        ),
        (
            FLAT | {"lhs-fn": "upper-bollinger", "lhs-fn-params": {"window": 20, "stdev": "2.5"}},
            '(> (upper-bollinger "SPY" {:window 20 :stdev 2.5}) 79)',
        ),
    ],
)
def test_flat_keys_say_one_comparison(keys: Node, condition: str) -> None:
    expected = from_text(f'(if {condition} [(asset "SPY")] [(asset "TLT")])')
    assert from_json(choice(**keys)).root == expected.root


@pytest.mark.parametrize(
    ("written", "operator"), [("gt", ">"), ("gte", ">="), ("lt", "<"), ("lte", "<="), ("eq", "=")]
)
def test_comparators_have_names(written: str, operator: str) -> None:
    expected = from_text(f'(if ({operator} (rsi "SPY" {{:window 10}}) 79) [(asset "SPY")] [(asset "TLT")])')
    assert from_json(choice(**(FLAT | {"comparator": written}))) == expected


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=lambda formula: formula.name)
def test_every_indicator_has_its_name_and_parameters(formula: Any) -> None:
    values = {"window": 20, "short-window": 12, "long-window": 26, "smooth-window": 9, "stdev": 2}
    given = {key: values[key] for key in formula.parameters}
    pairs = " ".join(f":{key} {value}" for key, value in given.items())
    keys = FLAT | {"lhs-fn": formula.score_name, "lhs-fn-params": given}
    expected = from_text(f'(if (> ({formula.name} "SPY" {{{pairs}}}) 79) [(asset "SPY")] [(asset "TLT")])')
    assert from_json(choice(**keys)) == expected
    assert NAMES[formula.name] == formula.name


BINARY: Node = {"condition-type": "binary", "lhs": RSI, "comparator": "lt", "rhs": {"constant": 30}}
EACH: Node = {
    "condition-type": "binary-compound",
    "operator": "any",
    "tickers": ["SPY", "TLT"],
    "lhs": RSI | {"ticker": "%"},
    "comparator": "gt",
    "rhs": {"constant": "75"},
}
SPY_30 = '(< (rsi "SPY" {:window 10}) 30)'
TWO_OF_75 = '(> (rsi "SPY" {:window 10}) 75) (> (rsi "TLT" {:window 10}) 75)'


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (BINARY, SPY_30),
        (without(BINARY, "condition-type"), SPY_30),
        (BINARY | {"rhs": 30}, SPY_30),
        (BINARY | {"rhs": "30"}, SPY_30),
        (BINARY | {"rhs": {"fixed-value": "30"}}, SPY_30),
        (BINARY | {"rhs": {"value": 30.0}}, SPY_30),
        (BINARY | {"lhs": without(RSI, "params") | {"window-days": "10"}}, SPY_30),
        (
            BINARY | {"rhs": {"fn": "current-price", "ticker": "TLT"}},
            '(< (rsi "SPY" {:window 10}) (current-price "TLT"))',
        ),
        ({"condition-type": "compound", "operator": "all", "conditions": [BINARY]}, f"(and {SPY_30})"),
        (
            {"condition-type": "compound", "operator": "any", "conditions": [BINARY, EACH, BINARY]},
            f"(or {SPY_30} (or {TWO_OF_75}) {SPY_30})",
        ),
        (EACH, f"(or {TWO_OF_75})"),
        (EACH | {"operator": "all"}, f"(and {TWO_OF_75})"),
        (EACH | {"tickers": ["EQUITIES::SPY//USD"]}, '(or (> (rsi "SPY" {:window 10}) 75))'),
        (
            EACH | {"tickers": ["TLT"], "rhs": {"fn": "current-price", "ticker": "%"}},
            '(or (> (rsi "TLT" {:window 10}) (current-price "TLT")))',
        ),
        (
            EACH | {"tickers": ["TLT"], "rhs": RSI},
            '(or (> (rsi "TLT" {:window 10}) (rsi "SPY" {:window 10})))',
        ),
    ],
)
def test_a_condition_object_says_more_than_flat_keys(condition: Node, text: str) -> None:
    expected = from_text(f'(if {text} [(asset "SPY")] [(asset "TLT")])')
    assert from_json(asked(condition)).root == expected.root


def test_a_condition_object_wins_over_flat_keys() -> None:
    assert from_json(choice(**FLAT, condition=BINARY)) == from_json(asked(BINARY))
    assert from_json(choice(**FLAT, condition=None)) == from_json(choice(**FLAT))


@pytest.mark.parametrize("flags", [(False, True), (None, True), ("false", "true")])
def test_the_branches_may_stand_in_any_order(flags: tuple[object, object]) -> None:
    then = branch(SPY, **FLAT, **{"is-else-condition?": flags[0]})
    # flat keys left behind in the other branch count for nothing
    other = branch(TLT, **(FLAT | {"comparator": "left behind", "is-else-condition?": flags[1]}))
    one = from_json({"step": "if", "children": [then, other]})
    assert one == from_json({"step": "if", "children": [other, then]}) == from_json(choice(**FLAT))


def test_a_branch_holds_any_number_of_blocks() -> None:
    other = branch(**{"is-else-condition?": True})
    several = from_json({"step": "if", "children": [branch(SPY, TLT, **FLAT), other]})
    expected = from_text('(if (> (rsi "SPY" {:window 10}) 79) [(asset "SPY") (asset "TLT")] [])')
    assert several.digest == expected.digest
    assert isinstance(several.root, If)
    assert several.root.otherwise == ()


@pytest.mark.parametrize(
    ("keys", "rule"),
    [
        ({"rebalance": "daily"}, Rebalance("daily")),
        ({"rebalance": "weekly", "rebalance-corridor-width": None}, Rebalance("weekly")),
        ({"rebalance": "monthly"}, Rebalance("monthly")),
        ({"rebalance": "quarterly"}, Rebalance("quarterly")),
        ({"rebalance": "yearly"}, Rebalance("yearly")),
        ({"rebalance": None}, Rebalance("daily")),
        ({"rebalance": "none", "rebalance-corridor-width": 0.05}, Rebalance(None, 0.05)),
        ({"rebalance": "none", "rebalance-corridor-width": "0.075"}, Rebalance(None, 0.075)),
        ({"rebalance": None, "rebalance-corridor-width": 0.05}, Rebalance(None, 0.05)),
    ],
)
def test_the_root_says_when_to_trade(keys: Node, rule: Rebalance) -> None:
    assert from_json(SPY, **keys).rebalance == rule


def test_several_children_of_the_root_share_equally() -> None:
    assert from_json(SPY, TLT) == from_text('(asset "SPY") (asset "TLT")')


@pytest.mark.parametrize("wrapper", ["score", "symphony"])
def test_a_score_may_be_wrapped_once(wrapper: str) -> None:
    assert parse(f'{{"id": 7, "{wrapper}": {score(SPY)}}}', "json") == from_json(SPY)


def test_labels_and_places_are_kept() -> None:
    symphony = parse(
        '{"step": "root", "name": "n",\n "children": [{"step": "group", "name": "g",\n'
        '  "children": [{"step": "asset", "ticker": "SPY", "name": "S&P 500"}]}]}',
        "json",
    )
    group = symphony.root
    assert symphony.name == "n"
    assert isinstance(group, Group)
    assert (group.label, group.place) == ("g", (2, 15))
    (asset,) = group.children
    assert isinstance(asset, Asset)
    assert (asset.label, asset.place) == ("S&P 500", (3, 16))


def test_keys_that_a_step_has_no_use_for_may_hold_anything() -> None:
    noise = {"id": 1, "window-days": "x", "weight": {"num": "left", "den": 0}, "price": [], "collapsed?": {}}
    assert from_json(SPY | noise) == from_json(SPY)
    assert from_json({"step": "group", "name": "g", "children": [SPY | noise]} | noise).symbols == ("SPY",)


def test_a_key_that_stands_twice_is_an_error_where_it_matters() -> None:
    assert parse(score(SPY).replace('"price": 601.5', '"price": 1, "price": 2'), "json") == from_json(SPY)
    twice = score(SPY).replace('"ticker": "SPY"', '"ticker": "TLT", "ticker": "SPY"')
    assert message(twice).startswith(
        'x.json:1:111 (children[0].ticker): "ticker" stands in this object twice. Keep one of the two\n'
    )


def test_an_error_names_place_path_source_line_and_caret() -> None:
    text = score(choice(**(FLAT | {"lhs-fn": "rsx"}))).replace('"lhs-fn"', '\n  "lhs-fn"', 1)
    first, excerpt, caret = message(text).split("\n")
    assert first == (
        "x.json:2:13 (children[0].children[0].lhs-fn): there is no indicator rsx. Did you mean rsi?"
    )
    assert excerpt[caret.index("^") :].startswith('"rsx"')


@pytest.mark.parametrize(
    ("node", "start"),
    [
        (
            asked(BINARY | {"rhs": {"constant": 1, "value": 2}}),
            'rhs): either "constant" or one function may stand',
        ),
        (asked(BINARY | {"rhs": RSI | {"constant": 1}}), 'rhs): either "constant" or one function may stand'),
        (asked(BINARY | {"rhs": True}), 'rhs): "rhs" must be a number, not true'),
        (asked(EACH | {"tickers": ["SPY", None]}), "tickers[1]): expected a ticker, not null"),
        (choice(**(FLAT | {"rhs-val": "1e999"})), 'rhs-val): the number of "rhs-val" is too large'),
        (
            choice(**(FLAT | {"rhs-fixed-value?": "yes"})),
            'rhs-fixed-value?): "rhs-fixed-value?" must be true or',
        ),
        (
            choice(**(FLAT | {"lhs-fn-params": {"window": 2.5}})),
            'lhs-fn-params.window): "window" of relative-str',
        ),
        (
            choice(**(FLAT | {"lhs-fn-params": 10})),
            'lhs-fn-params): "lhs-fn-params" must be an object, not the',
        ),
        (choice(**(FLAT | {"lhs-fn": "\u001b[31m"})), "lhs-fn): there is no indicator  [31m. Known are"),
        (
            {"step": "wt-inverse-vol", "window-days": 2.5},
            'window-days): "window-days" must be a whole number',
        ),
        ({"step": "asset", "ticker": 7}, 'ticker): "ticker" must be a string, not the number 7'),
    ],
)
def test_what_has_no_meaning_is_refused_with_its_path(node: Node, start: str) -> None:
    assert start in message(score(node)).split("\n")[0]


def test_the_path_of_a_deep_error_is_cut_in_the_middle() -> None:
    text = '{"step": "group", "children": [' * 500 + '{"step": "assets"}' + "]}" * 500
    said = message(score().replace('"children": []', f'"children": [{text}]'))
    where = said.partition(":")[2].partition(")")[0]
    assert "…" in where
    assert where.endswith("children[0].step")
    assert len(where) < 200


DEPTH = 10_000
WEIGHT = '"weight": {"num": 1, "den": 1}'
OTHER = '{"step": "if-child", "is-else-condition?": true}'


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ('{"step": "group", "children": [', "]}"),
        (f'{{"step": "wt-cash-specified", {WEIGHT}, "children": [', "]}"),
        (f'{{"step": "if", "children": [{json.dumps(branch(**FLAT))[:-2]}', f"]}}, {OTHER}]}}"),
    ],
)
def test_nesting_of_10_000_reads(opening: str, closing: str) -> None:
    nested = opening * DEPTH + json.dumps(SPY | {"weight": {"num": 1, "den": 1}}) + closing * DEPTH
    assert parse(score().replace("[]", f"[{nested}]"), "json").symbols == ("SPY",)


def test_conditions_nested_10_000_deep_read() -> None:
    nested = '{"condition-type": "compound", "operator": "any", "conditions": [' * DEPTH
    text = score(asked({})).replace(
        '"condition": {}', f'"condition": {nested}{json.dumps(BINARY)}{"]}" * DEPTH}'
    )
    assert parse(text, "json").symbols == ("SPY", "TLT")


@pytest.mark.parametrize(
    "text",
    [
        " " * 1_000_000,
        "{" + " " * 1_000_000,
        '{"' + '\\"' * 500_000,
        '"' * 1_000_000,
        "[" * 100_000,
        "9" * 100_000,
    ],
    ids=["blanks", "blanks inside", "escapes without an end", "quotes", "brackets", "digits"],
)
def test_much_of_nothing_is_refused_without_being_looked_at_again_and_again(text: str) -> None:
    assert message(text).startswith("x.json:1:")


@pytest.mark.parametrize(
    ("text", "start"),
    [
        (
            '{"step": "a\u0001b"}',
            "x.json:1:12: a control character can't stand in a string. Write \\u0001 instead",
        ),
        ('["abc', "x.json:1:2: this string is never closed"),
        ('{"step": ["abc', "x.json:1:11: this string is never closed"),
        ('["a": 2]', "x.json:1:2: a key can't stand in an array"),
        ('{"step":', 'x.json:1:1: "{" is never closed'),
    ],
)
def test_a_string_that_is_none_is_refused_where_it_stands(text: str, start: str) -> None:
    assert message(text).startswith(start)
