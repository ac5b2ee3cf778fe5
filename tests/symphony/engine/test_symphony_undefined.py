"""Why a session has no signal (spec section 5)."""

from __future__ import annotations

import pandas as pd
import pytest
from support.symphony_fixtures import Evaluate

from alchemiser_dagster.symphony import Evaluation, MissingHistory

A = '(asset "A" nil)'
B = '(asset "B" nil)'
FIVE = [100.0, 101.0, 102.0, 103.0, 104.0]
UNKNOWN = '(> (rsi "A" {:window 50}) 0)'


def reasons(evaluation: Evaluation, row: int = -1) -> tuple[MissingHistory, ...]:
    return evaluation.undefined[evaluation.sessions[row]]


def test_a_condition_names_each_indicator_that_lacked_history(evaluated: Evaluate) -> None:
    condition = """(and (> (rsi "A" {:window 9}) (moving-average-price "B" {:window 2}))
                        (< (stdev-price "B" {:window 7}) 3))"""
    evaluation = evaluated(f"(if {condition} [{A}])", A=FIVE, B=FIVE)
    assert reasons(evaluation) == (
        MissingHistory("rsi {:window 9}", "A", 5, 10),
        MissingHistory("stdev-price {:window 7}", "B", 5, 7),
    )


def test_only_the_path_taken_is_blamed(evaluated: Evaluate) -> None:
    block = (
        f'(if (> (current-price "A") 0) [(if {UNKNOWN} [{A}])] [(if (> (rsi "B" {{:window 50}}) 0) [{B}])])'
    )
    assert reasons(evaluated(block, A=FIVE, B=FIVE)) == (MissingHistory("rsi {:window 50}", "A", 5, 51),)
    other = block.replace('> (current-price "A") 0', '< (current-price "A") 0')
    assert reasons(evaluated(other, A=FIVE, B=FIVE)) == (MissingHistory("rsi {:window 50}", "B", 5, 51),)


def test_a_child_without_weight_is_not_blamed(evaluated: Evaluate) -> None:
    block = f'(weight-specified 0 (if (> (rsi "B" {{:window 50}}) 0) [{B}]) 0.5 (if {UNKNOWN} [{A}]))'
    assert [reason.symbol for reason in reasons(evaluated(block, A=FIVE, B=FIVE))] == ["A"]


def test_the_same_reason_is_given_once(evaluated: Evaluate) -> None:
    block = f"[(if {UNKNOWN} [{A}]) (if {UNKNOWN} [{B}])]"
    assert len(reasons(evaluated(block, A=FIVE, B=FIVE))) == 1


def test_a_filter_names_all_whom_it_could_not_score(evaluated: Evaluate) -> None:
    block = f"(filter (cumulative-return {{:window 9}}) (select-top 1) [{A} {B}])"
    assert [
        (reason.symbol, reason.had, reason.needed)
        for reason in reasons(evaluated(block, A=FIVE, B=[*FIVE[:3], None, None]))
    ] == [
        ("A", 5, 10),
        ("B", 3, 10),
    ]


def test_a_session_without_a_bar_is_named_as_such(evaluated: Evaluate) -> None:
    evaluation = evaluated(f'(if (> (current-price "A") 0) [{B}])', A=[1.0, None], B=[1.0, 1.0])
    (reason,) = reasons(evaluation)
    assert (reason.had, reason.needed) == (1, 1)
    assert str(reason) == "current-price of A is undefined: there is no bar on the session"


@pytest.mark.parametrize(
    ("block", "name"),
    [
        (f'(group "both" [{A} {B}])', 'group "both"'),
        (f"[{A} {B}]", "the weight-equal at column 54"),
        (f"(weight-specified 0.5 {A})", "the weight-specified at column 54"),
        (f'(if (> (current-price "A") 0) [{A} {B}])', "the if at column 54"),
        (f"(filter (current-price) (select-top 1) [{A} {B}])", "the filter at column 54"),
        (f"(weight-inverse-volatility 2 [{A} {B}])", "the weight-inverse-volatility at column 54"),
    ],
)
def test_a_block_without_enough_history_of_its_own_is_called_by_what_it_is(
    evaluated: Evaluate, block: str, name: str
) -> None:
    evaluation = evaluated(f"(weight-inverse-volatility 5 [{block}])", A=FIVE, B=FIVE)
    (reason,) = reasons(evaluation)
    had = 3 if "inverse-volatility 2" in block else 5
    assert reason == MissingHistory("stdev-return {:window 5}", name, had, 6)
    assert str(reason) == f"stdev-return {{:window 5}} of {name} needs 6 bars and had {had}"


def test_of_a_block_that_is_itself_undefined_its_own_reasons_are_given(evaluated: Evaluate) -> None:
    block = f'(filter (rsi {{:window 2}}) (select-top 1) [(group "g" [(if {UNKNOWN} [{A}])])])'
    assert reasons(evaluated(block, A=FIVE)) == (MissingHistory("rsi {:window 50}", "A", 5, 51),)


def test_the_mapping_holds_exactly_the_sessions_without_a_signal(evaluated: Evaluate) -> None:
    evaluation = evaluated(f'(if (> (moving-average-price "A" {{:window 3}}) 0) [{A}])', A=FIVE)
    assert list(evaluation.undefined) == list(evaluation.sessions[:2])
    assert len(evaluation.undefined) == 2
    assert evaluation.undefined.get(evaluation.sessions[2]) is None
    with pytest.raises(KeyError):
        evaluation.undefined[pd.Timestamp("1999-01-04")]
    assert str(evaluation.undefined) == (
        "2 sessions have no signal, the last of them 2024-01-03: "
        "moving-average-price {:window 3} of A needs 3 bars and had 2"
    )


def test_where_every_session_has_a_signal_the_mapping_says_so(evaluated: Evaluate) -> None:
    assert str(evaluated(A, A=FIVE).undefined) == "every session has a signal"


def test_a_late_symbol_is_undefined_until_it_has_its_bars(evaluated: Evaluate) -> None:
    evaluation = evaluated(
        f'(if (> (moving-average-price "A" {{:window 2}}) 0) [{A}])', A=[None, None, 1.0, 2.0]
    )
    assert evaluation.target_weights["A"].isna().tolist() == [True, True, True, False]
    assert reasons(evaluation, 0) == (MissingHistory("moving-average-price {:window 2}", "A", 0, 2),)
    assert reasons(evaluation, 2) == (MissingHistory("moving-average-price {:window 2}", "A", 1, 2),)
