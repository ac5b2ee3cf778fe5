"""Compiled programs are kept by what symphonies mean."""

from __future__ import annotations

import pandas as pd
from support.symphony_random import random_closes

from alchemiser_dagster.symphony import Programs, Symphony, evaluate, parse
from alchemiser_dagster.symphony.engine.program import compiled


def symphony(name: str, window: int = 3, label: str = "l") -> Symphony:
    condition = f'(> (rsi "AAA" {{:window {window}}}) 50)'
    branches = f'[(group "{label}" [(asset "BBB")])] [(asset "CCC")]'
    return parse(f'(defsymphony "{name}" (if {condition} {branches}))')


def test_symphonies_of_one_meaning_share_a_program() -> None:
    programs = Programs()
    first = programs.of([symphony("one")])
    assert programs.of([symphony("another", label="other")]) is first
    assert programs.of([symphony("one", window=4)]) is not first
    assert programs.of([symphony("one"), symphony("one")]) is not first


def test_only_the_programs_that_were_used_last_are_kept() -> None:
    programs = Programs(capacity=2)
    first, second = (programs.of([symphony("s", window)]) for window in (1, 2))
    assert programs.of([symphony("s", 1)]) is first
    programs.of([symphony("s", 3)])
    assert programs.of([symphony("s", 1)]) is first
    assert programs.of([symphony("s", 2)]) is not second


def test_a_kept_program_gives_the_weights_of_a_new_one() -> None:
    programs = Programs()
    for seed in range(3):
        closes = random_closes(seed, 25)
        kept = evaluate(symphony("one"), closes, programs).target_weights
        pd.testing.assert_frame_equal(
            kept, evaluate(symphony("two"), closes).target_weights, check_exact=True
        )


def test_a_program_names_the_symbols_of_all_its_symphonies() -> None:
    other = parse('(defsymphony "o" (asset "DDD"))')
    assert compiled([symphony("one"), other]).symbols == ("AAA", "BBB", "CCC", "DDD")


def test_columns_that_are_needed_no_more_are_forgotten_and_computed_alike_when_asked_for() -> None:
    closes = random_closes(11, 30).ffill().bfill()
    evaluation = evaluate(symphony("one"), closes)
    assert evaluation.results._indicators == {}  # type: ignore[attr-defined]
    condition = evaluation.symphony.root.condition  # type: ignore[union-attr]
    view = evaluation.view(closes.index[-1])
    assert (view.reading(condition.left) > 50) == view.holds(condition)
