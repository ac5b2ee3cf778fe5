"""The closes are checked at the door (R-18, R-35)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.symphony import evaluate, parse

SYMPHONY = parse('(defsymphony "x" {} (asset "SPY" nil) (asset "BRK.B" nil))')
INDEX = pd.bdate_range("2024-01-02", periods=3)


def closes(**changes: object) -> pd.DataFrame:
    return pd.DataFrame(
        {"SPY": [1.0, 2.0, 3.0], "BRK/B": [1.0, 2.0, 3.0], "^VIX": 1.0} | changes, index=INDEX
    )


def message(frame: pd.DataFrame) -> str:
    with pytest.raises(DataError) as caught:
        evaluate(SYMPHONY, frame)
    return str(caught.value)


def test_columns_may_be_spelled_either_way_and_others_do_not_matter() -> None:
    frame = closes(BAD=["a", "b", "c"], ZERO=0.0)
    assert list(evaluate(SYMPHONY, frame).target_weights.columns) == ["BRK.B", "SPY"]


def test_missing_symbols_are_named() -> None:
    text = message(closes().drop(columns=["SPY", "BRK/B"]))
    assert text == (
        "there are no closes for BRK.B, SPY. Load bars for these symbols, or take them out of the strategy"
    )


def test_many_missing_symbols_are_counted() -> None:
    assets = " ".join(f'(asset "S{number:02d}" nil)' for number in range(13))
    with pytest.raises(DataError, match="S09 and 3 more"):
        evaluate(parse(f'(defsymphony "x" {{}} {assets})'), closes())


@pytest.mark.parametrize("price", [0.0, -1.0, np.inf])
def test_a_close_that_is_no_price_is_named_with_its_session(price: float) -> None:
    text = message(closes(SPY=[1.0, price, 3.0]))
    assert text.startswith(
        f"SPY on 2024-01-03: the close of SPY is {price:g}. A close must be positive and finite"
    )


@pytest.mark.parametrize("column", [["1", "2", "3"], [True, False, True]])
def test_closes_must_be_numbers(column: list[object]) -> None:
    assert message(closes(SPY=column)).startswith("SPY: closes must be numbers")


def test_whole_numbers_and_nullable_floats_are_numbers() -> None:
    nullable = pd.array([1.0, None, 3.0], dtype="Float64")
    evaluation = evaluate(SYMPHONY, closes(SPY=[1, 2, 3], **{"BRK/B": nullable}))
    assert evaluation.target_weights.notna().all().all()


def test_a_symbol_in_two_spellings_stands_there_twice() -> None:
    assert message(closes(**{"BRK.B": 1.0})) == "BRK.B: a symbol stands twice in the closes"


def test_sessions_must_ascend_and_stand_there_once() -> None:
    assert message(closes().iloc[::-1]).startswith("the sessions of the closes are not in ascending order")
    assert message(closes().iloc[[0, 1, 1]]) == "2024-01-03: a session stands twice in the closes"


def test_the_index_must_be_sessions() -> None:
    assert "DatetimeIndex" in message(closes().reset_index(drop=True))
    gap = closes().set_index(pd.DatetimeIndex([INDEX[0], INDEX[1], pd.NaT]))
    assert "DatetimeIndex" in message(gap)


def test_what_was_given_is_not_changed() -> None:
    frame = closes(SPY=[1.0, np.nan, 3.0])
    before = frame.copy()
    evaluation = evaluate(SYMPHONY, frame)
    assert evaluation.held_weights is not None
    pd.testing.assert_frame_equal(frame, before)
