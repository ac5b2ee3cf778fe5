from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from support.bar_server import BarServer, row, symbols_asked
from support.bars import CALENDAR, clock_at

from alchemiser_dagster.broker.alpaca.client import GuardedDataClient
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.errors import BrokerError, DataError
from alchemiser_dagster.market_data.alpaca.source import AlpacaBars
from alchemiser_dagster.settings.choices import DataFeed

EVE, DAY = date(2024, 11, 27), date(2024, 11, 29)
NOW = clock_at(DAY, 12, 45).now()


def source_of(
    client: GuardedDataClient, clock: Clock | None = None, quote_feed: DataFeed = DataFeed.IEX
) -> AlpacaBars:
    return AlpacaBars(client, DataFeed.SIP, quote_feed, CALENDAR, clock or clock_at(DAY, 12, 45))


def traded(price: object, at: datetime) -> dict[str, object]:
    return {
        "latestTrade": {"t": at.isoformat(), "x": "V", "p": price, "s": 100},
        "latestQuote": {"t": at.isoformat(), "ap": 0, "bp": 0},
        "dailyBar": row(DAY, 77.0),
        "prevDailyBar": row(EVE, 70.0),
    }


def prices_of(
    client: GuardedDataClient, *symbols: str, clock: Clock | None = None
) -> dict[str, tuple[float, datetime]]:
    found = source_of(client, clock).latest_prices(symbols)
    return {price.symbol: (price.price, price.observed_at) for price in found}


def test_all_symbols_are_one_request_of_the_feed_of_quotes(
    server: BarServer, client: GuardedDataClient
) -> None:
    at = NOW - timedelta(seconds=3)
    server.snapshots = {"AAA": traded(10.25, at), "BRK.B": traded(480, at)}
    assert prices_of(client, "BRK/B", "AAA", "NONE") == {"AAA": (10.25, at), "BRK/B": (480.0, at)}
    assert server.asked == [{"path": "/v2/stocks/snapshots", "symbols": "AAA,BRK.B,NONE", "feed": "iex"}]


def test_more_than_two_hundred_symbols_are_several_requests(
    server: BarServer, client: GuardedDataClient
) -> None:
    symbols = [f"S{number:03}" for number in range(201)]
    server.snapshots = {symbol: traded(5, NOW) for symbol in symbols}
    assert len(prices_of(client, *symbols)) == 201
    assert [len(asked) for asked in symbols_asked(server)] == [200, 1]


#
@pytest.mark.parametrize(
    "at",
    [
        CALENDAR.close_of(EVE),
        CALENDAR.open_of(DAY) - timedelta(microseconds=1),
        NOW + timedelta(minutes=2),
        CALENDAR.close_of(DAY) + timedelta(hours=1),
    ],
)
def test_a_trade_outside_of_the_session_so_far_is_no_price(
    server: BarServer, client: GuardedDataClient, at: datetime
) -> None:
    server.snapshots = {"AAA": traded(10, at), "BBB": traded(20, NOW)}
    assert list(prices_of(client, "AAA", "BBB")) == ["BBB"]


def test_the_first_trade_of_the_session_is_a_price(server: BarServer, client: GuardedDataClient) -> None:
    server.snapshots = {"AAA": traded(10, CALENDAR.open_of(DAY))}
    assert prices_of(client, "AAA") == {"AAA": (10.0, CALENDAR.open_of(DAY))}


def test_a_trade_seconds_ahead_of_this_clock_is_observed_now(
    server: BarServer, client: GuardedDataClient
) -> None:
    server.snapshots = {"AAA": traded(10, NOW + timedelta(seconds=30))}
    assert prices_of(client, "AAA") == {"AAA": (10.0, NOW)}


def test_before_the_open_there_is_no_price_and_no_request(
    server: BarServer, client: GuardedDataClient
) -> None:
    server.snapshots = {"AAA": traded(10, CALENDAR.open_of(DAY) - timedelta(minutes=1))}
    assert prices_of(client, "AAA", clock=clock_at(DAY, 9, 29)) == {}
    assert server.asked == []


def test_after_the_close_the_price_is_the_close(server: BarServer, client: GuardedDataClient) -> None:
    closes = CALENDAR.close_of(DAY)
    late = traded(99, closes + timedelta(hours=1))
    server.snapshots = {"AAA": late, "OLD": {**late, "dailyBar": row(EVE, 70.0)}}
    assert prices_of(client, "AAA", "OLD", clock=clock_at(DAY, 18)) == {"AAA": (77.0, closes)}
    assert prices_of(client, "AAA", clock=clock_at(DAY, 13)) == {"AAA": (77.0, closes)}


@pytest.mark.parametrize(
    "snapshot",
    [
        None,
        {},
        7,
        {"latestTrade": None},
        {"latestTrade": {"p": 10}},
        {"latestTrade": {"t": NOW.isoformat()}},
        traded(0, NOW),
        traded(-1, NOW),
        traded(None, NOW),
        traded([], NOW),
        traded(10, NOW.replace(tzinfo=None)),
    ],
)
def test_a_snapshot_without_a_price_that_can_be_used_is_absent(
    server: BarServer, client: GuardedDataClient, snapshot: object
) -> None:
    server.snapshots = {"AAA": snapshot, "BBB": traded(20, NOW)}
    assert list(prices_of(client, "AAA", "BBB")) == ["BBB"]


def test_an_answer_that_holds_no_snapshots_is_an_error(server: BarServer, client: GuardedDataClient) -> None:
    server.answers = ["[]"]
    with pytest.raises(BrokerError, match="the answer with snapshots"):
        prices_of(client, "AAA")


def test_a_feed_that_the_plan_lacks_names_the_setting(
    server: BarServer, client: GuardedDataClient
) -> None:
    server.sip_until = NOW
    with pytest.raises(DataError, match=r"feed sip: .* does not permit .* market_data\.quote_feed to iex"):
        source_of(client, quote_feed=DataFeed.SIP).latest_prices(["AAA"])
