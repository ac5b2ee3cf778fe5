"""Reading takes time and depth in proportion to the text: counted in steps, not in seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import TypeAlias

import pytest

from alchemiser_dagster.errors import StrategyError
from alchemiser_dagster.symphony import Symphony, parse

TraceFunction: TypeAlias = Callable[[FrameType, str, object], object]

DEEP = 10_000
WIDE = 100_000
SPY = '(asset "SPY" nil)'


def in_symphony(block: str) -> str:
    return f'(defsymphony "x" {{}}\n  {block})'


def nested(opening: str, closing: str) -> Callable[[int], str]:
    return lambda size: in_symphony(opening * size + SPY + closing * size)


def repeated(opening: str, item: str, closing: str) -> Callable[[int], str]:
    return lambda size: in_symphony(
        opening + "".join(item.replace("#", f"{n}") for n in range(size)) + closing
    )


CONDITION = '(> (current-price "SPY") 1)'
SHAPES = {
    "nested vectors": nested("[", "]"),
    "nested vectors of two": nested(f"[{SPY}", "]"),
    "nested groups": nested('(group "g" [', "])"),
    "nested blocks without vectors": nested('(group "g" ', ")"),
    "nested weights": nested("(weight-specified 1 ", ")"),
    "nested inverse volatility": nested("(weight-inverse-volatility 5 [", "])"),
    "nested ifs": nested(f"(if {CONDITION} [", "])"),
    "nested second branches": nested(f"(if {CONDITION} [] [", "])"),
    "nested filters": nested("(filter (rsi {:window 5}) (select-top 1) [", "])"),
    "nested and": lambda size: in_symphony(f"(if {'(and ' * size}{CONDITION}{')' * size} [])"),
    "many assets": repeated("[", '(asset "S#" "label #")\n', "]"),
    "many equal assets": repeated("[", SPY, "]"),
    "many weights": repeated("(weight-specified ", f"0 {SPY}", ")"),
    "many conditions": repeated("(if (or ", '(> (rsi "S#" {:window 5}) 1)', ") [])"),
    "many indicators": repeated("(if (or ", '(> (rsi "SPY" {:window 5#}) 1)', ") [])"),
    "much white space": repeated("", " ", SPY),
    "many comments": repeated("", "; (no [form\n", SPY),
    "a long label": repeated('(group "', 'a\\"', f'" [{SPY}])'),
}


def steps_of(text: str) -> int:
    """Return how many lines of Python run while the text is read."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> TraceFunction:
        nonlocal count
        count += event == "line"
        return counted

    before = sys.gettrace()
    sys.settrace(counted)
    try:
        parse(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_text_takes_at_most_twice_the_steps(shape: str) -> None:
    once, twice = (steps_of(SHAPES[shape](size)) for size in (300, 600))
    assert twice <= 2 * once


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape.startswith("nested")])
def test_nesting_of_10_000_reads(shape: str) -> None:
    symphony = parse(SHAPES[shape](DEEP))
    assert symphony.symbols == ("SPY",)
    assert symphony == parse(SHAPES[shape](DEEP))


@pytest.mark.parametrize("shape", ["many assets", "much white space", "many comments", "a long label"])
def test_100_000_of_a_kind_read(shape: str) -> None:
    assert isinstance(parse(SHAPES[shape](WIDE)), Symphony)


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("(", ""),
        ("[", ""),
        ("{", ""),
        ('(group "g" [', ""),
        ("(", ")"),
        ("{", "}"),
        ("(and ", ")"),
        ("(if ", ")"),
        ("(asset ", ")"),
        ("(weight-equal ", "]"),
    ],
)
def test_a_nest_of_10_000_that_means_nothing_is_one_error(opening: str, closing: str) -> None:
    with pytest.raises(StrategyError):
        parse(in_symphony(opening * DEEP + closing * DEEP))


def test_an_error_behind_100_000_others_is_found() -> None:
    with pytest.raises(StrategyError, match=f"^my.clj:1:{17 * WIDE + 21}: there is no block oops"):
        parse(f'(defsymphony "x" [{SPY * WIDE} (oops)])', name="my.clj")
