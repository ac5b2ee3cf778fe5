from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bars import CALENDAR, clock_at

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.market_data.needs import needed_symbols
from alchemiser_dagster.market_data.provisional import with_provisional
from alchemiser_dagster.market_data.source import LatestPrice

SESSIONS = CALENDAR.between(date(2024, 11, 20), date(2024, 11, 27))
DAY = date(2024, 11, 29)


@pytest.fixture
def closes() -> pd.DataFrame:
    index = pd.DatetimeIndex(pd.to_datetime(list(SESSIONS)), name="session")
    return pd.DataFrame(10.0, index=index, columns=["AAA", "BBB"])


def price(symbol: str, value: float, day: date = DAY) -> LatestPrice:
    return LatestPrice(symbol=symbol, price=value, observed_at=clock_at(day, 12, 45).now())


def test_the_provisional_prices_are_one_more_row(closes: pd.DataFrame) -> None:
    sealed = closes.copy()
    both = with_provisional(closes, [price("AAA", 11.0), price("ZZZ", 1.0)], DAY)
    pd.testing.assert_frame_equal(closes, sealed)
    pd.testing.assert_frame_equal(both.iloc[:-1], sealed)
    assert both.index[-1] == pd.Timestamp(DAY)
    assert both.index.dtype == closes.index.dtype
    assert both.columns.tolist() == ["AAA", "BBB"]
    assert both.iloc[-1, 0] == 11.0
    assert np.isnan(both.iloc[-1, 1])


def test_no_sealed_row_is_ever_overwritten(closes: pd.DataFrame) -> None:
    for session in SESSIONS[-2:]:
        with pytest.raises(DataError, match="sealed up to 2024-11-27"):
            with_provisional(closes, [price("AAA", 11.0, session)], session)


def test_a_price_of_another_day_is_no_provisional_price(closes: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="AAA was observed on 2024-11-27"):
        with_provisional(closes, [price("AAA", 11.0, SESSIONS[-1])], DAY)


def test_provisional_prices_stand_alone_where_nothing_is_sealed(closes: pd.DataFrame) -> None:
    assert with_provisional(closes.iloc[:0], [price("AAA", 11.0)], DAY)["AAA"].tolist() == [11.0]


symbols = st.sampled_from(["SPY", "QQQ", "TLT", "BIL", "GLD"])


@given(st.lists(st.frozensets(symbols)), st.lists(symbols))
def test_the_day_needs_what_any_strategy_reads_and_what_is_held(
    strategies: list[frozenset[str]], held: list[str]
) -> None:
    needed = needed_symbols(strategies, held)
    assert set(needed) == frozenset().union(*strategies, held)
    assert list(needed) == sorted(set(needed))
