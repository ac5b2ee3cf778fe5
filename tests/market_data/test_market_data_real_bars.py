from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from support.bars import CALENDAR, after_close_of, clock_at

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.market_data.bar_table import BarTable
from alchemiser_dagster.market_data.fetch_plan import BarsRequest
from alchemiser_dagster.market_data.file_source import FileBars
from alchemiser_dagster.market_data.quality import BarExpectation, blocking, find_flaws
from alchemiser_dagster.market_data.update import bring_up_to_date

REPOSITORY = Path(__file__).parents[2]
FILE = Path(
    os.environ.get("ALCHEMISER_REAL_BARS", REPOSITORY.parent / "shared" / "data" / "real_bars.parquet")
)
SHARES = (
    "AAPL",
    "AMD",
    "AMZN",
    "BAC",
    "BBY",
    "GE",
    "GOOG",
    "JPM",
    "META",
    "PFE",
    "RRC",
    "SPY",
    "T",
    "WMT",
    "XOM",
)
START, EVE, DAY = date(2015, 1, 2), date(2024, 11, 27), date(2024, 11, 29)

pytestmark = pytest.mark.skipif(
    not FILE.is_file(), reason=f"no real bars at {FILE}: name a file in ALCHEMISER_REAL_BARS"
)


def test_no_real_share_is_blocked_between_2015_and_2024() -> None:
    source = FileBars(FILE, CALENDAR, after_close_of(DAY))
    closes = source.daily_bars(SHARES, START, DAY).pivot(index="session", columns="symbol", values="close")
    sessions = CALENDAR.between(START, DAY)
    assert list(closes.index.date) == list(sessions)
    assert blocking(find_flaws(closes, BarExpectation(SHARES, sessions, DAY))) == ()


def test_real_bars_fill_a_table_session_by_session(tmp_path: Path) -> None:
    table = BarTable(str(tmp_path / "table"))
    first = bring_up_to_date(
        table, FileBars(FILE, CALENDAR, clock_at(DAY, 12, 45)), BarsRequest(SHARES, START, EVE)
    )
    second = bring_up_to_date(
        table, FileBars(FILE, CALENDAR, after_close_of(DAY)), BarsRequest(SHARES, START, DAY)
    )
    assert first.rows_written == len(SHARES) * len(CALENDAR.between(START, EVE))
    assert second.rows_written == len(SHARES)
    assert second.restatements == ()


def test_a_symbol_that_the_real_file_lacks_is_named(tmp_path: Path) -> None:
    source = FileBars(FILE, CALENDAR, after_close_of(DAY))
    with pytest.raises(DataError, match="no bar of TQQQ"):
        bring_up_to_date(BarTable(str(tmp_path)), source, BarsRequest(("SPY", "TQQQ"), START, DAY))
