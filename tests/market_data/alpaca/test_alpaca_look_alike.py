"""The source in front of the look-alike: what its market has is what the source gives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from pydantic import SecretStr
from support.bars import CALENDAR

from alchemiser_dagster.broker.alpaca.connection import connect
from alchemiser_dagster.errors import BrokerError, DataError
from alchemiser_dagster.look_alike.app import make_app
from alchemiser_dagster.look_alike.opening import Beginning, opened
from alchemiser_dagster.look_alike.serving import running
from alchemiser_dagster.look_alike.terms import Terms
from alchemiser_dagster.look_alike.world import World
from alchemiser_dagster.market_data.alpaca.source import AlpacaBars
from alchemiser_dagster.market_data.bar_table import BarTable
from alchemiser_dagster.market_data.fetch_plan import BarsRequest
from alchemiser_dagster.market_data.simulated.market import SimulatedMarket
from alchemiser_dagster.market_data.source import BarSource
from alchemiser_dagster.market_data.update import bring_up_to_date
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.settings import Settings
from alchemiser_dagster.settings.choices import DataFeed
from alchemiser_dagster.settings.sections import AlpacaSettings

FIRST, EVE, DAY = date(2024, 1, 2), date(2024, 11, 27), date(2024, 11, 29)
CLOSE = CALENDAR.close_of(DAY)
BEFORE_CLOSE = CLOSE - timedelta(minutes=15)
SYMBOLS = ("BIL", "SPY", "TLT")
SECRET = SecretStr("look-alike-secret")


@dataclass(frozen=True)
class Scene:
    """A look-alike's world, the source in front of it, and the market behind it."""

    world: World
    source: AlpacaBars
    market: BarSource


@contextmanager
def scene(
    at: datetime, terms: Terms, key: str = "look-alike-key", quotes: DataFeed = DataFeed.IEX
) -> Iterator[Scene]:
    settings = Settings()
    with opened(settings, CALENDAR, Beginning(at, terms=terms)) as world, running(make_app(world)) as address:
        alpaca = AlpacaSettings(base_url=address, key_id=SecretStr(key), secret_key=SECRET)
        connection = connect(Settings(mode=Mode.PAPER, alpaca=alpaca), world.clock)
        source = AlpacaBars(connection.data, DataFeed.SIP, quotes, CALENDAR, world.clock)
        yield Scene(world, source, SimulatedMarket(settings.simulation.seed, CALENDAR, world.clock))
        connection.close()


@pytest.fixture(scope="module")
def day() -> Iterator[Scene]:
    with scene(BEFORE_CLOSE, Terms(free_plan=True)) as one:
        yield one


def asked_of(world: World) -> list[str]:
    return [entry.path for entry in world.log.entries()]


def test_bars_are_those_of_its_market_without_the_running_session(day: Scene) -> None:
    bars = day.source.daily_bars(SYMBOLS, FIRST, DAY)
    expected = day.market.daily_bars(SYMBOLS, FIRST, EVE)
    pd.testing.assert_frame_equal(
        bars.drop(columns=["source", "volume"]), expected.drop(columns=["source", "volume"])
    )
    assert (bars["volume"] == expected["volume"].round()).all()
    assert bars["session"].max() == pd.Timestamp(EVE)


def test_prices_of_all_symbols_are_one_request_in_the_midst_of_the_session(day: Scene) -> None:
    day.world.log.clear()
    found = {price.symbol: price for price in day.source.latest_prices(SYMBOLS)}
    expected = {price.symbol: price.price for price in day.market.latest_prices(SYMBOLS)}
    assert {symbol: price.price for symbol, price in found.items()} == pytest.approx(expected)
    assert {price.observed_at for price in found.values()} == {BEFORE_CLOSE}
    assert asked_of(day.world) == ["/v2/stocks/snapshots"]
    assert day.source.previous_closes(SYMBOLS) == pytest.approx(dict(day.market.previous_closes(SYMBOLS)))


def test_a_table_is_brought_up_to_date_with_as_many_requests_as_pages(day: Scene, tmp_path: Path) -> None:
    table = BarTable(str(tmp_path))
    day.world.log.clear()
    update = bring_up_to_date(table, day.source, BarsRequest(SYMBOLS, FIRST, EVE))
    assert update.rows_written == len(SYMBOLS) * len(CALENDAR.between(FIRST, EVE))
    assert asked_of(day.world) == ["/v2/stocks/bars"]
    assert bring_up_to_date(table, day.source, BarsRequest(SYMBOLS, FIRST, EVE)).rows_written == 0


def test_ten_years_of_many_symbols_are_several_pages(day: Scene) -> None:
    symbols = [f"S{number:02}" for number in range(12)]
    day.world.log.clear()
    bars = day.source.daily_bars(symbols, date(2014, 12, 1), EVE)
    assert len(bars) == 12 * len(CALENDAR.between(date(2014, 12, 1), EVE)) > 30_000
    assert len(asked_of(day.world)) == 4


def test_on_a_free_plan_the_session_is_sealed_a_quarter_of_an_hour_after_its_close() -> None:
    with scene(CLOSE + timedelta(minutes=5), Terms(free_plan=True), quotes=DataFeed.SIP) as one:
        with pytest.raises(DataError, match=r"market_data\.feed to iex"):
            one.source.daily_bars(SYMBOLS, EVE, DAY)
        with pytest.raises(DataError, match=r"market_data\.quote_feed to iex"):
            one.source.latest_prices(SYMBOLS)
        one.world.clock.wind(to=CLOSE + timedelta(minutes=16))
        assert one.source.daily_bars(SYMBOLS, EVE, DAY)["session"].max() == pd.Timestamp(DAY)


def test_on_a_paid_plan_the_session_is_sealed_at_its_close() -> None:
    with scene(CLOSE, Terms()) as one:
        assert one.source.daily_bars(SYMBOLS, EVE, DAY)["session"].max() == pd.Timestamp(DAY)
        closes = {price.symbol: price.price for price in one.source.latest_prices(SYMBOLS)}
        sealed = one.market.daily_bars(SYMBOLS, DAY, DAY)
        assert closes == pytest.approx(dict(zip(sealed["symbol"], sealed["close"], strict=True)))


def test_keys_that_are_not_let_in_are_said_at_once() -> None:
    with (
        scene(BEFORE_CLOSE, Terms(), key="another-key") as one,
        pytest.raises(BrokerError, match=r"alpaca\.key_id"),
    ):
        one.source.daily_bars(SYMBOLS, FIRST, EVE)
