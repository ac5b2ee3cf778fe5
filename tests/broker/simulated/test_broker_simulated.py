"""The embedded broker: its account, its market, and the life of its orders."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from support.trading import BEFORE_CLOSE, WINDOW, Bench, limit_order, market_order

from alchemiser_dagster.broker.protocol import Broker
from alchemiser_dagster.broker.simulated.quotes import quote_around
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.errors import BrokerError
from alchemiser_dagster.records.market import ProvisionalPrice
from alchemiser_dagster.records.order import OrderChange, OrderState, TimeInForce
from alchemiser_dagster.records.values import Side

PROCESSES = multiprocessing.get_context("fork")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_the_embedded_broker_is_a_broker(bench: Bench) -> None:
    broker: Broker = bench.broker
    account = broker.account()
    assert (account.cash, account.buying_power, account.equity) == (100_000, 100_000, 100_000)
    assert account.obstacles == ()


def test_an_account_is_opened_once_and_stays(tmp_path: Path) -> None:
    Bench(tmp_path).hold({"AAA": "10"})
    later = Bench(tmp_path, SimulationRules(starting_cash=Decimal(5)))
    assert later.held() == {"AAA": Decimal(10)}
    assert later.cash() == Decimal("98999.90")


def open_account(folder: Path, number: int) -> None:
    Bench(folder).broker.submit(market_order("AAA", Side.BUY, "1", f"order-{number}"))


def test_processes_that_open_an_account_at_once_open_one(tmp_path: Path) -> None:
    Bench(tmp_path).database.close()
    processes = [PROCESSES.Process(target=open_account, args=(tmp_path, number)) for number in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=60)
    bench = Bench(tmp_path)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    assert bench.held() == {"AAA": Decimal(4)}
    assert bench.cash() == 100_000 - 4 * Decimal("100.01")


def test_accounts_in_one_database_are_apart(tmp_path: Path) -> None:
    one, two = Bench(tmp_path), Bench(tmp_path, SimulationRules(account="two"))
    one.hold({"AAA": "10"})
    two.hold({"AAA": "1"})
    assert (one.held(), two.held()) == ({"AAA": Decimal(10)}, {"AAA": Decimal(1)})


def test_a_market_buy_fills_at_the_ask_and_a_sell_at_the_bid(bench: Bench) -> None:
    bought = bench.broker.submit(market_order("AAA", Side.BUY, "10", "buy"))
    sold = bench.broker.submit(market_order("AAA", Side.SELL, "4", "sell"))
    assert (bought.state, bought.average_price) == (OrderState.FILLED, Decimal("100.01"))
    assert (sold.state, sold.average_price) == (OrderState.FILLED, Decimal("99.99"))
    assert bench.cash() == 100_000 - Decimal("1000.10") + Decimal("399.96")
    (position,) = bench.broker.positions()
    assert (position.quantity, position.average_entry_price) == (6, Decimal("100.01"))
    assert (position.market_price, position.market_value) == (100, 600)
    assert bench.broker.account().equity == bench.cash() + 600


def test_a_full_exit_leaves_no_position(bench: Bench) -> None:
    bench.hold({"AAA": "1.123456789"})
    bench.broker.submit(market_order("AAA", Side.SELL, "1.123456789"))
    assert bench.broker.positions() == ()


def test_cash_changes_by_whole_cents_half_to_even(bench: Bench) -> None:
    #
    bench.feed.prices["AAA"] = 99.99
    bench.hold({"AAA": "0.5"})
    assert bench.broker.quotes(("AAA",))[0].ask == Decimal("100.00")
    assert bench.cash() == Decimal("99950.00")
    bench.feed.prices["AAA"] = 99.97
    assert bench.broker.quotes(("AAA",))[0].bid == Decimal("99.96")
    bench.broker.submit(market_order("AAA", Side.SELL, "0.125"))
    assert bench.cash() == Decimal("99950.00") + Decimal("12.50")


def test_a_limit_that_crosses_fills_at_the_quote(bench: Bench) -> None:
    assert bench.broker.submit(limit_order("AAA", Side.BUY, "1", "101.00")).average_price == Decimal("100.01")


def test_a_limit_that_does_not_cross_rests_and_holds_buying_power(bench: Bench) -> None:
    order = bench.broker.submit(limit_order("AAA", Side.BUY, "10", "90.00"))
    assert (order.state, order.raw_status) == (OrderState.ACKNOWLEDGED, "new")
    account = bench.broker.account()
    assert (account.cash, account.buying_power) == (100_000, 99_100)


def test_an_open_sell_holds_shares(bench: Bench) -> None:
    bench.hold({"AAA": "10"})
    bench.broker.submit(limit_order("AAA", Side.SELL, "4", "120.00"))
    (position,) = bench.broker.positions()
    assert (position.quantity, position.quantity_available) == (10, 6)


def test_a_resting_order_fills_when_the_market_comes_to_it(bench: Bench) -> None:
    bench.broker.submit(limit_order("AAA", Side.BUY, "10", "90.00", "resting"))
    bench.feed.prices["AAA"] = 89.0
    order = bench.broker.order_by_client_id("resting")
    assert order is not None
    assert (order.state, order.average_price) == (OrderState.FILLED, Decimal("89.01"))
    assert bench.held() == {"AAA": Decimal(10)}


@pytest.mark.parametrize("look", ["account", "positions", "open_orders"])
def test_a_resting_order_expires_with_its_session(bench: Bench, look: str) -> None:
    bench.broker.submit(limit_order("AAA", Side.BUY, "10", "90.00", "resting"))
    bench.clock.sleep(WINDOW.total_seconds())
    bench.feed.prices["AAA"] = 80.0
    getattr(bench.broker, look)()
    order = bench.broker.order_by_client_id("resting")
    assert order is not None
    assert order.state is OrderState.EXPIRED
    assert bench.broker.account().buying_power == 100_000


def test_a_canceled_order_never_fills(bench: Bench) -> None:
    order = bench.broker.submit(limit_order("AAA", Side.BUY, "10", "90.00", "resting"))
    bench.broker.cancel(order.broker_order_id)
    bench.feed.prices["AAA"] = 80.0
    known = bench.broker.order_by_client_id("resting")
    assert known is not None
    assert known.state is OrderState.CANCELED
    assert bench.held() == {}


def test_a_replacement_is_a_new_order_and_the_old_one_ends(bench: Bench) -> None:
    old = bench.broker.submit(limit_order("AAA", Side.BUY, "10", "90.00", "old"))
    change = OrderChange(client_order_id="new", quantity=Decimal(5), limit_price=Decimal("101.00"))
    new = bench.broker.replace(old.broker_order_id, change)
    assert (new.client_order_id, new.state, new.filled_quantity) == ("new", OrderState.FILLED, 5)
    known = bench.broker.order_by_client_id("old")
    assert known is not None
    assert (known.state, known.raw_status) == (OrderState.CANCELED, "replaced")


def test_an_order_fills_bit_by_bit_where_the_market_is_thin(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SimulationRules(shares_per_look=Decimal(4)))
    first = bench.broker.submit(limit_order("AAA", Side.BUY, "10", "101.00", "thin"))
    assert (first.state, first.remaining_quantity) == (OrderState.PARTIALLY_FILLED, 6)
    bench.feed.prices["AAA"] = 100.5
    second = bench.broker.order_by_client_id("thin")
    assert second is not None
    assert second.filled_quantity == 8
    assert second.average_price == Decimal("100.265")
    third = bench.broker.order_by_client_id("thin")
    assert third is not None
    assert third.state is OrderState.FILLED
    fills = bench.broker.fills_since(BEFORE_CLOSE)
    assert [fill.quantity for fill in fills] == [4, 4, 2]
    assert len({fill.fill_id for fill in fills}) == 3


def test_a_market_order_that_outgrows_the_cash_is_canceled(tmp_path: Path) -> None:
    simulation = SimulationRules(starting_cash=Decimal(1_050), shares_per_look=Decimal(5))
    bench = Bench(tmp_path, simulation)
    bench.broker.submit(market_order("AAA", Side.BUY, "10"))
    bench.feed.prices["AAA"] = 200.0
    order = bench.broker.order_by_client_id("order-1")
    assert order is not None
    assert (order.state, order.filled_quantity) == (OrderState.CANCELED, 5)
    assert bench.cash() >= 0


def test_an_order_for_the_closing_auction_fills_at_the_close(bench: Bench) -> None:
    closing = {"time_in_force": TimeInForce.CLOSE}
    bench.broker.submit(market_order("AAA", Side.BUY, "1", "market").model_copy(update=closing))
    bench.broker.submit(limit_order("BBB", Side.BUY, "1", "45.00", "too-low").model_copy(update=closing))
    assert len(bench.broker.open_orders()) == 2
    bench.clock.sleep(WINDOW.total_seconds())
    bench.feed.prices["AAA"] = 103.0
    states = {order.client_order_id: order for order in bench.broker.orders_since(BEFORE_CLOSE)}
    assert (states["market"].state, states["market"].average_price) == (OrderState.FILLED, 103)
    assert states["too-low"].state is OrderState.EXPIRED


@pytest.mark.parametrize(
    ("price", "half_spread", "bid", "ask"),
    [
        (100.0, "1", "99.99", "100.01"),
        (100.37, "1", "100.35", "100.39"),
        (100.0, "0", "100.00", "100.01"),
        (1.0, "1", "0.9999", "1.01"),
        (0.5, "1", "0.4999", "0.5001"),
        (0.00003, "1", "0.0001", "0.0002"),
    ],
)
def test_bid_and_ask_lie_around_the_price_on_the_tick(
    price: float, half_spread: str, bid: str, ask: str
) -> None:
    quote = quote_around(
        ProvisionalPrice(symbol="AAA", price=price, observed_at=BEFORE_CLOSE), Decimal(half_spread)
    )
    assert (quote.bid, quote.ask) == (Decimal(bid), Decimal(ask))
    assert quote.is_two_sided


def test_a_symbol_without_a_price_has_no_quote_and_is_no_asset(bench: Bench) -> None:
    assert [quote.symbol for quote in bench.broker.quotes(("NONE", "AAA"))] == ["AAA"]
    assert [asset.symbol for asset in bench.broker.assets(("NONE", "AAA"))] == ["AAA"]
    assert bench.broker.quotes(()) == ()


def test_a_held_symbol_that_lost_its_price_is_named(bench: Bench) -> None:
    #
    bench.hold({"AAA": "1"})
    del bench.feed.prices["AAA"]
    with pytest.raises(BrokerError, match="AAA: the price feed has no price"):
        bench.broker.account()


def test_assets_say_what_the_rules_say(tmp_path: Path) -> None:
    rules = SimulationRules(non_fractionable=frozenset({"WHO"}), non_tradable=frozenset({"DDD"}))
    assets = {asset.symbol: asset for asset in Bench(tmp_path, rules).broker.assets(("AAA", "DDD", "WHO"))}
    assert (assets["AAA"].tradable, assets["AAA"].fractionable) == (True, True)
    assert assets["DDD"].tradable is False
    assert assets["WHO"].fractionable is False


@pytest.mark.parametrize(
    ("instant", "is_open", "next_close"),
    [
        (BEFORE_CLOSE, True, BEFORE_CLOSE + WINDOW),
        (BEFORE_CLOSE - timedelta(hours=10), False, BEFORE_CLOSE + WINDOW),
        (BEFORE_CLOSE + WINDOW, False, datetime(2024, 11, 29, 18, 0, tzinfo=UTC)),
        (datetime(2024, 11, 28, 18, 0, tzinfo=UTC), False, datetime(2024, 11, 29, 18, 0, tzinfo=UTC)),
    ],
)
def test_the_brokers_clock_follows_the_calendar(
    tmp_path: Path,
    instant: datetime,
    is_open: bool,  # noqa: FBT001
    next_close: datetime,
) -> None:
    clock = Bench(tmp_path, clock=StandingClock(instant)).broker.clock()
    assert (clock.now, clock.is_open, clock.next_close) == (instant, is_open, next_close)


def test_what_is_asked_since_an_instant_starts_there(bench: Bench) -> None:
    bench.hold({"AAA": "1"})
    bench.clock.sleep(10)
    bench.hold({"BBB": "1"})
    later = BEFORE_CLOSE + timedelta(seconds=10)
    assert [order.symbol for order in bench.broker.orders_since(later)] == ["BBB"]
    assert [fill.symbol for fill in bench.broker.fills_since(later)] == ["BBB"]
    assert [fill.symbol for fill in bench.broker.fills_since(BEFORE_CLOSE)] == ["AAA", "BBB"]
    assert bench.broker.order_by_client_id("nobody") is None
