from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bars import CALENDAR, long_bars

from alchemiser_dagster.market_data.jumps import market_moves
from alchemiser_dagster.market_data.quality import (
    JUMP_WINDOW,
    BarExpectation,
    BarFlaw,
    FlawKind,
    Severity,
    blocking,
    find_duplicates,
    find_flaws,
)

SESSIONS = CALENDAR.between(date(2024, 9, 3), date(2024, 11, 29))
DAY = SESSIONS[-1]
SYMBOLS = ("AAA", "BBB", "CCC")


@pytest.fixture
def closes() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    walks = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, (len(SESSIONS), 3)), axis=0))
    return pd.DataFrame(walks, index=pd.DatetimeIndex(pd.to_datetime(list(SESSIONS))), columns=list(SYMBOLS))


def flaws_of(closes: pd.DataFrame, *, accepted: tuple[str, date] | None = None) -> tuple[BarFlaw, ...]:
    accepted_jumps = frozenset([accepted] if accepted else [])
    return find_flaws(closes, BarExpectation(SYMBOLS, SESSIONS, DAY, accepted_jumps))


def told(flaws: tuple[BarFlaw, ...]) -> list[tuple[str, date, FlawKind, Severity]]:
    return [(flaw.symbol, flaw.session, flaw.kind, flaw.severity) for flaw in flaws]


def test_sound_bars_have_no_flaw(closes: pd.DataFrame) -> None:
    assert flaws_of(closes) == ()


def test_a_hole_in_the_past_warns(closes: pd.DataFrame) -> None:
    closes.loc[pd.Timestamp(SESSIONS[10]), "BBB"] = np.nan
    assert told(flaws_of(closes)) == [("BBB", SESSIONS[10], FlawKind.MISSING, Severity.WARN)]


def test_holes_in_a_row_are_one_flaw_and_a_missing_row_is_a_hole_of_all(closes: pd.DataFrame) -> None:
    flaws = flaws_of(closes.drop(index=closes.index[5:8]))
    assert told(flaws) == [(symbol, SESSIONS[5], FlawKind.MISSING, Severity.WARN) for symbol in SYMBOLS]
    assert f"3 sessions until {SESSIONS[7]}" in flaws[0].message


def test_a_hole_on_the_deciding_session_blocks(closes: pd.DataFrame) -> None:
    closes.loc[pd.Timestamp(SESSIONS[-2]), "AAA"] = np.nan
    flaws = find_flaws(closes, BarExpectation(SYMBOLS, SESSIONS, SESSIONS[-2]))
    assert told(flaws) == [("AAA", SESSIONS[-2], FlawKind.MISSING, Severity.BLOCK)]


def test_a_stale_symbol_blocks_and_says_which_bar_is_its_last(closes: pd.DataFrame) -> None:
    closes.loc[closes.index[-3:], "CCC"] = np.nan
    flaws = flaws_of(closes)
    assert told(flaws) == [("CCC", SESSIONS[-4], FlawKind.STALE, Severity.BLOCK)]
    assert str(SESSIONS[-4]) in flaws[0].message
    assert str(DAY) in flaws[0].message


@pytest.mark.parametrize("drops", [True, False])
def test_a_symbol_without_any_bar_blocks(closes: pd.DataFrame, drops: bool) -> None:  # noqa: FBT001
    closes["BBB"] = np.nan
    flaws = flaws_of(closes.drop(columns="BBB") if drops else closes)
    assert told(flaws) == [("BBB", DAY, FlawKind.MISSING, Severity.BLOCK)]


def test_a_symbol_that_was_listed_late_is_complete(closes: pd.DataFrame) -> None:
    closes.loc[closes.index[:20], "AAA"] = np.nan
    assert flaws_of(closes) == ()


@pytest.mark.parametrize("value", [0.0, -1.0, np.inf])
def test_a_close_that_is_no_positive_number_blocks(closes: pd.DataFrame, value: float) -> None:
    closes.loc[pd.Timestamp(SESSIONS[4]), "AAA"] = value
    assert ("AAA", SESSIONS[4], FlawKind.NON_POSITIVE, Severity.BLOCK) in told(flaws_of(closes))


@settings(max_examples=30, deadline=None)
@given(
    ratio=st.sampled_from([2, 3, 4, 5, 10, 20]),
    reverse=st.booleans(),
    row=st.integers(1, len(SESSIONS) - 1),
    off=st.floats(-0.009, 0.009),
)
def test_a_split_that_was_not_adjusted_for_blocks(ratio: int, reverse: bool, row: int, off: float) -> None:  # noqa: FBT001
    flat = pd.DataFrame(100.0, index=pd.DatetimeIndex(pd.to_datetime(list(SESSIONS))), columns=list(SYMBOLS))
    factor = (ratio if reverse else 1 / ratio) * (1 + off)
    flat.iloc[row:, 1] *= factor
    assert told(flaws_of(flat)) == [("BBB", SESSIONS[row], FlawKind.SPLIT_LIKE_JUMP, Severity.BLOCK)]
    assert flaws_of(flat, accepted=("BBB", SESSIONS[row])) == ()


def test_a_split_over_a_hole_is_found(closes: pd.DataFrame) -> None:
    closes.loc[closes.index[20] :, "AAA"] /= 2
    closes.iloc[15:20, 0] = np.nan
    closes.loc[closes.index[20] :, "AAA"] *= closes["AAA"].iloc[14] / closes["AAA"].iloc[20] / 2
    assert FlawKind.SPLIT_LIKE_JUMP in {flaw.kind for flaw in flaws_of(closes)}


def test_a_crash_of_the_whole_market_is_no_flaw(closes: pd.DataFrame) -> None:
    closes.iloc[30:, 0] *= 0.5
    closes.iloc[30:, 1:] *= 0.84
    assert flaws_of(closes) == ()


def test_a_leveraged_fund_may_move_by_a_third(closes: pd.DataFrame) -> None:
    closes.iloc[30:, 0] *= 0.7
    closes.iloc[30:, 1:] *= 0.9
    assert flaws_of(closes) == ()


def test_a_lonely_move_far_beyond_the_usual_warns(closes: pd.DataFrame) -> None:
    closes.iloc[30:, 0] *= 0.65
    assert told(flaws_of(closes)) == [("AAA", SESSIONS[30], FlawKind.OUTLIER, Severity.WARN)]


def test_a_jump_beyond_the_reach_of_indicators_only_warns() -> None:
    sessions = CALENDAR.between(date(2020, 1, 2), DAY)
    flat = pd.DataFrame(100.0, index=pd.DatetimeIndex(pd.to_datetime(list(sessions))), columns=["AAA"])
    severities = []
    for row in (len(sessions) - JUMP_WINDOW - 1, len(sessions) - JUMP_WINDOW):
        jumped = flat.copy()
        jumped.iloc[row:] /= 2
        (flaw,) = find_flaws(jumped, BarExpectation(("AAA",), sessions, DAY))
        severities.append(flaw.severity)
    assert severities == [Severity.WARN, Severity.BLOCK]


def test_without_a_deciding_session_only_the_past_is_looked_at(closes: pd.DataFrame) -> None:
    closes.loc[closes.index[-3:], "CCC"] = np.nan
    assert find_flaws(closes, BarExpectation(SYMBOLS, SESSIONS)) == ()


def test_duplicates_block_once_each() -> None:
    bars = long_bars({"AAA": {DAY: 1.0}, "BBB": {DAY: 2.0}})
    flaws = find_duplicates(pd.concat([bars, bars.tail(1), bars.tail(1)], ignore_index=True))
    assert told(flaws) == [("BBB", DAY, FlawKind.DUPLICATE, Severity.BLOCK)]
    assert find_duplicates(bars) == ()


def test_only_blocking_flaws_forbid_a_decision(closes: pd.DataFrame) -> None:
    closes.loc[pd.Timestamp(SESSIONS[10]), "BBB"] = np.nan
    closes.loc[pd.Timestamp(DAY), "CCC"] = np.nan
    assert [flaw.symbol for flaw in blocking(flaws_of(closes))] == ["CCC"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.one_of(st.none(), st.floats(-2, 2)), min_size=4, max_size=4), min_size=1, max_size=5)
)
def test_the_market_of_a_symbol_is_the_median_of_all_others(rows: list[list[float | None]]) -> None:
    moves = pd.DataFrame(rows, columns=list("ABCD"), dtype=np.float64)
    found = market_moves(moves)
    for symbol in moves:
        expected = moves.drop(columns=symbol).abs().median(axis=1).fillna(0.0)
        known = moves[symbol].notna()
        pd.testing.assert_series_equal(found.loc[known, symbol], expected[known], check_names=False)
