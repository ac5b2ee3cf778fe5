from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from support.bars import long_bars

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.market_data.schema import BAR_COLUMNS, check_bars, empty_bars

DAY = date(2024, 11, 29)


@pytest.fixture
def bars() -> pd.DataFrame:
    return long_bars({"AAA": {DAY: 10.0}, "BBB": {DAY: 20.0}})


def test_bars_that_are_well_formed_come_back_as_they_are(bars: pd.DataFrame) -> None:
    assert check_bars(bars, "here") is bars
    assert check_bars(empty_bars(), "here").columns.tolist() == list(BAR_COLUMNS)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("close", -1.0, "BBB on 2024-11-29 has close -1.0"),
        ("close", 0.0, "BBB on 2024-11-29 has close 0.0"),
        ("close", np.nan, "BBB on 2024-11-29 has close nan"),
        ("close", np.inf, "BBB on 2024-11-29 has close inf"),
        ("open", -3.0, "BBB on 2024-11-29 has open -3.0"),
        ("volume", -1.0, "BBB on 2024-11-29 has volume -1.0"),
        ("volume", np.inf, "BBB on 2024-11-29 has volume inf"),
        ("source", "", "BBB on 2024-11-29 has source "),
        ("session", pd.Timestamp("2024-11-29 16:00"), "has session 2024-11-29 16:00"),
    ],
)
def test_a_malformed_value_is_named_by_symbol_and_session(
    bars: pd.DataFrame, column: str, value: object, said: str
) -> None:
    bars.loc[1, column] = value
    with pytest.raises(DataError) as caught:
        check_bars(bars, "the source")
    assert said in str(caught.value)
    assert caught.value.where == "the source"


def test_two_bars_for_one_session_are_named(bars: pd.DataFrame) -> None:
    doubled = pd.concat([bars, bars.tail(1)], ignore_index=True)
    with pytest.raises(DataError, match="BBB on 2024-11-29 has more than one bar"):
        check_bars(doubled, "here")


def test_a_frame_with_other_columns_is_refused(bars: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="close"):
        check_bars(bars.drop(columns="close"), "here")
    with pytest.raises(DataError, match="extra"):
        check_bars(bars.assign(extra=1), "here")


def test_many_faults_are_counted_not_listed() -> None:
    bars = long_bars({f"S{number}": {DAY: -1.0} for number in range(50)})
    with pytest.raises(DataError, match="and 47 more"):
        check_bars(bars, "here")
