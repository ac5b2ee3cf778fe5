"""Whatever is written reads, or is refused with a place: arbitrary, broken and deeply nested texts.

`SYMPHONY_EXAMPLES` says how many of each are tried.
"""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from support.symphony_fuzz import FUZZED, Edit, edited, edits, place_of, read_or_refused
from support.symphony_random import Tree, blocks, text_of

import alchemiser_dagster
from alchemiser_dagster.symphony import Symphony, parse

FOLDER = Path(alchemiser_dagster.__file__).parent / "strategies"
SHIPPED = [file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.clj"))]
TOKEN = re.compile(r'\s+|;[^\n]*|"(?:[^"\\]|\\.)*"|[()\[\]{}]|[^\s()\[\]{}";]+|"')
CHARACTERS = st.one_of(
    st.sampled_from("()[]{}\";:,.\\ \r\n\t1-+e>=<a#'\0\x85\u2028\ufeffé日"), st.characters()
)
TOKENS = st.sampled_from(
    (
        *("(", ")", "[", "]", "{", "}", '"', ";", "\n", " ", ",", "\\"),
        *("nil", "true", "0", "-1", "0.5", "1e999", "1_0", "nan", "7", ":window", ":none", ":", "#"),
        *('"SPY"', '"spy"', '""', '"\\x"', "defsymphony", "asset", "if", "filter", "group", "and", "or"),
        *(">", "=", "rsi", "current-price", "upper-bollinger", "select-top", "select-bottom"),
        *("weight-equal", "weight-specified", "weight-inverse-volatility", "{:window 3}", "{:window 0}"),
        *('(asset "A")', '(rsi "A" {:window 2})', "(rsi {:window 2})", '(> (current-price "A") 1)', "()"),
    )
)
OPENINGS = st.sampled_from(
    (
        *("[", "(", "{", '(group "g" [', "(weight-equal [", "(weight-specified 1 ", "(and ", "(or (and "),
        *('(if (> (current-price "A") 1) [', "(filter (rsi {:window 2}) (select-top 1) [", "(rsi ", "(not "),
        *("(weight-inverse-volatility 5 [", "(asset ", "(defsymphony ", "{:window ", "(> ", '"', "; "),
    )
)


@FUZZED
@given(text=st.text(CHARACTERS, max_size=60))
def test_any_text(text: str) -> None:
    read_or_refused(text)


@FUZZED
@given(tokens=st.lists(TOKENS, max_size=60))
def test_any_tokens_inside_a_symphony(tokens: list[str]) -> None:
    read_or_refused('(defsymphony "x" ' + " ".join(tokens))


@FUZZED
@given(text=st.sampled_from(SHIPPED), changes=edits(CHARACTERS))
def test_a_real_symphony_with_characters_changed(text: str, changes: list[Edit]) -> None:
    read_or_refused(edited(text, changes))


@FUZZED
@given(text=st.sampled_from(SHIPPED), changes=edits(TOKENS))
def test_a_real_symphony_with_tokens_changed(text: str, changes: list[Edit]) -> None:
    read_or_refused(edited(TOKEN.findall(text), changes))


@FUZZED
@given(root=blocks(), changes=edits(TOKENS))
def test_a_random_symphony_with_tokens_changed(root: Tree, changes: list[Edit]) -> None:
    read_or_refused(edited(TOKEN.findall(text_of(root)), changes))


@FUZZED
@given(
    nest=st.lists(st.tuples(OPENINGS, st.integers(1, 300)), max_size=6),
    kernel=TOKENS,
    lost=st.integers(0, 3),
    added=st.text(")]} ", max_size=3),
)
def test_a_deep_nest(nest: list[tuple[str, int]], kernel: str, lost: int, added: str) -> None:
    opened = '(defsymphony "x" ' + "".join(opening * times for opening, times in nest)
    closed = "".join({"(": ")", "[": "]", "{": "}"}[one] for one in reversed(re.findall(r"[(\[{]", opened)))
    read_or_refused(opened + kernel + closed[: len(closed) - lost] + added)


@FUZZED
@given(root=blocks(), share=st.floats(0, 1))
def test_a_symphony_that_is_cut_off_is_refused_within_its_text(root: Tree, share: float) -> None:
    whole = text_of(root).rstrip()
    text = whole[: int(share * (len(whole) - 1))]
    refusal = read_or_refused(text)
    assert not isinstance(refusal, Symphony)
    line, column = place_of(refusal)
    assert line <= len(text.split("\n"))
    assert column <= len(text.split("\n")[line - 1]) + 1


@FUZZED
@given(root=blocks(), spaces=st.lists(st.sampled_from(("\n", " , ", "\t", "; (\n", "\r\n")), min_size=1))
def test_white_space_and_comments_between_tokens_change_nothing(root: Tree, spaces: list[str]) -> None:
    text = text_of(root)
    pieces = [piece for piece in TOKEN.findall(text) if piece.strip()]
    spaced = "".join(spaces[number % len(spaces)] + piece for number, piece in enumerate(pieces))
    assert parse(spaced) == parse(text)
