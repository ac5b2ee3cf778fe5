"""Where two symphonies part: on the right sessions, at the right place, in words."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.symphony_fixtures import Frame
from support.symphony_mutation import legible, mutations, other_leaves
from support.symphony_random import Tree, market_of, random_closes
from support.symphony_reference import Reference

from alchemiser_dagster.symphony import Rebalance, Symphony, evaluate, parse
from alchemiser_dagster.symphony.comparison import divergence
from alchemiser_dagster.symphony.comparison.divergence import Divergence, divergence_of, weights_differ
from alchemiser_dagster.symphony.syntax.blocks import (
    Asset,
    Block,
    Filter,
    WeightInverseVolatility,
    blocks_within,
)

SESSIONS = 30
UP = [100.0, 101.0, 102.0, 103.0, 104.0, 105.0]
DOWN = [100.0, 99.0, 98.0, 97.0, 96.0, 95.0]
ZIGZAG = [100.0, 102.0, 99.0, 103.0, 98.0, 104.0]
CLOSES = {"AAA": UP, "BBB": DOWN, "CCC": ZIGZAG}


def of(block: str) -> Symphony:
    return parse(f'(defsymphony "test" {{}}\n{block})')


def distance(one: dict[str, float] | None, other: dict[str, float] | None) -> float | None:
    if one is None or other is None:
        return None
    moved = [one.get(symbol, 0.0) - other.get(symbol, 0.0) for symbol in {*one, *other}]
    return (sum(map(abs, moved)) + abs(sum(moved))) / 2


def differ(one: dict[str, float] | None, other: dict[str, float] | None) -> bool:
    if one is None or other is None:
        return (one is None) != (other is None)
    return any(abs(one.get(s, 0.0) - other.get(s, 0.0)) > 1e-9 for s in {*one, *other})


@settings(max_examples=examples(24))
@given(pair=mutations(), seed=st.integers(0, 2**32 - 1))
def test_the_sessions_are_those_on_which_the_reference_weights_differ(
    pair: tuple[Tree, Tree], seed: int
) -> None:
    a, b = legible(pair[0]), legible(pair[1])
    closes = random_closes(seed, SESSIONS)
    one, other = Reference(market_of(closes)), Reference(market_of(closes))
    found = {session.session: session for session in divergence_of(a, b, closes).sessions}
    for t in range(SESSIONS):
        wants, would = one.root_weights(pair[0], t), other.root_weights(pair[1], t)
        if t >= min(one.fragile_from, other.fragile_from):
            return
        day = closes.index[t].date()
        assert (day in found) == differ(wants, would)
        if day in found:
            expected = distance(wants, would)
            assert found[day].distance == (None if expected is None else pytest.approx(expected, abs=1e-9))


@settings(max_examples=examples(12))
@given(pair=mutations(), seed=st.integers(0, 2**32 - 1))
def test_every_session_that_differs_has_a_place_where_it_does(pair: tuple[Tree, Tree], seed: int) -> None:
    a, b = legible(pair[0]), legible(pair[1])
    closes = random_closes(seed, SESSIONS)
    found = divergence_of(a, b, closes)
    assert found.not_walked == 0
    for fork, sessions in found.by_fork.items():
        one, other = evaluate([symphony_of(fork.a), symphony_of(fork.b)], closes)
        moving = closes.index[weights_differ(one, other)]
        assert {session.session for session in sessions} <= {day.date() for day in moving}


@settings(max_examples=examples(24))
@given(pair=other_leaves(), seed=st.integers(0, 2**32 - 1))
def test_one_changed_asset_is_named_or_the_scores_that_it_moved(pair: tuple[Tree, Tree], seed: int) -> None:
    a, b = legible(pair[0]), legible(pair[1])
    closes = random_closes(seed, SESSIONS)
    closes["EEE"] = 2 * random_closes(seed + 1, SESSIONS)["AAA"]
    places = {n.place for n in blocks_within(b.root) if isinstance(n, Asset) and n.symbol == "EEE"}
    for session in divergence_of(a, b, closes).sessions:
        fork = session.fork
        assert fork is not None
        assert fork.place_b in places or isinstance(fork.b, Filter | WeightInverseVolatility)


def symphony_of(block: Block) -> Symphony:
    return Symphony("part", block, Rebalance())


def last(found: Divergence) -> tuple[str, str, str]:
    session = found.sessions[-1]
    assert session.fork is not None
    return session.fork.kind, session.in_a, session.in_b


@pytest.mark.parametrize(
    ("a", "b", "parting"),
    [
        ('(asset "AAA")', '(asset "BBB")', ("blocks", "has AAA", "has BBB")),
        ('(asset "AAA")', "[]", ("blocks", "has AAA", "has cash")),
        (
            '[(asset "AAA") (asset "BBB")]',
            '[(asset "AAA") (asset "BBB") (asset "CCC")]',
            ("blocks", "has 2 blocks: AAA, BBB", "has 3 blocks: AAA, BBB, CCC"),
        ),
        (
            '(if (> (current-price "AAA") 104) [(asset "AAA")] [])',
            '(if (> (current-price "AAA") 105) [(asset "AAA")] [])',
            (
                "condition",
                '(> (current-price "AAA") 104) holds: 105',
                '(> (current-price "AAA") 105) doesn\'t hold: 105',
            ),
        ),
        (
            '(if (> (current-price "AAA") (current-price "BBB")) [(asset "AAA")] [])',
            '(if (< (current-price "AAA") (current-price "BBB")) [(asset "AAA")] [])',
            (
                "condition",
                '(> (current-price "AAA") (current-price "BBB")) holds: 105 and 95',
                '(< (current-price "AAA") (current-price "BBB")) doesn\'t hold: 105 and 95',
            ),
        ),
        (
            '(if (or (> (current-price "AAA") 1) (> (current-price "BBB") 96)) [(asset "AAA")] [])',
            '(if (and (> (current-price "AAA") 1) (> (current-price "BBB") 96)) [(asset "AAA")] [])',
            (
                "condition",
                '(or (> (current-price "AAA") 1) (> (current-price "BBB") 96)) holds',
                '(and (> (current-price "AAA") 1) (> (current-price "BBB") 96)) doesn\'t hold',
            ),
        ),
        (
            '(if (and (> (current-price "AAA") 1) (> (current-price "BBB") 90)) [(asset "AAA")] [])',
            '(if (and (> (current-price "AAA") 1) (> (current-price "BBB") 96)) [(asset "AAA")] [])',
            (
                "condition",
                '(> (current-price "BBB") 90) holds: 95',
                '(> (current-price "BBB") 96) doesn\'t hold: 95',
            ),
        ),
        (
            '(if (> (rsi "AAA" {:window 5}) 1) [(asset "AAA")] [])',
            '(if (> (rsi "AAA" {:window 6}) 1) [(asset "AAA")] [])',
            (
                "condition",
                '(> (rsi "AAA" {:window 5}) 1) holds: 100',
                '(> (rsi "AAA" {:window 6}) 1) is undefined',
            ),
        ),
        (
            '(filter (cumulative-return {:window 2}) (select-top 1) [(asset "AAA") (asset "BBB")])',
            '(filter (cumulative-return {:window 2}) (select-bottom 1) [(asset "AAA") (asset "BBB")])',
            ("picks", "picks AAA", "picks BBB"),
        ),
        (
            '(filter (cumulative-return {:window 2}) (select-top 1) [(asset "AAA") (asset "BBB")])',
            '(filter (cumulative-return {:window 9}) (select-top 1) [(asset "AAA") (asset "BBB")])',
            ("picks", "picks AAA", "is undefined"),
        ),
        (
            '(weight-specified 0.5 (asset "AAA") 0.5 (asset "BBB"))',
            '(weight-specified 0.5 (asset "AAA") 0.25 (asset "BBB"))',
            ("weights", "gives 0.5 AAA, 0.5 BBB", "gives 0.5 AAA, 0.25 BBB"),
        ),
        (
            "(weight-inverse-volatility 2 [])",
            '(weight-inverse-volatility 9 [(asset "AAA")])',
            ("shares", "has cash", "is undefined"),
        ),
        (
            "(filter (rsi {:window 2}) (select-top 1) [])",
            '[(if (> (current-price "AAA") 1) [] []) (weight-equal [])]',
            (
                "blocks",
                "is undefined",
                'has 2 blocks: if (> (current-price "AAA") 1), cash',
            ),
        ),
        (
            '(if (> (current-price "AAA") 1) [(asset "AAA")] [])',
            '(asset "BBB")',
            ("blocks", '(> (current-price "AAA") 1) holds: 105, so it has AAA', "has BBB"),
        ),
    ],
)
def test_what_each_does_at_the_place(frame: Frame, a: str, b: str, parting: tuple[str, str, str]) -> None:
    assert last(divergence_of(of(a), of(b), frame(**CLOSES))) == parting


def test_shares_by_volatility_are_said_in_percent(frame: Frame) -> None:
    a = '(weight-inverse-volatility 2 [(asset "BBB") (asset "CCC")])'
    kind, in_a, in_b = last(divergence_of(of(a), of(a.replace(" 2 ", " 3 ")), frame(**CLOSES)))
    assert kind == "shares"
    assert in_a.startswith("shares BBB 99.")
    assert in_b.startswith("shares BBB 99.")


def test_an_if_put_around_a_block_is_looked_through(frame: Frame) -> None:
    inner = '(if (> (current-price "AAA") {})\n [(asset "AAA")] [])'
    b = f'(if (> (current-price "BBB") 97)\n [(asset "CCC")]\n [{inner.format(104)}])'
    found = divergence_of(of(inner.format(104)), of(b), frame(**CLOSES))
    assert [session.session for session in found.sessions] == [date(2024, 1, day) for day in (2, 3, 4)]
    assert last(found)[2] == '(> (current-price "BBB") 97) holds: 98, so it has CCC'


def test_the_first_place_that_moves_weights_is_named_not_one_that_moves_none(frame: Frame) -> None:
    idle = '(if (> (current-price "AAA") {}) [(asset "AAA")] [(asset "AAA")])'
    a, b = (f'[{idle.format(level)}\n(asset "{other}")]' for level, other in ((1, "BBB"), (1000, "CCC")))
    found = divergence_of(of(a), of(b), frame(**CLOSES))
    assert len(found.sessions) == len(UP)
    (fork,) = found.by_fork
    assert (fork.kind, fork.place_a and fork.place_a.line) == ("blocks", 3)


def test_places_are_listed_by_how_many_sessions_they_explain(frame: Frame) -> None:
    a = '(if (> (current-price "AAA") 101)\n[(asset "AAA")]\n[(asset "BBB")])'
    b = '(if (> (current-price "AAA") 101)\n[(asset "CCC")]\n[])'
    found = divergence_of(of(a), of(b), frame(**CLOSES))
    assert [(fork.place_a and fork.place_a.line, len(days)) for fork, days in found.by_fork.items()] == [
        (3, 4),
        (4, 2),
    ]


def test_only_the_sessions_asked_for_are_compared(frame: Frame) -> None:
    found = divergence_of(
        of('(asset "AAA")'),
        of('(asset "BBB")'),
        frame(**CLOSES),
        first=date(2024, 1, 4),
        last=date(2024, 1, 5),
    )
    assert found.compared == (date(2024, 1, 4), date(2024, 1, 5))
    assert [session.session for session in found.sessions] == list(found.compared)


def test_equal_weights_by_other_means_are_no_difference(frame: Frame) -> None:
    a = '[(asset "AAA") (asset "BBB")]'
    b = '(weight-specified 0.5 (group "x" [(asset "BBB")]) 0.5 (asset "AAA"))'
    assert divergence_of(of(a), of(b), frame(**CLOSES)).sessions == ()


def test_what_is_too_long_to_walk_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(divergence, "MOST_QUESTIONS", 100)
    index = pd.bdate_range("2020-01-01", periods=600)
    closes = pd.DataFrame(dict.fromkeys(("AAA", "BBB"), np.arange(1.0, 601.0)), index=index)
    found = divergence_of(of('(asset "AAA")'), of('(asset "BBB")'), closes)
    assert (len(found.sessions), found.not_walked) == (600, 600 - divergence.PORTION)
    assert found.sessions[-1].fork is not None
    assert found.sessions[0].fork is None
