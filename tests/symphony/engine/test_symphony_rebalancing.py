"""When a symphony trades and what it holds in between (spec section 6)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.symphony_fixtures import Evaluate, Frame
from support.symphony_random import market_of, random_closes, text_of
from support.symphony_seeded import random_blocks
from support.symphony_trading_reference import by_hand

from alchemiser_dagster.symphony import Evaluation, evaluate, parse

A = '(asset "A" nil)'
B = '(asset "B" nil)'
HALVES = f"[{A} {B}]"


def days(evaluation: Evaluation) -> list[str]:
    return [session.date().isoformat() for session in evaluation.trades_on]


def test_daily_trades_on_every_session_with_a_signal(evaluated: Evaluate) -> None:
    block = f'(if (> (cumulative-return "A" {{:window 1}}) 0) [{A}] [{B}])'
    evaluation = evaluated(block, A=[1.0, 2.0, None, 4.0], B=[1.0] * 4)
    assert days(evaluation) == ["2024-01-03", "2024-01-05"]


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [
        ("weekly", ["2023-12-20", "2023-12-26", "2024-01-02", "2024-01-08"]),
        ("monthly", ["2023-12-20", "2024-01-02", "2024-02-01"]),
        ("quarterly", ["2023-12-20", "2024-01-02", "2024-04-01"]),
        ("yearly", ["2023-12-20", "2024-01-02", "2025-01-02"]),
    ],
)
def test_a_frequency_trades_on_the_first_session_of_its_period(frequency: str, expected: list[str]) -> None:
    holidays = pd.to_datetime(["2023-12-25", "2024-01-01", "2025-01-01"])
    index = pd.bdate_range("2023-12-20", "2025-01-03").difference(holidays)
    closes = pd.DataFrame({"A": 1.0, "B": 1.0}, index=index)
    evaluation = evaluate(parse(f'(defsymphony "x" {{:rebalance-frequency :{frequency}}} {HALVES})'), closes)
    assert days(evaluation)[: len(expected)] == expected


def test_the_iso_week_that_spans_two_years_is_one_week(frame: Frame) -> None:
    closes = frame(start="2024-12-30", A=[1.0] * 6)
    evaluation = evaluate(parse(f'(defsymphony "x" {{:rebalance-frequency :weekly}} {A})'), closes)
    assert days(evaluation) == ["2024-12-30", "2025-01-06"]


def test_the_first_session_ever_always_trades_and_only_from_then_on_counts_the_period(
    evaluated: Evaluate,
) -> None:
    block = f'(if (> (moving-average-price "A" {{:window 3}}) 0) [{A}])'
    evaluation = evaluated(block, "{:rebalance-frequency :monthly}", A=[1.0] * 30)
    assert days(evaluation) == ["2024-01-04", "2024-02-01"]


def test_a_period_whose_first_session_has_no_signal_is_left_out(evaluated: Evaluate) -> None:
    closes: list[float | None] = [1.0] * 10
    closes[4] = None
    block = f'(if (> (current-price "A") 0) [{A}])'
    evaluation = evaluated(block, "{:rebalance-frequency :weekly}", A=closes)
    assert days(evaluation) == ["2024-01-02", "2024-01-15"]


def test_between_trades_the_holdings_drift(evaluated: Evaluate) -> None:
    evaluation = evaluated(HALVES, "{:rebalance-frequency :yearly}", A=[1.0, 2.0, 3.0], B=[1.0, 1.0, 1.0])
    assert evaluation.held_weights["A"].tolist() == pytest.approx([0.5, 2 / 3, 0.75])
    assert evaluation.target_weights["A"].tolist() == [0.5, 0.5, 0.5]


def test_cash_drifts_too(evaluated: Evaluate) -> None:
    evaluation = evaluated(f"(weight-specified 0.5 {A})", "{:rebalance-frequency :yearly}", A=[1.0, 3.0])
    assert evaluation.held_weights["A"].tolist() == pytest.approx([0.5, 0.75])


def test_a_symbol_without_a_bar_keeps_its_last_close(evaluated: Evaluate) -> None:
    evaluation = evaluated(HALVES, "{:rebalance-frequency :yearly}", A=[1.0, None, 3.0, None], B=[1.0] * 4)
    assert evaluation.held_weights["A"].tolist() == pytest.approx([0.5, 0.5, 0.75, 0.75])


def test_a_symbol_that_never_had_a_bar_stays_what_it_was(evaluated: Evaluate) -> None:
    evaluation = evaluated(HALVES, "{:rebalance-frequency :yearly}", A=[None] * 3, B=[1.0, 1.0, 2.0])
    assert evaluation.held_weights["A"].tolist() == pytest.approx([0.5, 0.5, 1 / 3])


def test_a_symbol_stands_still_until_its_first_bar(evaluated: Evaluate) -> None:
    evaluation = evaluated(HALVES, "{:rebalance-frequency :yearly}", A=[None, 5.0, 10.0], B=[1.0] * 3)
    assert evaluation.held_weights["A"].tolist() == pytest.approx([0.5, 0.5, 2 / 3])


def test_a_session_without_a_signal_keeps_what_was_held(evaluated: Evaluate) -> None:
    block = f'(if (> (current-price "B") 0) [{A}])'
    evaluation = evaluated(block, A=[1.0, 2.0, 3.0], B=[1.0, None, 1.0])
    assert evaluation.target_weights["A"].isna().tolist() == [False, True, False]
    assert evaluation.held_weights["A"].tolist() == [1.0, 1.0, 1.0]
    assert days(evaluation) == ["2024-01-02", "2024-01-04"]


def test_nothing_is_held_before_the_first_signal(evaluated: Evaluate) -> None:
    block = f'(if (> (moving-average-price "A" {{:window 2}}) 0) [{A}])'
    assert evaluated(block, A=[1.0, 2.0]).held_weights["A"].isna().tolist() == [True, False]


def test_a_threshold_trades_when_a_weight_stands_more_than_it_from_its_target(evaluated: Evaluate) -> None:
    # After the first trade A drifts to 0.55 (exactly the threshold away), then beyond.
    closes = {"A": [1.0, 0.55 / 0.45, 1.25, 1.25], "B": [1.0] * 4}
    evaluation = evaluated(HALVES, "{:rebalance-threshold 0.0500001}", **closes)
    assert days(evaluation) == ["2024-01-02", "2024-01-04"]
    assert evaluation.held_weights["A"].tolist() == pytest.approx([0.5, 0.55, 0.5, 0.5])


def test_a_threshold_trades_when_the_set_of_symbols_changes(evaluated: Evaluate) -> None:
    block = f'(weight-specified 0.999 {A} 0.001 (if (> (current-price "C") 1) [{B}]))'
    evaluation = evaluated(
        block, "{:rebalance-threshold 0.5}", A=[1.0] * 4, B=[1.0] * 4, C=[1.0, 1.0, 2.0, 1.0]
    )
    assert days(evaluation) == ["2024-01-02", "2024-01-04", "2024-01-05"]


def test_a_threshold_may_wait_for_long(evaluated: Evaluate) -> None:
    closes = {"A": [1.0] * 200 + [9.0] * 3, "B": [1.0] * 203}
    evaluation = evaluated(HALVES, "{:rebalance-threshold 0.05}", **closes)
    assert [evaluation.sessions.get_loc(session) for session in evaluation.trades_on] == [0, 200]


def test_a_symphony_that_is_never_defined_never_trades(evaluated: Evaluate) -> None:
    block = f'(if (> (moving-average-price "A" {{:window 9}}) 0) [{A}])'
    evaluation = evaluated(block, "{:rebalance-threshold 0.05}", A=[1.0, 2.0])
    assert days(evaluation) == []
    assert evaluation.held_weights["A"].isna().all()


def test_a_symphony_of_cash_trades_and_holds_nothing(evaluated: Evaluate) -> None:
    evaluation = evaluated("[]", A=[1.0, 2.0])
    assert days(evaluation) == ["2024-01-02", "2024-01-03"]
    assert evaluation.held_weights.shape == (2, 0)


RULES = ("daily", "weekly", "monthly", "quarterly", "yearly", 0.0051, 0.0203, 0.1)
SWITCH = """(weight-specified
  0.5 (filter (cumulative-return {:window 2}) (select-top 2)
        [(asset "AAA" nil) (asset "BBB" nil) (asset "CCC" nil)])
  0.3 (if (> (rsi "DDD" {:window 3}) 60) [(asset "DDD" nil)] [(asset "AAA" nil)]))"""


@settings(max_examples=examples(60), deadline=None)
@given(seed=st.integers(0, 2**32 - 1), rule=st.sampled_from(RULES), sessions=st.integers(1, 80))
def test_trades_and_holdings_are_those_of_going_session_by_session(
    seed: int, rule: str | float, sessions: int
) -> None:
    closes = random_closes(seed, sessions)
    evaluation = evaluate(parse(f'(defsymphony "x" {options_of(rule)} {SWITCH})'), closes)
    assert_trades_as_by_hand(evaluation, closes, rule)


@settings(max_examples=examples(60), deadline=None)
@given(seed=st.integers(0, 2**32 - 1), rule=st.sampled_from(RULES))
def test_random_symphonies_trade_and_hold_as_if_going_session_by_session(
    seed: int, rule: str | float
) -> None:
    closes = random_closes(seed, 60)
    for root in random_blocks(seed, 3):
        assert_trades_as_by_hand(evaluate(parse(text_of(root, options_of(rule))), closes), closes, rule)


def options_of(rule: str | float) -> str:
    return (
        f"{{:rebalance-frequency :{rule}}}" if isinstance(rule, str) else f"{{:rebalance-threshold {rule}}}"
    )


def assert_trades_as_by_hand(evaluation: Evaluation, closes: pd.DataFrame, rule: str | float) -> None:
    targets = [evaluation.target_on(session) for session in closes.index]
    days = [session.date() for session in closes.index]
    trades, holdings = by_hand(targets, market_of(closes), days, rule)
    assert list(evaluation.trades_on) == list(closes.index[trades])
    held = evaluation.held_weights
    for row, expected in zip(held.to_numpy(), holdings, strict=True):
        if expected is None:
            assert np.isnan(row).all()
        else:
            assert row == pytest.approx([expected.get(symbol, 0.0) for symbol in held.columns], rel=1e-9)
