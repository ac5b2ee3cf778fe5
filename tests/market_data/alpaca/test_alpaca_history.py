"""From Alpaca's answers to the table: restated, switched and renamed histories over a real socket."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from support.bar_server import BarServer, rows
from support.bars import CALENDAR, after_close_of, clock_at, walk

from alchemiser_dagster.broker.alpaca.client import GuardedDataClient
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.errors import DataError
from alchemiser_dagster.ids import RandomIds
from alchemiser_dagster.market_data.alpaca.source import AlpacaBars
from alchemiser_dagster.market_data.bar_table import BarTable
from alchemiser_dagster.market_data.fetch_plan import BarsRequest
from alchemiser_dagster.market_data.session_data import (
    DataRequest,
    MarketPlace,
    collect_market_data,
    decision_closes,
)
from alchemiser_dagster.market_data.update import TableUpdate, bring_up_to_date
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.market import MarketData, PriceBasis
from alchemiser_dagster.settings.choices import DataFeed

START = date(2024, 9, 3)
SESSIONS = CALENDAR.between(START, date(2024, 11, 29))
EVE, DAY = SESSIONS[-2:]
Update = Callable[..., TableUpdate]


@pytest.fixture
def table(tmp_path: Path) -> BarTable:
    return BarTable(str(tmp_path / "table"))


@pytest.fixture
def update(table: BarTable, client: GuardedDataClient) -> Update:
    def run(*symbols: str, through: date = DAY, feed: DataFeed = DataFeed.SIP) -> TableUpdate:
        clock = after_close_of(through)
        source = AlpacaBars(client, feed, DataFeed.IEX, CALENDAR, clock)
        return bring_up_to_date(table, source, BarsRequest(symbols, START, through, requested_at=clock.now()))

    return run


def stored(table: BarTable, symbol: str, version: int | None = None) -> dict[date, float]:
    found = table.closes([symbol], START, DAY, version)[symbol].dropna()
    return dict(zip(found.index.date, found, strict=True))


def test_a_new_session_is_asked_with_a_few_before_it(
    server: BarServer, update: Update, table: BarTable
) -> None:
    server.bars = {"AAA": rows(walk(SESSIONS)), "BBB": rows(walk(SESSIONS, 50.0))}
    update("AAA", "BBB", through=EVE)
    server.asked.clear()
    assert update("AAA", "BBB").rows_written == 2
    assert [query["start"][:10] for query in server.asked] == [str(SESSIONS[-6])]
    assert stored(table, "BBB") == walk(SESSIONS, 50.0)


#
def test_a_split_replaces_the_history_and_says_by_how_much(
    server: BarServer, update: Update, table: BarTable
) -> None:
    server.bars = {"AAA": rows(walk(SESSIONS)), "BBB": rows(walk(SESSIONS, 50.0))}
    before = update("AAA", "BBB", through=EVE)
    split = {session: close / 4 for session, close in walk(SESSIONS).items()}
    server.bars["AAA"] = rows(split)
    (restated,) = update("AAA", "BBB").restatements
    assert (restated.symbol, restated.sessions_changed) == ("AAA", len(SESSIONS) - 1)
    assert restated.largest_change == pytest.approx(0.75)
    assert stored(table, "AAA") == split
    assert stored(table, "BBB") == walk(SESSIONS, 50.0)
    assert stored(table, "AAA", before.version) == {day: walk(SESSIONS)[day] for day in SESSIONS[:-1]}


def test_a_dividend_restates_by_its_size(server: BarServer, update: Update, table: BarTable) -> None:
    closes = walk(SESSIONS)
    server.bars = {"AAA": rows(closes)}
    update("AAA", through=EVE)
    paid = {session: close * (0.99 if session < DAY else 1.0) for session, close in closes.items()}
    server.bars = {"AAA": rows(paid)}
    (restated,) = update("AAA").restatements
    assert restated.largest_change == pytest.approx(0.01)
    assert stored(table, "AAA") == paid


def test_another_feed_replaces_every_bar(server: BarServer, update: Update, table: BarTable) -> None:
    server.bars = {"AAA": rows(walk(SESSIONS))}
    update("AAA")
    server.bars = {"AAA": rows({session: close + 0.01 for session, close in walk(SESSIONS).items()})}
    (restated,) = update("AAA", feed=DataFeed.IEX).restatements
    assert restated.sessions_changed == len(SESSIONS)
    assert {query["feed"] for query in server.asked} == {"sip", "iex"}
    assert table.holdings(["AAA"])["AAA"].sources == {"alpaca:iex:all"}


def test_a_renamed_symbol_has_its_history_under_the_name_that_was_asked(
    server: BarServer, update: Update, table: BarTable
) -> None:
    server.bars = {"FB": rows(walk(SESSIONS[:-1]))}
    update("FB", through=EVE)
    server.bars = {"META": rows(walk(SESSIONS))}
    update("META")
    assert stored(table, "META") == walk(SESSIONS)
    assert not any("asof" in query for query in server.asked)


def test_a_symbol_that_the_server_has_not_is_named_and_nothing_is_written(
    server: BarServer, update: Update, table: BarTable
) -> None:
    server.bars = {"AAA": rows(walk(SESSIONS))}
    with pytest.raises(DataError, match="alpaca:sip:all: no bar of NONE"):
        update("AAA", "NONE")
    assert table.version() is None


def test_each_version_knows_when_its_bars_were_asked_for(
    server: BarServer, update: Update, table: BarTable
) -> None:
    server.bars = {"AAA": rows(walk(SESSIONS))}
    first, second = update("AAA", through=EVE), update("AAA")
    assert table.requested_at(first.version) == CALENDAR.close_of(EVE)
    assert table.requested_at(second.version) == table.requested_at() == CALENDAR.close_of(DAY)


def collected(
    table: BarTable, client: GuardedDataClient, clock: Clock, *symbols: str
) -> tuple[MarketPlace, MarketData]:
    place = MarketPlace(
        AlpacaBars(client, DataFeed.SIP, DataFeed.IEX, CALENDAR, clock), table, CALENDAR, clock
    )
    envelope = Envelope(
        record_id=RandomIds().new_id(),
        correlation_id="day",
        causation_id="day",
        run_id="run",
        account="test",
        source="test",
        created_at=clock.now(),
    )
    wanted = DataRequest(symbols, START, PriceBasis.PROVISIONAL)
    (data,) = collect_market_data(place, wanted, {DAY: envelope})
    return place, data


def traded(price: float, at: datetime) -> dict[str, object]:
    return {"latestTrade": {"t": at.isoformat(), "p": price}, "dailyBar": None}


#
def test_a_running_session_is_decided_on_its_last_trade_and_stored_without_its_bar(
    server: BarServer, client: GuardedDataClient, table: BarTable
) -> None:
    clock = clock_at(DAY, 12, 45)
    server.bars = {"AAA": rows(walk(SESSIONS))}
    server.snapshots = {"AAA": traded(123.25, clock.now())}
    place, data = collected(table, client, clock, "AAA")
    assert decision_closes(place, data)["AAA"].tolist()[-2:] == [walk(SESSIONS)[EVE], 123.25]
    assert list(stored(table, "AAA")) == list(SESSIONS[:-1])
    assert table.requested_at(data.table_version) == clock.now()


def test_a_symbol_without_a_trade_in_the_running_session_stops_the_decision(
    server: BarServer, client: GuardedDataClient, table: BarTable
) -> None:
    server.bars = {"AAA": rows(walk(SESSIONS))}
    server.snapshots = {"AAA": traded(123.25, CALENDAR.close_of(EVE))}
    with pytest.raises(DataError, match=r"no price of session 2024-11-29 for AAA.*market_data\.quote_feed"):
        collected(table, client, clock_at(DAY, 12, 45), "AAA")
    assert table.version() is None
