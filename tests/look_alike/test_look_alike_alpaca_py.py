"""alpaca-py, unmodified and with its typed models, works on the look-alike as on Alpaca."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alpaca.common.exceptions import APIError
from alpaca.data.enums import Adjustment, DataFeed
from alpaca.data.historical.stock import StockHistoricalDataClient
from alpaca.data.requests import (
    StockBarsRequest,
    StockLatestBarRequest,
    StockLatestQuoteRequest,
    StockLatestTradeRequest,
    StockSnapshotRequest,
)
from alpaca.data.timeframe import TimeFrame
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, OrderStatus, QueryOrderStatus, TimeInForce
from alpaca.trading.requests import (
    ClosePositionRequest,
    GetAssetsRequest,
    GetCalendarRequest,
    GetOrdersRequest,
    LimitOrderRequest,
    MarketOrderRequest,
    ReplaceOrderRequest,
)
from support.look_alike_world import KEY, SECRET, Served, served


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, holdings={"BBB": "10.5"}) as one:
        yield one


@pytest.fixture
def trading(world: Served) -> TradingClient:
    return TradingClient(KEY, SECRET, url_override=world.url, paper=True)


@pytest.fixture
def data(world: Served) -> StockHistoricalDataClient:
    return StockHistoricalDataClient(KEY, SECRET, url_override=world.url)


def limit(client_order_id: str, price: float = 90.5, symbol: str = "AAA") -> LimitOrderRequest:
    return LimitOrderRequest(
        symbol=symbol,
        qty=2,
        side=OrderSide.BUY,
        time_in_force=TimeInForce.DAY,
        limit_price=price,
        client_order_id=client_order_id,
    )


def test_the_account_has_cash_and_flags(trading: TradingClient) -> None:
    account = trading.get_account()
    assert (account.status, account.currency, account.account_blocked) == ("ACTIVE", "USD", False)
    assert (account.cash, account.buying_power, account.equity) == ("100000", "100000", "100525")


def test_clock_and_calendar_know_the_early_close(trading: TradingClient) -> None:
    clock = trading.get_clock()
    assert clock.timestamp == datetime(2024, 11, 27, 20, 45, tzinfo=UTC)
    assert clock.is_open
    assert clock.next_close == datetime(2024, 11, 27, 21, tzinfo=UTC)
    assert clock.next_open == datetime(2024, 11, 29, 14, 30, tzinfo=UTC)
    days = trading.get_calendar(GetCalendarRequest(start=date(2024, 11, 27), end=date(2024, 11, 29)))
    assert [(day.date.day, day.close.hour) for day in days] == [(27, 16), (29, 13)]


def test_assets_are_listed_and_found(trading: TradingClient) -> None:
    asset = trading.get_asset("AAA")
    assert (asset.symbol, asset.tradable, asset.fractionable) == ("AAA", True, True)
    assert trading.get_asset(asset.id) == asset
    assert {one.symbol for one in trading.get_all_assets(GetAssetsRequest())} == {"AAA", "BBB"}
    with pytest.raises(APIError) as refused:
        trading.get_asset("NOPE")
    assert refused.value.status_code == 404


def test_a_market_order_fills_and_becomes_a_position(trading: TradingClient) -> None:
    request = MarketOrderRequest(symbol="AAA", qty=1.5, side=OrderSide.BUY, time_in_force=TimeInForce.DAY)
    order = trading.submit_order(request)
    assert (order.status, order.filled_qty, order.filled_avg_price) == (OrderStatus.FILLED, "1.5", "100.01")
    position = trading.get_open_position("AAA")
    assert (position.qty, position.qty_available, position.avg_entry_price) == ("1.5", "1.5", "100.01")
    assert [one.symbol for one in trading.get_all_positions()] == ["AAA", "BBB"]


def test_an_order_without_a_client_id_is_given_one(trading: TradingClient) -> None:
    request = MarketOrderRequest(symbol="AAA", qty=1, side=OrderSide.BUY, time_in_force=TimeInForce.DAY)
    first, second = trading.submit_order(request), trading.submit_order(request)
    assert first.client_order_id != second.client_order_id
    assert trading.get_order_by_client_id(second.client_order_id).id == second.id


def test_a_limit_order_rests_is_listed_replaced_and_canceled(trading: TradingClient) -> None:
    order = trading.submit_order(limit("one"))
    assert (order.status, order.limit_price, order.qty) == (OrderStatus.NEW, "90.5", "2")
    assert [one.id for one in trading.get_orders()] == [order.id]

    new = trading.replace_order_by_id(order.id, ReplaceOrderRequest(limit_price=91, client_order_id="two"))
    assert (new.replaces, new.limit_price, new.qty) == (order.id, "91", "2")
    original = trading.get_order_by_client_id("one")
    assert (original.id, original.status, original.replaced_by) == (order.id, OrderStatus.REPLACED, new.id)
    assert trading.get_order_by_id(new.id).client_order_id == "two"

    trading.cancel_order_by_id(new.id)
    assert trading.get_orders() == []
    canceled = trading.get_order_by_id(new.id)
    assert canceled.status is OrderStatus.CANCELED
    assert canceled.canceled_at == datetime(2024, 11, 27, 20, 45, tzinfo=UTC)
    everything = trading.get_orders(GetOrdersRequest(status=QueryOrderStatus.ALL))
    assert {one.client_order_id for one in everything} == {"one", "two"}


def test_all_orders_are_canceled_with_a_status_each(trading: TradingClient) -> None:
    placed = {trading.submit_order(limit(name)).id for name in ("one", "two", "three")}
    answers = trading.cancel_orders()
    assert {answer.id for answer in answers} == placed
    assert {answer.status for answer in answers} == {200}


def test_a_repeated_client_order_id_is_refused(trading: TradingClient) -> None:
    trading.submit_order(limit("one"))
    with pytest.raises(APIError) as refused:
        trading.submit_order(limit("one"))
    assert (refused.value.status_code, refused.value.code) == (422, 40010001)
    assert "client_order_id must be unique" in refused.value.message


def test_positions_are_closed_in_part_and_all(trading: TradingClient) -> None:
    part = trading.close_position("BBB", ClosePositionRequest(qty="0.5"))
    assert (part.side, part.qty, part.status) == (OrderSide.SELL, "0.5", OrderStatus.FILLED)
    (answer,) = trading.close_all_positions(cancel_orders=True)
    assert (answer.symbol, answer.status, answer.body.qty) == ("BBB", 200, "10")
    assert trading.get_all_positions() == []


def test_bars_of_many_symbols_end_with_todays_part(data: StockHistoricalDataClient) -> None:
    request = StockBarsRequest(
        symbol_or_symbols=["AAA", "BBB", "NOPE"],
        timeframe=TimeFrame.Day,
        start=datetime(2024, 11, 25, tzinfo=UTC),
        adjustment=Adjustment.ALL,
        feed=DataFeed.SIP,
    )
    bars = data.get_stock_bars(request)
    assert sorted(bars.data) == ["AAA", "BBB"]
    assert [bar.close for bar in bars["AAA"]] == [25.0, 26.0, 100.0]
    assert bars["AAA"][0].timestamp == datetime(2024, 11, 25, 5, tzinfo=UTC)


def test_snapshots_and_latest_data_agree(data: StockHistoricalDataClient) -> None:
    snapshot = data.get_stock_snapshot(StockSnapshotRequest(symbol_or_symbols=["AAA", "NOPE"]))["AAA"]
    assert (snapshot.latest_trade.price, snapshot.previous_daily_bar.close) == (100.0, 26.0)
    assert (snapshot.latest_quote.bid_price, snapshot.latest_quote.ask_price) == (99.99, 100.01)
    quote = data.get_stock_latest_quote(StockLatestQuoteRequest(symbol_or_symbols="AAA"))["AAA"]
    trade = data.get_stock_latest_trade(StockLatestTradeRequest(symbol_or_symbols="AAA"))["AAA"]
    bar = data.get_stock_latest_bar(StockLatestBarRequest(symbol_or_symbols="AAA"))["AAA"]
    assert (quote, trade, bar) == (snapshot.latest_quote, snapshot.latest_trade, snapshot.daily_bar)


def test_wrong_keys_are_an_error_of_the_client(world: Served) -> None:
    with pytest.raises(APIError) as refused:
        TradingClient("key", "wrong", url_override=world.url, paper=True).get_account()
    assert (refused.value.status_code, refused.value.code) == (403, 40310000)
