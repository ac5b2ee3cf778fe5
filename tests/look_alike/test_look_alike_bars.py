"""Bars, quotes and snapshots on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.look_alike_world import Served, served

from alchemiser_dagster.broker.simulated.behaviour import QuoteFault, SymbolBehaviour
from alchemiser_dagster.look_alike.terms import Terms

SYMBOLS = ("AAA", "BBB", "CCC", "DDD", "EEE", "WHO")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    terms = Terms(requests_per_minute=100_000)
    with served(tmp_path_factory.mktemp("bars"), terms=terms) as one:
        yield one


@pytest.fixture
def moved(tmp_path: Path) -> Iterator[Served]:
    """Yield a world whose clock and rules a test may change."""
    with served(tmp_path) as one:
        yield one


def bars(world: Served, symbols: str = "AAA", **query: Any) -> Any:
    usual = {"timeframe": "1Day", "start": "2024-11-01", "limit": 10_000}
    return world.get("/v2/stocks/bars", symbols=symbols, **{**usual, **query})


def days(rows: Any) -> list[int]:
    return [int(row["t"][8:10]) for row in rows]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    symbols=st.lists(st.sampled_from(SYMBOLS), min_size=1, unique=True),
    limit=st.integers(1, 60),
    sort=st.sampled_from(["asc", "desc"]),
)
def test_pages_put_together_are_the_whole(world: Served, symbols: list[str], limit: int, sort: str) -> None:
    wanted = ",".join(symbols)
    whole = bars(world, wanted, sort=sort)
    assert whole["next_page_token"] is None
    found: dict[str, list[Any]] = {}
    token: str | None = ""
    pages = 0
    while token is not None:
        pages += 1
        assert pages <= sum(map(len, whole["bars"].values()))
        page = bars(world, wanted, sort=sort, limit=limit, page_token=token)
        assert 0 < sum(map(len, page["bars"].values())) <= limit
        for symbol, rows in page["bars"].items():
            found.setdefault(symbol, []).extend(rows)
        token = page["next_page_token"]
    assert found == whole["bars"]


def test_a_range_of_days_has_its_last_day_and_one_of_instants_what_lies_between(world: Served) -> None:
    assert days(bars(world, start="2024-11-25", end="2024-11-26")["bars"]["AAA"]) == [25, 26]
    assert days(bars(world, start="2024-11-25T05:00:00Z", end="2024-11-26T04:59:59Z")["bars"]["AAA"]) == [25]
    assert days(bars(world, start="2024-11-25T05:00:01Z", end="2024-11-26")["bars"]["AAA"]) == [26]
    assert bars(world, start="2024-11-28", end="2024-11-28")["bars"] == {}


def test_a_bar_begins_at_new_york_midnight_and_tells_the_markets_numbers(world: Served) -> None:
    (bar,) = bars(world, start="2024-11-26", end="2024-11-26")["bars"]["AAA"]
    assert bar == {
        "t": "2024-11-26T05:00:00Z", "o": 25.5, "h": 27.0, "l": 25.0, "c": 26.0, "v": 1000, "n": 10,
        "vw": 26.0,
    }  # fmt: skip


def test_a_symbol_without_bars_is_absent_and_one_symbol_has_a_path_of_its_own(world: Served) -> None:
    assert set(bars(world, "AAA,NOPE")["bars"]) == {"AAA"}
    query = {"timeframe": "1Day", "start": "2024-11-26"}
    one = world.get("/v2/stocks/AAA/bars", **query)
    assert (one["symbol"], days(one["bars"]), one["next_page_token"]) == ("AAA", [26, 27], None)
    assert world.get("/v2/stocks/NOPE/bars", **query)["bars"] == []
    assert world.get("/v2/stocks/bars", symbols="AAA", currency="USD", **query)["currency"] == "USD"


def test_today_is_a_part_while_the_session_runs_and_whole_behind_the_close(moved: Served) -> None:
    #
    part = bars(moved, start="2024-11-27")["bars"]["AAA"][0]
    assert (part["c"], part["h"], part["v"]) == (100.0, 100.0, 961)
    moved.world.clock.wind(seconds=900)
    assert bars(moved, start="2024-11-27")["bars"]["AAA"][0]["c"] == 27.0
    assert moved.get("/v2/stocks/AAA/snapshot")["dailyBar"]["c"] == 27.0
    moved.world.clock.wind(seconds=40 * 3600)
    assert days(bars(moved, start="2024-11-26")["bars"]["AAA"]) == [26, 27]


@pytest.mark.parametrize(
    "query",
    [
        {"timeframe": "1Min"}, {"timeframe": ""}, {"adjustment": "odd"}, {"feed": "odd"}, {"symbols": ""},
        {"symbols": "a b"}, {"page_token": "x"},
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_a_bad_request(world: Served, query: dict[str, str]) -> None:
    usual = {"symbols": "AAA", "timeframe": "1Day", "start": "2024-11-01"}
    answer = world.ask("GET", "/v2/stocks/bars", params={**usual, **query})
    assert (answer.status_code, set(answer.json())) == (400, {"message"})


@pytest.mark.parametrize("query", [{"limit": 10_001}, {"limit": 0}, {"sort": "up"}, {"start": "soon"}])
def test_a_parameter_out_of_its_bounds_is_refused(world: Served, query: dict[str, str]) -> None:
    usual = {"symbols": "AAA", "timeframe": "1Day"}
    assert world.ask("GET", "/v2/stocks/bars", params={**usual, **query}).status_code == 422


def test_a_snapshot_has_trade_quote_today_and_the_session_before(world: Served) -> None:
    found = world.get("/v2/stocks/snapshots", symbols="AAA,NOPE", feed="iex")
    assert set(found) == {"AAA"}
    one = found["AAA"]
    assert set(one) == {"latestTrade", "latestQuote", "minuteBar", "dailyBar", "prevDailyBar"}
    assert (one["latestTrade"]["p"], one["latestTrade"]["t"]) == (100.0, "2024-11-27T20:45:00.000000000Z")
    assert (one["latestQuote"]["bp"], one["latestQuote"]["ap"]) == (99.99, 100.01)
    assert (one["dailyBar"]["t"][:10], one["prevDailyBar"]["t"][:10]) == ("2024-11-27", "2024-11-26")
    assert one["prevDailyBar"]["c"] == 26.0
    assert world.get("/v2/stocks/AAA/snapshot") == {"symbol": "AAA", **one}


def test_before_the_open_a_snapshot_is_of_the_session_before(moved: Served) -> None:
    moved.ask("POST", "/sim/clock", json={"now": "2024-11-29T13:00:00Z"})
    one = moved.get("/v2/stocks/snapshots", symbols="AAA")["AAA"]
    assert (one["latestTrade"]["p"], one["latestTrade"]["t"]) == (27.0, "2024-11-27T21:00:00.000000000Z")
    assert (one["dailyBar"]["c"], one["prevDailyBar"]["c"]) == (27.0, 26.0)


def test_the_latest_data_of_one_symbol_is_that_of_many(world: Served) -> None:
    for kind, name in (("quotes", "quote"), ("trades", "trade"), ("bars", "bar")):
        many = world.get(f"/v2/stocks/{kind}/latest", symbols="AAA,NOPE")[kind]
        assert set(many) == {"AAA"}
        assert world.get(f"/v2/stocks/AAA/{kind}/latest") == {"symbol": "AAA", name: many["AAA"]}
        assert world.ask("GET", f"/v2/stocks/NOPE/{kind}/latest").status_code == 404


def test_a_missing_side_is_zero_and_a_missing_quote_is_null(moved: Served) -> None:
    #
    faults = {"AAA": QuoteFault.NO_BID, "BBB": QuoteFault.MISSING}
    moved.world.change_rules(
        behaviours={symbol: SymbolBehaviour(quote_fault=fault) for symbol, fault in faults.items()}
    )
    found = moved.get("/v2/stocks/snapshots", symbols="AAA,BBB")
    assert (found["AAA"]["latestQuote"]["bp"], found["AAA"]["latestQuote"]["bs"]) == (0.0, 0)
    assert found["BBB"]["latestQuote"] is None


RECENT = "subscription does not permit querying recent SIP data"


def test_the_free_plan_has_no_recent_data_of_all_exchanges(tmp_path: Path) -> None:
    with served(tmp_path, terms=Terms(free_plan=True)) as world:
        refused = world.ask("GET", "/v2/stocks/snapshots", params={"symbols": "AAA", "feed": "sip"})
        assert (refused.status_code, refused.json()) == (403, {"message": RECENT})
        assert set(world.get("/v2/stocks/snapshots", symbols="AAA", feed="iex")) == {"AAA"}
        assert set(world.get("/v2/stocks/snapshots", symbols="AAA")) == {"AAA"}
        usual = {"symbols": "AAA", "timeframe": "1Day", "start": "2024-11-25", "feed": "sip"}
        for end in ("2024-11-27T20:40:00Z", "2024-11-27"):
            late = world.ask("GET", "/v2/stocks/bars", params={**usual, "end": end})
            assert (late.status_code, late.json()) == (403, {"message": RECENT})
        assert days(world.get("/v2/stocks/bars", **usual, end="2024-11-26")["bars"]["AAA"]) == [25, 26]
        assert days(world.get("/v2/stocks/bars", **usual)["bars"]["AAA"]) == [25, 26, 27]
