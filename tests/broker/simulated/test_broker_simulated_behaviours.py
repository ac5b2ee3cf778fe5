"""How single symbols and the account may behave, other than usual."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.trading import BEFORE_CLOSE, WINDOW, Bench, limit_order, market_order

from alchemiser_dagster.broker.rounding import is_on_tick
from alchemiser_dagster.broker.simulated.behaviour import QuoteFault, SymbolBehaviour
from alchemiser_dagster.broker.simulated.market import meeting_price
from alchemiser_dagster.broker.simulated.quotes import quote_around
from alchemiser_dagster.broker.simulated.refusal import RefusedOrderError
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.records.market import ProvisionalPrice, Quote
from alchemiser_dagster.records.order import OrderState, TimeInForce
from alchemiser_dagster.records.values import Side

WIDE_SPREAD = Decimal(100)


def behaving(**behaviour: object) -> SimulationRules:
    return SimulationRules(behaviours={"AAA": SymbolBehaviour.model_validate(behaviour)})


def bench_with(folder: Path, **behaviour: object) -> Bench:
    """Return a bench that holds ten shares, in a market where AAA behaves so from then on."""
    Bench(folder).hold({"AAA": "10"})
    return Bench(folder, behaving(**behaviour))


def status_of(bench: Bench, client_order_id: str = "order-1") -> str:
    order = bench.broker.order_by_client_id(client_order_id)
    assert order is not None
    return order.raw_status


@pytest.mark.parametrize(
    ("meets_at", "side", "limit", "price"),
    [
        ("0.5", Side.BUY, "100.00", "100.00"),
        ("0.5", Side.BUY, "100.50", "100.00"),
        ("0.5", Side.BUY, "99.99", None),
        ("0.75", Side.BUY, "100.50", "100.50"),
        ("0.75", Side.BUY, "100.49", None),
        ("1", Side.BUY, "101.00", "101.00"),
        ("1", Side.BUY, "100.99", None),
        ("0", Side.BUY, "99.00", "99.00"),
        ("0.5", Side.SELL, "100.00", "100.00"),
        ("0.5", Side.SELL, "100.01", None),
        ("0.75", Side.SELL, "99.50", "99.50"),
        ("0.75", Side.SELL, "99.51", None),
        ("1", Side.SELL, "99.00", "99.00"),
    ],
)
@pytest.mark.parametrize("is_own", [True, False])
def test_a_limit_meets_the_other_side_within_the_spread(  # noqa: PLR0913, PLR0917
    tmp_path: Path,
    meets_at: str,
    side: Side,
    limit: str,
    price: str | None,
    is_own: bool,  # noqa: FBT001
) -> None:
    Bench(tmp_path).hold({"AAA": "10"})
    meets = Decimal(meets_at)
    rules = SimulationRules(
        half_spread_basis_points=WIDE_SPREAD,
        meets_at=Decimal(0) if is_own and meets else meets,
        behaviours={"AAA": SymbolBehaviour(meets_at=meets)} if is_own else {},
    )
    order = Bench(tmp_path, rules).broker.submit(limit_order("AAA", side, "1", limit))
    assert order.average_price == (None if price is None else Decimal(price))


@pytest.mark.parametrize(("side", "price"), [(Side.BUY, "101.00"), (Side.SELL, "99.00")])
def test_a_market_order_pays_the_whole_spread_wherever_limits_meet(
    tmp_path: Path, side: Side, price: str
) -> None:
    bench = bench_with(tmp_path, meets_at=Decimal(0), half_spread_basis_points=WIDE_SPREAD)
    assert bench.broker.submit(market_order("AAA", side, "1")).average_price == Decimal(price)


@given(
    price=st.floats(0.001, 5_000),
    half_spread=st.decimals("0", "500", places=2),
    meets_at=st.decimals("0", "1", places=3),
    side=st.sampled_from(Side),
)
def test_the_meeting_price_is_on_the_tick_and_within_the_quote(
    price: float, half_spread: Decimal, meets_at: Decimal, side: Side
) -> None:
    quote = quote_around(ProvisionalPrice(symbol="AAA", price=price, observed_at=BEFORE_CLOSE), half_spread)
    met = meeting_price(quote, side, meets_at)
    assert is_on_tick(met)
    assert quote.bid <= met <= quote.ask
    if meets_at == 1:
        assert met == (quote.ask if side is Side.BUY else quote.bid)


def test_an_order_in_a_halted_symbol_is_accepted_and_never_fills(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, halted=True)
    order = bench.broker.submit(market_order("AAA", Side.SELL, "1"))
    assert (order.raw_status, order.state) == ("accepted", OrderState.ACKNOWLEDGED)
    bench.clock.sleep(60)
    assert status_of(bench) == "accepted"
    bench.clock.sleep(WINDOW.total_seconds())
    assert status_of(bench) == "expired"


def test_an_order_that_rests_does_not_fill_while_its_symbol_is_halted(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.broker.submit(limit_order("AAA", Side.BUY, "1", "90.00"))
    bench.feed.prices["AAA"] = 80.0
    halted = Bench(tmp_path, behaving(halted=True))
    halted.feed.prices["AAA"] = 80.0
    assert status_of(halted) == "new"
    assert status_of(bench) == "filled"


def test_an_accepted_order_goes_on_when_the_halt_ends(tmp_path: Path) -> None:
    bench_with(tmp_path, halted=True).broker.submit(market_order("AAA", Side.SELL, "1"))
    assert status_of(Bench(tmp_path)) == "filled"


def test_a_halted_symbol_has_no_closing_auction(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, halted=True)
    closing = market_order("AAA", Side.SELL, "1").model_copy(update={"time_in_force": TimeInForce.CLOSE})
    bench.broker.submit(closing)
    bench.clock.sleep(WINDOW.total_seconds())
    assert status_of(bench) == "expired"


def test_an_order_may_be_accepted_and_then_rejected(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, rejects=True)
    order = bench.broker.submit(market_order("AAA", Side.SELL, "4"))
    assert (order.raw_status, order.filled_quantity) == ("accepted", 0)
    assert bench.broker.positions()[0].quantity_available == 10
    rejected = bench.broker.order_by_client_id("order-1")
    assert rejected is not None
    assert (rejected.raw_status, rejected.state) == ("rejected", OrderState.REJECTED)
    assert bench.held() == {"AAA": Decimal(10)}


def test_the_broker_may_cancel_what_the_first_fill_left(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, cancels_after_fill=True, shares_per_look=Decimal(3))
    order = bench.broker.submit(market_order("AAA", Side.SELL, "10"))
    assert (order.state, order.filled_quantity) == (OrderState.CANCELED, 3)
    assert bench.held() == {"AAA": Decimal(7)}


def test_one_symbol_may_be_thinner_and_wider_than_the_others(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, shares_per_look=Decimal(3), half_spread_basis_points=WIDE_SPREAD)
    thin = bench.broker.submit(market_order("AAA", Side.SELL, "10"))
    usual = bench.broker.submit(market_order("BBB", Side.BUY, "10", "order-2"))
    assert (thin.filled_quantity, thin.average_price) == (3, Decimal("99.00"))
    assert (usual.filled_quantity, usual.average_price) == (10, Decimal("50.01"))


def shown(folder: Path, fault: QuoteFault) -> Quote:
    bench = bench_with(folder, quote_fault=fault)
    bench.feed.prices["AAA"] = 110.0
    (quote,) = bench.broker.quotes(("AAA",))
    return quote


def test_a_quote_says_what_the_session_before_closed_at(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.feed.prices |= {"AAA": 110.0, "YYY": 5.0}
    quotes = bench.broker.quotes(("AAA", "YYY"))
    assert [quote.last_close for quote in quotes] == [100, None]


@pytest.mark.parametrize(
    ("fault", "bid", "ask"),
    [
        (QuoteFault.STALE, "109.98", "110.02"),
        (QuoteFault.CROSSED, "110.02", "109.98"),
        (QuoteFault.NO_BID, "0", "110.02"),
        (QuoteFault.NO_ASK, "109.98", "0"),
        (QuoteFault.WIDE, "93.50", "126.50"),
        (QuoteFault.FAR, "149.97", "150.03"),
    ],
)
def test_a_quote_may_be_wrong(tmp_path: Path, fault: QuoteFault, bid: str, ask: str) -> None:
    #
    quote = shown(tmp_path, fault)
    assert (quote.bid, quote.ask) == (Decimal(bid), Decimal(ask))
    age = BEFORE_CLOSE - quote.observed_at
    assert age == (timedelta(hours=1) if fault is QuoteFault.STALE else timedelta(0))


def test_a_quote_may_be_missing_of_a_symbol_that_trades(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, quote_fault=QuoteFault.MISSING)
    assert [quote.symbol for quote in bench.broker.quotes(("AAA", "BBB"))] == ["BBB"]
    assert [asset.symbol for asset in bench.broker.assets(("AAA", "BBB"))] == ["AAA", "BBB"]


@pytest.mark.parametrize("fault", QuoteFault)
def test_the_market_goes_on_behind_a_wrong_quote(tmp_path: Path, fault: QuoteFault) -> None:
    bench = bench_with(tmp_path, quote_fault=fault)
    assert bench.broker.submit(market_order("AAA", Side.SELL, "1")).average_price == Decimal("99.99")
    assert bench.broker.positions()[0].market_price == 100


@pytest.mark.parametrize(
    ("flag", "obstacle", "words"),
    [
        ({"account_status": "SUBMITTED"}, "SUBMITTED", "account is not active, its status is SUBMITTED"),
        ({"trading_blocked": True}, "trading", "account is not allowed to trade"),
        ({"account_blocked": True}, "account", "account is blocked"),
        ({"trade_suspended_by_user": True}, "suspended", "new orders are rejected by user request"),
    ],
)
def test_an_account_that_may_not_trade_says_so_and_refuses_orders(
    tmp_path: Path, flag: dict[str, object], obstacle: str, words: str
) -> None:
    open_before = Bench(tmp_path).broker.submit(limit_order("AAA", Side.BUY, "1", "90.00", "resting"))
    bench = Bench(tmp_path, SimulationRules.model_validate(flag))
    assert obstacle in str(bench.broker.account().obstacles)
    with pytest.raises(RefusedOrderError) as error:
        bench.broker.submit(market_order("AAA", Side.BUY, "1"))
    refusal = error.value.refusal
    assert (refusal.status, refusal.code, refusal.message) == (403, 40310000, words)
    bench.broker.cancel(open_before.broker_order_id)
    assert status_of(bench, "resting") == "canceled"


def test_what_is_withheld_buys_nothing(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SimulationRules(withheld=Decimal("99_900.00")))
    assert (bench.broker.account().cash, bench.broker.account().buying_power) == (100_000, 100)
    with pytest.raises(RefusedOrderError, match="insufficient buying power"):
        bench.broker.submit(limit_order("AAA", Side.BUY, "1", "100.01"))
    assert bench.broker.submit(limit_order("AAA", Side.BUY, "1", "100.00")).raw_status == "new"
    poorer = Bench(tmp_path, SimulationRules(withheld=Decimal(200_000)))
    assert poorer.broker.account().buying_power == 0
