"""A session that is appended is, in every bit, the session of a whole evaluation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.symphony_random import Tree, blocks, random_closes, text_of

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.symphony import Evaluation, LiveBook, evaluate, parse

OPTIONS = (":rebalance-frequency :weekly", ":rebalance-threshold 0.02", ":rebalance-frequency :daily")


def assert_same_bits(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(one, other, check_exact=True, check_freq=False)


def assert_alike(appended: Evaluation, whole: Evaluation) -> None:
    assert_same_bits(appended.target_weights, whole.target_weights)
    assert_same_bits(appended.held_weights, whole.held_weights)
    assert list(appended.trades_on) == list(whole.trades_on)
    assert dict(appended.undefined) == dict(whole.undefined)
    for session in (whole.sessions[-1], whole.sessions[0]):
        assert appended.target_on(session) == whole.target_on(session)


@settings(max_examples=examples(100), deadline=None)
@given(
    roots=st.lists(blocks(), min_size=1, max_size=3),
    seed=st.integers(0, 2**32 - 1),
    sessions=st.integers(2, 40),
    option=st.sampled_from(OPTIONS),
)
def test_an_appended_session_is_that_of_a_whole_evaluation(
    roots: list[Tree], seed: int, sessions: int, option: str
) -> None:
    closes = random_closes(seed, sessions)
    book = [parse(text_of(root, f"{{{option}}}")) for root in roots]
    appended = LiveBook(evaluate(book, closes.iloc[:-1])).append(closes.iloc[-1:])
    for one, whole in zip(appended, evaluate(book, closes), strict=True):
        assert_alike(one, whole)


@settings(max_examples=examples(50), deadline=None)
@given(root=blocks(), seed=st.integers(0, 2**32 - 1))
def test_a_long_history_is_remembered_to_the_last_bit(root: Tree, seed: int) -> None:
    closes = random_closes(seed, 300)
    symphony = parse(text_of(root))
    (appended,) = LiveBook([evaluate(symphony, closes.iloc[:-1])]).append(closes.iloc[-1:])
    assert_same_bits(appended.target_weights, evaluate(symphony, closes).target_weights)


def test_the_same_book_answers_for_other_closes_and_never_changes() -> None:
    closes = random_closes(3, 30).ffill().bfill()
    symphony = parse(text_of(("filter", "rsi", (3,), "select-top", 1, [("asset", "AAA"), ("asset", "BBB")])))
    past = evaluate(symphony, closes.iloc[:-1])
    before = past.target_weights.copy()
    book = LiveBook([past])
    for factor in (0.5, 2.0):
        last = closes.iloc[-1:].copy()
        last["AAA"] *= factor
        (appended,) = book.append(last)
        picked = appended.target_weights.iloc[-1].idxmax()
        assert picked == ("AAA" if factor > 1 else "BBB")
    assert_same_bits(past.target_weights, before)
    assert len(past.sessions) == 29


class TestRefusals:
    closes = random_closes(1, 10)
    past = evaluate(parse(text_of(("asset", "AAA"))), closes.iloc[:-1])

    def test_an_earlier_session(self) -> None:
        with pytest.raises(DataError, match="does not come after the last one, 2023-12-28"):
            LiveBook([self.past]).append(self.closes.iloc[3:4])

    def test_two_sessions(self) -> None:
        with pytest.raises(DataError, match="one session can be appended, not 10"):
            LiveBook([self.past]).append(self.closes)

    def test_a_part_of_what_was_evaluated_together(self) -> None:
        symphonies = [parse(text_of(("asset", symbol))) for symbol in ("AAA", "BBB")]
        with pytest.raises(DataError, match="not made together"):
            LiveBook(evaluate(symphonies, self.closes)[:1])

    def test_nothing_to_append_to(self) -> None:
        with pytest.raises(DataError, match="no evaluated session to append to"):
            LiveBook([evaluate(parse(text_of(("asset", "AAA"))), self.closes.iloc[:0])])

    def test_what_was_appended_already(self) -> None:
        appended = LiveBook([self.past]).append(self.closes.iloc[-1:])
        with pytest.raises(DataError, match="append to what `evaluate` returned"):
            LiveBook(appended)


def test_what_a_view_says_of_an_appended_session_is_what_it_says_of_a_whole_one() -> None:
    closes = random_closes(5, 60)
    children = [("vector", [("asset", "AAA"), ("asset", "BBB")]), ("asset", "CCC")]
    root = ("filter", "moving-average-return", (3,), "select-top", 1, children)
    symphony = parse(text_of(root))
    (appended,) = LiveBook([evaluate(symphony, closes.iloc[:-1])]).append(closes.iloc[-1:])
    one, other = (found.view(closes.index[-1]) for found in (appended, evaluate(symphony, closes)))
    filtered = symphony.root
    assert one.is_defined(filtered) == other.is_defined(filtered)
    assert one.shares(filtered) == other.shares(filtered)  # type: ignore[arg-type]
    for child in filtered.children:  # type: ignore[union-attr]
        np.testing.assert_array_equal(one.child_closes(child), other.child_closes(child))
        assert one.bars_of_child(child) == other.bars_of_child(child)
        np.testing.assert_equal(one.score(filtered, child), other.score(filtered, child))  # type: ignore[arg-type]


def test_a_symbol_without_a_bar_on_the_appended_session_has_no_closes_there() -> None:
    closes = random_closes(5, 20).ffill().bfill()
    closes.loc[closes.index[-1], "AAA"] = np.nan
    symphony = parse(text_of(("filter", "rsi", (3,), "select-top", 1, [("asset", "AAA"), ("asset", "BBB")])))
    (appended,) = LiveBook([evaluate(symphony, closes.iloc[:-1])]).append(closes.iloc[-1:])
    view = appended.view(closes.index[-1])
    first, second = symphony.root.children  # type: ignore[union-attr]
    assert view.child_closes(first).tolist() == []
    np.testing.assert_array_equal(view.child_closes(second), closes["BBB"])
