"""The structural difference: complete, silent where there is none, and said in the right words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from support.examples import examples
from support.symphony_mutation import legible, mutations
from support.symphony_random import Tree, blocks, text_of

from alchemiser_dagster.symphony import Symphony, parse
from alchemiser_dagster.symphony.comparison.changes import Change
from alchemiser_dagster.symphony.comparison.difference import difference_of

IF = '(if (> (rsi "SPY" {:window 10}) 70) [(asset "SPY")] [(asset "TLT")])'
DEPTH = 10_000


def of(block: str, options: str = "{}", name: str = "test") -> Symphony:
    return parse(f'(defsymphony "{name}" {options}\n{block})')


def changes(a: str, b: str) -> list[tuple[str, str, str | None, str | None]]:
    return [(c.kind, c.what, c.was, c.now) for c in difference_of(of(a), of(b)).changes]


def only(a: str, b: str) -> Change:
    (change,) = difference_of(of(a), of(b)).changes
    return change


def nested(leaf: str, depth: int = DEPTH) -> str:
    opening = '(if (> (rsi "SPY" {:window 10}) 70) [(asset "SPY")] ['
    return opening * depth + f'(asset "{leaf}")' + "])" * depth


@settings(max_examples=examples(40))
@given(root=blocks())
def test_a_symphony_does_not_differ_from_itself(root: Tree) -> None:
    text = text_of(root)
    again = text.replace(" ", "\n ").replace("(asset", "( asset")
    difference = difference_of(parse(text), parse(again))
    assert (difference.same_meaning, difference.changes) == (True, ())


@settings(max_examples=examples(40))
@given(pair=mutations())
def test_a_change_is_found_exactly_where_the_digest_changes(pair: tuple[Tree, Tree]) -> None:
    a, b = legible(pair[0]), legible(pair[1])
    for one, other in ((a, b), (b, a)):
        difference = difference_of(one, other)
        assert difference.same_meaning == (one.digest == other.digest)
        assert any(change.has_meaning for change in difference.changes) == (not difference.same_meaning)


@settings(max_examples=examples(40))
@given(one=blocks(), other=blocks())
def test_strangers_differ_exactly_where_their_digests_do(one: Tree, other: Tree) -> None:
    a, b = parse(text_of(one)), parse(text_of(other))
    assert any(change.has_meaning for change in difference_of(a, b).changes) == (a.digest != b.digest)


def test_names_and_labels_are_changes_without_meaning() -> None:
    a = of('[(group "one" [(asset "SPY" "an index")]) (asset "TLT")]', name="before")
    b = of('[(group "two" [(asset "SPY" "shares")]) (asset "TLT" "bonds")]', name="after")
    difference = difference_of(a, b)
    assert difference.same_meaning
    assert [(c.kind, c.was, c.now, c.has_meaning) for c in difference.changes] == [
        ("name", "before", "after", False),
        ("label", "one", "two", False),
        ("label", "an index", "shares", False),
        ("label", None, "bonds", False),
    ]


def test_another_rule_is_said_in_words() -> None:
    a, b = of(IF, "{:rebalance-frequency :weekly}"), of(IF, "{:rebalance-threshold 0.075}")
    (change,) = difference_of(a, b).changes
    assert (change.kind, change.was) == ("rebalance", "first session of each week")
    assert change.now == "when a weight is more than 7.5 percentage points off, or the symbols change"


@pytest.mark.parametrize(
    ("part", "other", "change"),
    [
        ("70", "70.00000001", ("threshold", 'for (rsi "SPY" {:window 10})', "70", "70.00000001")),
        (
            "(> ",
            "(>= ",
            ("operator", 'between (rsi "SPY" {:window 10}) and 70', ">", ">="),
        ),
        (":window 10", ":window 11", ("window", ":window of rsi of SPY", "10", "11")),
        ('rsi "SPY"', 'rsi "QQQ"', ("symbol", "read by (rsi {:window 10})", "SPY", "QQQ")),
        (
            'rsi "SPY"',
            'max-drawdown "SPY"',
            ("indicator", "of SPY", "(rsi {:window 10})", "(max-drawdown {:window 10})"),
        ),
        ('(asset "TLT")', '(asset "BIL")', ("symbol", "held", "TLT", "BIL")),
        ('[(asset "TLT")]', "[]", ("removed", "asset", "asset TLT", None)),
        ('[(asset "TLT")]', '[(asset "TLT") (asset "BIL")]', ("added", "asset", None, "asset BIL")),
        ('(asset "TLT")', "[]", ("replaced", "asset", "asset TLT", "cash")),
    ],
)
def test_a_part_of_an_if(part: str, other: str, change: tuple[str, ...]) -> None:
    assert changes(IF, IF.replace(part, other)) == [change]


@pytest.mark.parametrize(
    ("a", "b", "change"),
    [
        (
            '(filter (rsi {:window 5}) (select-top 2) [(asset "A") (asset "B")])',
            '(filter (rsi {:window 5}) (select-bottom 1) [(asset "A") (asset "B")])',
            ("selection", "of the filter", "select-top 2", "select-bottom 1"),
        ),
        (
            '(filter (rsi {:window 5}) (select-top 2) [(asset "A") (asset "B")])',
            '(filter (rsi {:window 6}) (select-top 2) [(asset "A") (asset "B")])',
            ("window", ":window of rsi of the filter", "5", "6"),
        ),
        (
            '(weight-inverse-volatility 20 [(asset "A") (asset "B")])',
            '(weight-inverse-volatility 21 [(asset "A") (asset "B")])',
            ("window", "of weight-inverse-volatility", "20", "21"),
        ),
        (
            '(weight-specified 0.3 (asset "A") 0.7 (asset "B"))',
            '(weight-specified 0.3 (asset "A") 0.6 (asset "B"))',
            ("weight", "of asset B", "0.7", "0.6"),
        ),
        (
            '[(asset "A") (asset "B") (asset "C")]',
            '[(asset "C") (asset "A") (asset "B")]',
            ("moved", "asset C", "number 3", "number 1"),
        ),
        (
            IF,
            f'(if (< (rsi "TLT" {{:window 3}}) 30) [(asset "BIL")] [{IF}])',
            (
                "wrapped",
                'if (> (rsi "SPY" {:window 10}) 70)',
                "if",
                'if (< (rsi "TLT" {:window 3}) 30)',
            ),
        ),
        (f'(group "g" [{IF}])', IF, ("unwrapped", 'if (> (rsi "SPY" {:window 10}) 70)', 'group "g"', "if")),
    ],
)
def test_a_part_of_another_block(a: str, b: str, change: tuple[str, ...]) -> None:
    assert changes(a, b) == [change]


def test_a_condition_that_is_rewritten_is_one_change() -> None:
    other = IF.replace('(> (rsi "SPY" {:window 10}) 70)', '(< (stdev-return "QQQ" {:window 5}) 2)')
    assert changes(IF, other) == [
        (
            "condition",
            "condition",
            '(> (rsi "SPY" {:window 10}) 70)',
            '(< (stdev-return "QQQ" {:window 5}) 2)',
        )
    ]


def test_conditions_joined_are_aligned() -> None:
    first, second = '(> (rsi "A" {:window 2}) 5)', '(< (rsi "B" {:window 2}) 7)'
    a, b = f"(if (and {first} {second}) [] [])", f"(if (or {second}) [] [])"
    assert changes(a, b) == [
        ("operator", "joining conditions", "and", "or"),
        ("removed", "condition", first, None),
    ]


def test_conditions_joined_may_change_inside_and_move() -> None:
    first, second, third = (f'(> (rsi "{symbol}" {{:window 2}}) 5)' for symbol in "ABC")
    inner = f"(or {first} {second})"
    a, b = (f"(if (and {inner} {third}) [] [])", f"(if (and {inner.replace('5', '6', 1)} {third}) [] [])")
    assert changes(a, b) == [("threshold", 'for (rsi "A" {:window 2})', "5", "6")]
    turned = f"(if (and {third} {inner}) [] [])"
    assert [kind for kind, *_ in changes(a, turned)] == ["moved"]


def test_both_sides_of_a_condition_are_compared() -> None:
    a = '(if (> (current-price "A") (upper-bollinger "A" {:window 20 :stdev 2})) [] [])'
    assert changes(a, a.replace(":stdev 2", ":stdev 3")) == [
        ("parameter", ":stdev of upper-bollinger of A", "2", "3")
    ]


def test_a_block_inserted_at_the_head_of_a_chain_leaves_the_chain_alone() -> None:
    chain = IF.replace('(asset "TLT")', IF.replace("70", "60"))
    changed = chain.replace("60", "61")
    b = f'(if (< (rsi "TLT" {{:window 3}}) 30) [] [{changed}])'
    assert [kind for kind, *_ in changes(chain, b)] == ["wrapped", "threshold"]


def test_a_block_that_went_elsewhere_was_moved() -> None:
    block = f'(group "g" [{IF} (asset "BIL")])'
    a = f'[(group "x" [(asset "A") {block}]) (group "y" [(asset "B")])]'
    b = f'[(group "x" [(asset "A")]) (group "y" [(asset "B") {block}])]'
    change = only(a, b)
    assert (change.kind, change.what) == ("moved", "group")
    assert (change.was, change.now) == (
        'root → weight-equal → group "x"',
        'root → weight-equal → group "y"',
    )


def test_a_change_knows_its_line_in_both_files() -> None:
    change = only(IF.replace("[", "\n["), f"; a remark\n{IF}".replace("TLT", "BIL").replace("[", "\n["))
    assert change.place_a is not None
    assert change.place_b is not None
    assert (change.place_a.line, change.place_b.line) == (4, 5)


def test_the_way_to_a_change_counts_equal_steps_and_keeps_its_end() -> None:
    assert only(nested("TLT", 12), nested("BIL", 12)).path == "root → else ×12"
    blocks = "".join(f'(group "{number}" [' for number in range(9))
    closing = "])" * 9
    path = only(f'{blocks}(asset "A"){closing}', f'{blocks}(asset "B"){closing}').path
    assert path == '… → group "4" → group "5" → group "6" → group "7" → group "8"'


def test_a_nesting_of_ten_thousand_is_compared() -> None:
    change = only(nested("TLT"), nested("BIL"))
    assert (change.kind, change.path) == ("symbol", f"root → else ×{DEPTH}")


def test_thousands_of_children_are_aligned() -> None:
    symbols = [f"S{number}" for number in range(3_000)]
    a = " ".join(f'(asset "{symbol}")' for symbol in symbols)
    b = " ".join(f'(asset "{symbol}")' for symbol in ["NEW", *symbols[:1_000], *symbols[1_001:]])
    assert changes(f"[{a}]", f"[{b}]") == [
        ("added", "asset", None, "asset NEW"),
        ("removed", "asset", "asset S1000", None),
    ]
