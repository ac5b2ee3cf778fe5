from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bars import CALENDAR, after_close_of, clock_at

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.market_data.quality import BarExpectation, blocking, find_flaws
from alchemiser_dagster.market_data.restatement import closes_of
from alchemiser_dagster.market_data.schema import check_bars
from alchemiser_dagster.market_data.simulated.characters import CHARACTERS, DERIVATIONS
from alchemiser_dagster.market_data.simulated.draws import SESSIONS_A_YEAR
from alchemiser_dagster.market_data.simulated.factors import REGIMES, draw_regimes
from alchemiser_dagster.market_data.simulated.market import EPOCH, SimulatedMarket
from alchemiser_dagster.market_data.simulated.paths import FUND_FEE
from alchemiser_dagster.sessions import TradingCalendar

NOW = date(2024, 11, 29)
KNOWN = ("SPY", "QQQ", "TQQQ", "SQQQ", "TLT", "TMF", "BIL", "GLD", "UVXY", "AAPL", "ZZZZ", "BRK.B")

RECORDED = {
    ("SPY", "1990-01-02"): 0.5115884,
    ("SPY", "2024-11-29"): 21.10052,
    ("TQQQ", "2024-11-29"): 327.5303,
    ("ZZZZ", "2020-03-16"): 334.9065,
}


def market(seed: int = 7, sealed: date = NOW) -> SimulatedMarket:
    return SimulatedMarket(seed, CALENDAR, after_close_of(sealed))


@pytest.fixture(scope="module")
def all_bars() -> pd.DataFrame:
    return market().daily_bars(KNOWN, EPOCH, NOW)


def returns_of(symbols: tuple[str, ...], seed: int = 7) -> pd.DataFrame:
    return closes_of(market(seed).daily_bars(symbols, EPOCH, NOW)).pct_change().iloc[1:]


@settings(max_examples=25, deadline=None)
@given(
    symbols=st.lists(st.sampled_from(KNOWN), min_size=1, max_size=4),
    first=st.dates(date(1989, 12, 25), date(2024, 12, 5)),
    length=st.integers(0, 4000),
    seals=st.dates(date(2010, 1, 4), NOW),
)
def test_any_question_gets_the_same_bars_bit_for_bit(
    all_bars: pd.DataFrame, symbols: list[str], first: date, length: int, seals: date
) -> None:
    last = (pd.Timestamp(first) + pd.Timedelta(days=length)).date()
    sealed = CALENDAR.latest(seals)
    answer = market(sealed=sealed).daily_bars(symbols, first, last)
    expected = all_bars[
        all_bars["symbol"].isin(symbols)
        & all_bars["session"].between(pd.Timestamp(first), pd.Timestamp(min(last, sealed)))
    ]
    pd.testing.assert_frame_equal(answer, expected.reset_index(drop=True), check_exact=True)


def test_a_longer_calendar_changes_no_bar(all_bars: pd.DataFrame) -> None:
    shorter = TradingCalendar(last=date(2025, 3, 31))
    answer = SimulatedMarket(7, shorter, after_close_of(NOW)).daily_bars(KNOWN, EPOCH, NOW)
    pd.testing.assert_frame_equal(answer, all_bars, check_exact=True)


def test_the_bars_of_a_seed_are_the_same_on_every_machine_and_release(all_bars: pd.DataFrame) -> None:
    closes = closes_of(all_bars)
    found = {(symbol, day): closes.loc[day, symbol] for symbol, day in RECORDED}
    assert found == pytest.approx(RECORDED, rel=1e-6)


def test_bars_are_well_formed_and_consistent(all_bars: pd.DataFrame) -> None:
    check_bars(all_bars, "simulated")
    inside = all_bars[["open", "close"]]
    assert (all_bars["high"] >= inside.max(axis=1)).all()
    assert (all_bars["low"] <= inside.min(axis=1)).all()
    assert (all_bars["volume"] >= 0).all()
    assert all_bars["source"].unique().tolist() == ["simulated:7"]
    assert all_bars.groupby("symbol").size().eq(len(CALENDAR.between(EPOCH, NOW))).all()


@settings(max_examples=12, deadline=None)
@given(symbol=st.from_regex(r"[A-Z][A-Z0-9./-]{0,9}", fullmatch=True), seed=st.integers(0, 2**32))
def test_every_symbol_has_a_sound_history_under_every_seed(symbol: str, seed: int) -> None:
    bars = market(seed).daily_bars([symbol], date(2023, 1, 1), NOW)
    check_bars(bars, symbol)
    assert len(bars) == len(CALENDAR.between(date(2023, 1, 1), NOW))


@pytest.mark.parametrize(
    "fund", ["TQQQ", "SQQQ", "QLD", "UPRO", "SPXU", "SSO", "SPXL", "SOXL", "TMF", "TMV", "UVXY"]
)
def test_a_leveraged_fund_returns_its_multiple_of_its_index_less_the_fee(fund: str) -> None:
    derivation = DERIVATIONS[fund]
    returns = returns_of((fund, derivation.index))
    expected = derivation.multiple * returns[derivation.index] - FUND_FEE / SESSIONS_A_YEAR
    assert np.allclose(returns[fund], expected, atol=1e-5)


def test_every_derived_fund_has_an_index_that_is_not_itself_derived() -> None:
    assert not {derivation.index for derivation in DERIVATIONS.values()} & set(DERIVATIONS)
    assert not set(CHARACTERS) & set(DERIVATIONS)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_families_move_together_as_they_should(seed: int) -> None:
    returns = returns_of(("SPY", "VOO", "QQQ", "TLT", "GLD", "BIL", "VIXY", "AAPL"), seed)
    together = returns.corr()["SPY"]
    yearly = returns.std() * np.sqrt(SESSIONS_A_YEAR)
    assert together["VOO"] > 0.98
    assert 0.8 < together["QQQ"] < 0.98
    assert 0.2 < together["AAPL"] < 0.85
    assert -0.6 < together["TLT"] < -0.1
    assert abs(together["GLD"]) < 0.2
    assert together["VIXY"] < -0.9
    assert 0.10 < yearly["SPY"] < 0.22
    assert yearly["SPY"] < yearly["QQQ"] < yearly["VIXY"]
    assert yearly["BIL"] < 0.005


def test_all_four_regimes_rule_for_a_while() -> None:
    shares = np.bincount(draw_regimes(7), minlength=len(REGIMES)) / len(draw_regimes(7))
    assert (shares > 0.02).all()


def test_two_seeds_are_two_worlds_with_two_names() -> None:
    one, other = market(1), market(2)
    assert one.name != other.name
    assert not np.allclose(
        one.daily_bars(["SPY"], EPOCH, NOW)["close"], other.daily_bars(["SPY"], EPOCH, NOW)["close"]
    )


def test_a_session_is_sealed_only_once_the_clock_has_passed_its_close() -> None:
    early_close = date(2024, 11, 29)
    before = SimulatedMarket(7, CALENDAR, clock_at(early_close, 12, 59))
    at_close = SimulatedMarket(7, CALENDAR, clock_at(early_close, 13))
    question = (["SPY"], date(2024, 11, 25), date(2024, 12, 31))
    assert before.daily_bars(*question)["session"].max() == pd.Timestamp(2024, 11, 27)
    assert at_close.daily_bars(*question)["session"].max() == pd.Timestamp(early_close)


def test_the_provisional_price_is_the_close_to_come() -> None:
    clock = clock_at(NOW, 12, 45)
    prices = SimulatedMarket(7, CALENDAR, clock).latest_prices(["SPY", "TQQQ"])
    sealed = market().daily_bars(["SPY", "TQQQ"], NOW, NOW)
    assert {price.symbol: price.price for price in prices} == dict(
        zip(sealed["symbol"], sealed["close"], strict=True)
    )
    assert {price.observed_at for price in prices} == {clock.now()}


def test_before_the_open_there_is_no_price_and_after_the_close_it_is_the_close() -> None:
    assert SimulatedMarket(7, CALENDAR, clock_at(NOW, 9, 29)).latest_prices(["SPY"]) == ()
    (price,) = SimulatedMarket(7, CALENDAR, clock_at(date(2024, 11, 30), 11)).latest_prices(["SPY"])
    assert price.observed_at == CALENDAR.close_of(NOW)


def test_nothing_is_asked_and_nothing_is_answered() -> None:
    assert market().daily_bars([], EPOCH, NOW).empty
    assert market().daily_bars(["SPY"], NOW, EPOCH).empty
    assert market().daily_bars(["SPY"], date(1980, 1, 1), date(1989, 12, 31)).empty


def test_a_calendar_that_begins_too_late_is_refused() -> None:
    late = SimulatedMarket(7, TradingCalendar(first=date(2020, 1, 1)), after_close_of(NOW))
    with pytest.raises(DataError, match="begin on or before 1990-01-02"):
        late.daily_bars(["SPY"], date(2021, 1, 1), NOW)


@pytest.mark.parametrize("seed", [0, 7])
def test_the_simulated_market_never_blocks_its_own_decisions(seed: int) -> None:
    symbols = (*list(CHARACTERS)[::10], *list(DERIVATIONS)[::8])
    closes = closes_of(market(seed).daily_bars(symbols, EPOCH, NOW))
    expectation = BarExpectation(symbols, CALENDAR.between(EPOCH, NOW), NOW)
    assert blocking(find_flaws(closes, expectation)) == ()
