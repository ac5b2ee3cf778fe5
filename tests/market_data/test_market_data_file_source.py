from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from support.bars import CALENDAR, after_close_of, clock_at, csv_source

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.market_data.file_source import FileBars
from alchemiser_dagster.market_data.schema import check_bars

FIRST, EVE, DAY = date(2024, 11, 26), date(2024, 11, 27), date(2024, 11, 29)
GOOD = "symbol,session,close\nAAA,2024-11-27,10.5\nAAA,2024-11-29,11\nBBB,2024-11-29,20\n"


def source_of(path: Path) -> FileBars:
    return FileBars(path, CALENDAR, after_close_of(DAY))


def refusal(path: Path, symbol: str = "AAA") -> str:
    with pytest.raises(DataError) as caught:
        source_of(path).daily_bars([symbol], FIRST, DAY)
    assert str(path) in str(caught.value)
    assert caught.value.remedy
    return str(caught.value)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "bars.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_csv_file_with_closes_alone_gives_bars(tmp_path: Path) -> None:
    source = source_of(written(tmp_path, GOOD))
    bars = check_bars(source.daily_bars(["BBB", "AAA", "CCC"], FIRST, DAY), "file")
    assert bars["symbol"].tolist() == ["AAA", "AAA", "BBB"]
    assert bars["close"].tolist() == [10.5, 11.0, 20.0]
    assert bars[["open", "high", "low", "volume"]].isna().all(axis=None)
    assert bars["source"].unique().tolist() == [source.name]


def test_parquet_and_csv_give_the_same_bars(tmp_path: Path) -> None:
    rows = pd.DataFrame(
        {
            "symbol": ["AAA", "BBB"],
            "session": pd.to_datetime(["2024-11-29", "2024-11-29"]),
            "open": [1.0, None],
            "close": [1.5, 2.5],
            "volume": [100, 200],
            "source": ["x", "y"],
        }
    )
    rows.to_csv(tmp_path / "bars.csv", index=False)
    rows.to_parquet(tmp_path / "bars.parquet")
    one, other = (
        source_of(tmp_path / f"bars.{kind}").daily_bars(["AAA", "BBB"], FIRST, DAY)
        for kind in ("csv", "parquet")
    )
    pd.testing.assert_frame_equal(one.drop(columns="source"), other.drop(columns="source"))


def test_a_session_is_sealed_only_after_its_close(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    running = FileBars(path, CALENDAR, clock_at(DAY, 12, 45))
    assert running.daily_bars(["AAA"], FIRST, DAY)["session"].tolist() == [pd.Timestamp(EVE)]
    assert len(source_of(path).daily_bars(["AAA"], FIRST, DAY)) == 2


def test_the_close_of_the_running_session_is_its_provisional_price(tmp_path: Path) -> None:
    clock = clock_at(DAY, 12, 45)
    prices = FileBars(written(tmp_path, GOOD), CALENDAR, clock).latest_prices(["AAA", "CCC"])
    assert [(price.symbol, price.price, price.observed_at) for price in prices] == [
        ("AAA", 11.0, clock.now())
    ]
    assert FileBars(written(tmp_path, GOOD), CALENDAR, clock_at(DAY, 9)).latest_prices(["AAA"]) == ()
    assert FileBars(written(tmp_path, GOOD), CALENDAR, clock_at(FIRST, 15)).latest_prices(["AAA"]) == ()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "nowhere.parquet")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bars.xlsx"
    path.write_text("x")
    assert ".parquet, .pq or .csv" in refusal(path)


def test_a_file_without_a_close_lists_what_it_has(tmp_path: Path) -> None:
    said = refusal(written(tmp_path, "symbol,session,price\nAAA,2024-11-29,1\n"))
    assert "no column 'close'" in said
    assert "symbol, session, price" in said
    pd.DataFrame({"symbol": ["AAA"], "Close": [1.0]}).to_parquet(tmp_path / "bars.parquet")
    assert "'session' or 'close'; it has symbol, Close" in refusal(tmp_path / "bars.parquet")


@pytest.mark.parametrize("content", [b"", b"no parquet at all", b"PAR1" + b"\0" * 50 + b"PAR1"])
def test_a_corrupt_parquet_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bars.parquet"
    path.write_bytes(content)
    assert "not a readable Parquet file" in refusal(path)


@pytest.mark.parametrize(
    "content",
    [b"", b'symbol,session,close\n"AAA,2024-11-29,1\n', b"symbol,session,close\n\xff\xfe,2024-11-29,1\n"],
)
def test_a_corrupt_csv_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bars.csv"
    path.write_bytes(content)
    assert "not a readable CSV file" in refusal(path)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("AAA,2024-11-26,-3", "AAA on 2024-11-26 has close -3"),
        ("AAA,2024-11-26,0", "AAA on 2024-11-26 has close 0"),
        ("AAA,2024-11-26,inf", "AAA on 2024-11-26 has close inf"),
        ("AAA,2024-11-26,ten", "has close 'ten', which is no number"),
        ("AAA,2024-11-26,", "AAA on 2024-11-26 has no close"),
        ("AAA,yesterday,1", "AAA on yesterday has a session that can't be read"),
        ("AAA,2024-11-26 16:00,1", "has a time of day"),
        ("AAA,2024-11-28,1", "AAA on 2024-11-28 is not a trading session"),
        ("AAA,2024-11-29,12", "AAA on 2024-11-29 has more than one bar"),
    ],
)
def test_a_flawed_row_is_named_with_its_line(tmp_path: Path, row: str, said: str) -> None:
    path = written(tmp_path, f"{GOOD}{row}\n")
    message = refusal(path)
    assert said in message
    assert f"{path}, line 5:" in message


def test_lines_are_counted_over_blank_ones(tmp_path: Path) -> None:
    message = refusal(written(tmp_path, "symbol,session,close\n\n\nAAA,2024-11-29,-1\n"))
    assert "line 4:" in message


def test_flaws_of_symbols_that_nobody_asked_for_do_not_matter(tmp_path: Path) -> None:
    path = written(tmp_path, f"{GOOD}^ODD,someday,-1\n")
    assert len(source_of(path).daily_bars(["AAA"], FIRST, DAY)) == 2


def test_a_flawed_price_in_parquet_is_named_by_symbol_and_session(tmp_path: Path) -> None:
    path = tmp_path / "bars.parquet"
    rows = pd.DataFrame({"symbol": "AAA", "session": pd.to_datetime([EVE, DAY]), "close": [1.0, -1.0]})
    rows.to_parquet(path)
    assert "AAA on 2024-11-29 has close -1.0" in refusal(path)
    pd.concat([rows.head(1), rows.head(1)]).to_parquet(path)
    assert "AAA on 2024-11-27 has more than one bar" in refusal(path)


def test_two_files_are_two_sources(tmp_path: Path) -> None:
    one = csv_source(tmp_path / "one.csv", {"AAA": {DAY: 1.0}}, DAY)
    other = csv_source(tmp_path / "other.csv", {"AAA": {DAY: 1.0}}, DAY)
    assert one.name != other.name
