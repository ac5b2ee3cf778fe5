from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import ceil

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bar_server import BarServer, midnight, row, rows, symbols_asked
from support.bars import CALENDAR, after_close_of, clock_at, walk

from alchemiser_dagster.broker.alpaca.client import GuardedDataClient
from alchemiser_dagster.broker.alpaca.payload import json_of
from alchemiser_dagster.broker.alpaca.read_errors import ReadError
from alchemiser_dagster.clock import Clock, StandingClock
from alchemiser_dagster.errors import DataError
from alchemiser_dagster.market_data.alpaca.pages import most_pages
from alchemiser_dagster.market_data.alpaca.rows import RowReader
from alchemiser_dagster.market_data.alpaca.source import AlpacaBars
from alchemiser_dagster.market_data.schema import check_bars
from alchemiser_dagster.settings.choices import DataFeed

FIRST, DAY = date(2024, 11, 1), date(2024, 11, 29)
SESSIONS = CALENDAR.between(FIRST, DAY)
EVE = SESSIONS[-2]
NOON = datetime(2024, 11, 29, 17, 0, tzinfo=UTC)
ONE_BAR = '{"bars": {"AAA": [%s]}, "next_page_token": null}'


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**400), 10**400),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from([midnight(DAY), midnight(EVE), "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "x"]),
)
ROWS = st.dictionaries(
    st.sampled_from(["t", "o", "h", "l", "c", "v"]), SCALARS | st.lists(SCALARS, max_size=1)
)
LIKELY = st.fixed_dictionaries(
    {"t": st.sampled_from([midnight(DAY), midnight(EVE)]), "c": SCALARS, "v": SCALARS}
)
ANSWERS = st.fixed_dictionaries(
    {
        "bars": st.dictionaries(
            st.sampled_from(["AAA", "AAA", "BBB"]), st.lists(LIKELY | ROWS | SCALARS, max_size=3) | SCALARS
        )
        | SCALARS,
        "next_page_token": st.none() | st.just("same"),
    }
)


@dataclass
class Canned:
    """A connection that gives the same answer to every question."""

    answer: object

    def get(self, _path: str, _query: dict[str, str], /) -> object:
        return self.answer


def source_of(
    client: GuardedDataClient, clock: Clock | None = None, feed: DataFeed = DataFeed.SIP
) -> AlpacaBars:
    return AlpacaBars(client, feed, DataFeed.IEX, CALENDAR, clock or after_close_of(DAY))


def wide(bars: pd.DataFrame) -> dict[str, dict[date, float]]:
    return {
        str(symbol): dict(zip(found["session"].dt.date, found["close"], strict=True))
        for symbol, found in bars.groupby("symbol")
    }


def test_the_name_tells_feed_and_adjustment(client: GuardedDataClient) -> None:
    assert source_of(client).name == "alpaca:sip:all"
    assert source_of(client, feed=DataFeed.IEX).name == "alpaca:iex:all"


def test_many_symbols_are_one_question(server: BarServer, client: GuardedDataClient) -> None:
    server.bars = {"AAA": rows(walk(SESSIONS)), "BBB": rows(walk(SESSIONS, 50.0))}
    bars = source_of(client, clock_at(DAY, 20)).daily_bars(["BBB", "AAA", "CCC", "AAA"], FIRST, DAY)
    assert wide(bars) == {"AAA": walk(SESSIONS), "BBB": walk(SESSIONS, 50.0)}
    assert bars["source"].unique().tolist() == ["alpaca:sip:all"]
    assert bars["volume"].unique().tolist() == [1000.0]
    assert server.asked == [
        {
            "path": "/v2/stocks/bars",
            "symbols": "AAA,BBB,CCC",
            "timeframe": "1Day",
            "adjustment": "all",
            "feed": "sip",
            "start": "2024-11-01T04:00:00Z",
            "end": "2024-11-30T00:44:00Z",
            "limit": "10000",
        }
    ]


def test_nothing_is_asked_where_nothing_can_be_answered(server: BarServer, client: GuardedDataClient) -> None:
    assert source_of(client).daily_bars([], FIRST, DAY).empty
    assert source_of(client).daily_bars(["AAA"], date(2024, 11, 30), date(2024, 12, 1)).empty
    assert server.asked == []


def test_more_symbols_than_a_request_holds_are_several_questions(
    server: BarServer, client: GuardedDataClient
) -> None:
    symbols = [f"S{number:03}" for number in range(401)]
    server.bars = {symbol: rows({DAY: 5.0}) for symbol in symbols}
    assert source_of(client).daily_bars(symbols, DAY, DAY)["symbol"].tolist() == symbols
    assert [len(asked) for asked in symbols_asked(server)] == [200, 200, 1]


@pytest.mark.parametrize("page_rows", [2, 5, 8, 15, 16])
def test_pages_are_followed_to_the_end(server: BarServer, client: GuardedDataClient, page_rows: int) -> None:
    server.page_rows = page_rows
    server.bars = {"AAA": rows(walk(SESSIONS[-8:])), "BBB": rows(walk(SESSIONS, 50.0))}
    bars = source_of(client).daily_bars(["AAA", "BBB"], SESSIONS[-8], DAY)
    assert wide(bars) == {
        "AAA": walk(SESSIONS[-8:]),
        "BBB": {day: walk(SESSIONS, 50.0)[day] for day in SESSIONS[-8:]},
    }
    assert len(server.asked) == ceil(16 / page_rows)
    assert len({(query["start"], query["end"], query["symbols"]) for query in server.asked}) == 1


def test_a_page_that_names_itself_as_the_next_one_is_an_error(
    server: BarServer, client: GuardedDataClient
) -> None:
    server.answers = ['{"bars": {}, "next_page_token": "same"}'] * 3
    with pytest.raises(DataError, match="the pages don't end: a page names itself"):
        source_of(client).daily_bars(["AAA"], FIRST, DAY)
    assert len(server.asked) == 2


def test_pages_without_end_are_an_error_that_says_so(
    server: BarServer, client: GuardedDataClient
) -> None:
    server.answers = [f'{{"bars": null, "next_page_token": "{number}"}}' for number in range(100)]
    most = most_pages(symbols=2, sessions=len(SESSIONS))
    with pytest.raises(DataError, match=f"the pages don't end: {most} were read, and there is one more"):
        source_of(client).daily_bars(["AAA", "BBB"], FIRST, DAY)
    assert len(server.asked) == most


def test_an_honest_answer_has_fewer_pages_than_are_read() -> None:
    assert most_pages(60, 2520) > 60 * 2520 / 10_000
    assert most_pages(300, 5) >= 300


#
@pytest.mark.parametrize(("hour", "minute"), [(8, 0), (9, 31), (12, 59)])
def test_the_bar_of_a_running_session_is_never_in_it(
    server: BarServer, client: GuardedDataClient, hour: int, minute: int
) -> None:
    everything = json.dumps({"bars": {"AAA": rows(walk(SESSIONS))}, "next_page_token": None})
    server.answers = [everything]
    bars = source_of(client, clock_at(DAY, hour, minute)).daily_bars(["AAA"], FIRST, DAY)
    assert bars["session"].max() == pd.Timestamp(EVE)
    assert datetime.fromisoformat(server.asked[0]["end"]).date() <= DAY
    assert server.asked[0]["end"] < row(DAY, 1.0)["t"]


def test_bars_outside_of_the_question_are_left_out(server: BarServer, client: GuardedDataClient) -> None:
    server.answers = [json.dumps({"bars": {"AAA": rows(walk(SESSIONS))}, "next_page_token": None})]
    bars = source_of(client).daily_bars(["AAA"], SESSIONS[4], SESSIONS[6])
    assert list(bars["session"].dt.date) == list(SESSIONS[4:7])


@pytest.mark.parametrize(
    ("clock", "last", "end"),
    [
        (clock_at(DAY, 8), DAY, "2024-11-28T04:59:59Z"),
        (clock_at(DAY, 12, 45), EVE, "2024-11-28T04:59:59Z"),
        (clock_at(DAY, 13, 0), DAY, "2024-11-29T18:00:00Z"),
        (clock_at(DAY, 13, 15), DAY, "2024-11-29T18:15:00Z"),
        (clock_at(DAY, 13, 16), DAY, "2024-11-29T18:00:00Z"),
        (clock_at(DAY, 18, 0), DAY, "2024-11-29T22:44:00Z"),
        (clock_at(date(2024, 12, 1), 18), DAY, "2024-11-30T04:59:59Z"),
    ],
)
def test_the_question_ends_as_late_as_every_data_plan_permits(
    server: BarServer, client: GuardedDataClient, clock: Clock, last: date, end: str
) -> None:
    source_of(client, clock).daily_bars(["AAA"], FIRST, last)
    assert server.asked[0]["end"] == end


@pytest.mark.parametrize(
    "now", [NOON, NOON + timedelta(hours=1, minutes=16), NOON + timedelta(hours=9), NOON + timedelta(days=1)]
)
def test_a_free_data_plan_gives_older_sessions_at_any_time(
    server: BarServer, client: GuardedDataClient, now: datetime
) -> None:
    server.sip_until = now - timedelta(minutes=15)
    server.bars = {"AAA": rows(walk(SESSIONS))}
    bars = source_of(client, StandingClock(now)).daily_bars(["AAA"], FIRST, DAY)
    assert bars["session"].max().date() == CALENDAR.last_complete(now)


def test_a_free_data_plan_right_after_the_close_is_told_what_to_do(
    server: BarServer, client: GuardedDataClient
) -> None:
    server.sip_until = NOON
    with pytest.raises(DataError, match=r"data plan does not permit .* market_data.feed to iex"):
        source_of(client, clock_at(DAY, 13, 5)).daily_bars(["AAA"], FIRST, DAY)
    assert source_of(client, clock_at(DAY, 13, 5), DataFeed.IEX).daily_bars(["AAA"], FIRST, DAY).empty


def test_another_refusal_stays_what_it_is(client: GuardedDataClient, server: BarServer) -> None:
    server.sip_until = NOON
    server.answer = lambda _path, _query: (401, '{"message": "unauthorized"}')  # type: ignore[method-assign]
    with pytest.raises(ReadError, match=r"alpaca\.key_id"):
        source_of(client).daily_bars(["AAA"], FIRST, DAY)


def test_a_class_share_is_asked_with_a_point_and_answered_as_it_was_asked(
    server: BarServer, client: GuardedDataClient
) -> None:
    server.bars = {"BRK.B": rows({DAY: 480.5}), "BF.B": rows({DAY: 40.0})}
    bars = source_of(client).daily_bars(["BRK/B", "BF.B"], DAY, DAY)
    assert bars["symbol"].tolist() == ["BF.B", "BRK/B"]
    assert symbols_asked(server) == [["BF.B", "BRK.B"]]
    with pytest.raises(DataError, match=r"BRK\.B and BRK/B are the same symbol at Alpaca"):
        source_of(client).daily_bars(["BRK/B", "BRK.B"], DAY, DAY)


#
@given(st.decimals(min_value="0.000001", max_value="9999999", places=12))
def test_a_number_becomes_the_float_that_is_nearest_to_its_text(number: Decimal) -> None:
    text = f"{number:f}"
    sent = json_of((ONE_BAR % f'{{"t": "2024-11-29T05:00:00Z", "c": {text}, "v": 12}}').encode())
    bars = RowReader("here", CALENDAR).frame(sent["bars"], {"AAA": "AAA"})  # type: ignore[index]
    assert bars["close"].tolist() == [float(text)]
    assert bars["volume"].tolist() == [12.0]


@pytest.mark.parametrize(
    ("time", "session"),
    [
        ("2024-11-29T05:00:00Z", DAY),
        ("2024-11-29T00:00:00-05:00", DAY),
        ("2024-11-29T05:00:00.123456789Z", DAY),
        ("2024-07-01T04:00:00Z", date(2024, 7, 1)),
        ("2024-07-02T03:59:59Z", date(2024, 7, 1)),
    ],
)
def test_a_session_is_the_new_york_date_of_the_time(
    server: BarServer, client: GuardedDataClient, time: str, session: date
) -> None:
    server.answers = [ONE_BAR % json.dumps({**row(DAY, 3.5), "t": time})]
    bars = source_of(client).daily_bars(["AAA"], date(2024, 7, 1), DAY)
    assert bars["session"].tolist() == [pd.Timestamp(session)]


@pytest.mark.parametrize(
    "answer",
    [
        '{"bars": null, "next_page_token": null}',
        '{"bars": {}}',
        '{"bars": {"AAA": null}, "next_page_token": null}',
        '{"bars": {"AAA": []}, "next_page_token": ""}',
    ],
)
def test_a_symbol_without_bars_is_absent(server: BarServer, client: GuardedDataClient, answer: str) -> None:
    server.answers = [answer]
    assert source_of(client).daily_bars(["AAA"], FIRST, DAY).empty


def test_bars_in_any_order_are_sorted(server: BarServer, client: GuardedDataClient) -> None:
    server.answers = [json.dumps({"bars": {"AAA": rows(walk(SESSIONS))[::-1]}, "next_page_token": None})]
    assert source_of(client).daily_bars(["AAA"], FIRST, DAY)["session"].is_monotonic_increasing


@pytest.mark.parametrize("missing", ["o", "h", "l", "v"])
def test_what_lacks_beside_the_close_is_nan(
    server: BarServer, client: GuardedDataClient, missing: str
) -> None:
    whole = row(DAY, 3.5)
    column = {"o": "open", "h": "high", "l": "low", "v": "volume"}[missing]
    for lacking in ({**whole, missing: None}, {key: whole[key] for key in whole if key != missing}):
        server.answers = [ONE_BAR % json.dumps(lacking)]
        bars = source_of(client).daily_bars(["AAA"], FIRST, DAY)
        assert np.isnan(bars[column]).tolist() == [True]
        assert bars["close"].tolist() == [3.5]


def bad_row(**change: object) -> Callable[[], str]:
    return lambda: ONE_BAR % json.dumps(row(DAY, 3.5) | change)


#
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda: "[]", "the answer holds no bars"),
        (lambda: "{}", "the answer holds no bars"),
        (lambda: '{"bars": [1], "next_page_token": null}', "not arranged by symbol"),
        (lambda: '{"bars": {"AAA": {}}, "next_page_token": null}', "bars of AAA are no list of bars"),
        (lambda: '{"bars": {"AAA": [1]}, "next_page_token": null}', "bars of AAA are no list of bars"),
        (lambda: '{"bars": {"ZZZ": []}, "next_page_token": null}', "bars of ZZZ, which was not asked for"),
        (bad_row(c=None), "AAA on 2024-11-29 has close nan"),
        (bad_row(c=-3.5), "AAA on 2024-11-29 has close -3.5"),
        (bad_row(c=0), "AAA on 2024-11-29 has close 0.0"),
        (bad_row(o=-1), "AAA on 2024-11-29 has open -1.0"),
        (bad_row(v=-1), "AAA on 2024-11-29 has volume -1.0"),
        (bad_row(c="3.5"), "AAA on 2024-11-29 has close '3.5', which is no number"),
        (bad_row(c=True), "AAA on 2024-11-29 has close True, which is no number"),
        (bad_row(h=[]), r"AAA on 2024-11-29 has high \[\], which is no number"),
        (bad_row(t=None), "AAA has a bar whose time 'None' can't be read"),
        (bad_row(t=17), "AAA has a bar whose time '17' can't be read"),
        (bad_row(t="0001-01-01T00:00:00Z"), "AAA has a bar whose time '0001-01-01T00:00:00Z' can't be read"),
        (bad_row(t="2024-11-29"), "AAA has a bar whose time '2024-11-29' can't be read"),
        (bad_row(t="2024-11-28T05:00:00Z"), "AAA has a bar on 2024-11-28, which is no trading session"),
        (
            lambda: ONE_BAR % f"{json.dumps(row(DAY, 1))}, {json.dumps(row(DAY, 2))}",
            "AAA on 2024-11-29 has more than",
        ),
        (lambda: ONE_BAR % '{"t": "2024-11-29T05:00:00Z", "c": 1e999}', "AAA on 2024-11-29 has close inf"),
        (bad_row(v=10**400), "AAA on 2024-11-29 has volume inf"),
    ],
)
def test_a_malformed_answer_is_refused_and_says_where(
    server: BarServer, client: GuardedDataClient, answer: Callable[[], str], said: str
) -> None:
    server.answers = [answer()]
    with pytest.raises(DataError, match=said) as caught:
        source_of(client).daily_bars(["AAA"], FIRST, DAY)
    assert caught.value.where
    assert caught.value.remedy


#
@given(answer=ANSWERS)
def test_any_answer_is_a_frame_or_an_error_that_is_told(answer: object) -> None:
    source = AlpacaBars(Canned(answer), DataFeed.SIP, DataFeed.IEX, CALENDAR, after_close_of(DAY))
    with suppress(DataError):
        bars = source.daily_bars(["AAA"], FIRST, DAY)
        assert check_bars(bars, "here") is bars


def test_the_flawed_bar_is_named_among_many(server: BarServer, client: GuardedDataClient) -> None:
    good = rows(walk(SESSIONS))
    server.bars = {"AAA": good, "BBB": [*good[:3], {**good[3], "c": "x"}, *good[4:]]}
    with pytest.raises(DataError, match=f"BBB on {SESSIONS[3]} has close 'x'"):
        source_of(client).daily_bars(["AAA", "BBB"], FIRST, DAY)


def test_previous_closes_are_those_of_the_session_before(
    server: BarServer, client: GuardedDataClient
) -> None:
    server.bars = {"AAA": rows(walk(SESSIONS)), "OLD": rows({SESSIONS[0]: 9.0})}
    closes = source_of(client, clock_at(DAY, 12)).previous_closes(["AAA", "OLD", "NONE"])
    assert closes == {"AAA": walk(SESSIONS)[EVE]}
