from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from support.alpaca import NOON, limit_buy, new_broker, order_json
from support.scripted_server import Reply, ScriptedServer, scripted_server

from alchemiser_dagster.broker.alpaca.paging import ORDERS_A_PAGE
from alchemiser_dagster.errors import BrokerError
from alchemiser_dagster.records.order import OrderChange

QUOTE = {"t": "2026-03-03T16:59:59.123456789Z", "ap": 410.2, "as": 1, "bp": 410.1, "bs": 2}
TODAY_BAR = {"t": "2026-03-03T05:00:00Z", "c": 410.15}
YESTERDAY_BAR = {"t": "2026-03-02T05:00:00Z", "c": 405.5}
BEFORE_YESTERDAY_BAR = {"t": "2026-02-27T05:00:00Z", "c": 400.25}
SNAPSHOT = {"latestQuote": QUOTE, "dailyBar": TODAY_BAR, "prevDailyBar": YESTERDAY_BAR}
ACTIVE = {"status": "active", "tradable": True, "fractionable": True}
NOT_FOUND = Reply.of({"code": 40410000, "message": "asset not found for NONE"}, 404)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


def order_at(number: int) -> dict[str, object]:
    at = NOON + timedelta(seconds=number)
    return order_json(id=f"id-{number}", client_order_id=f"alc-{number}", submitted_at=at.isoformat())


def fill_json(number: int, **changes: object) -> dict[str, object]:
    return {
        "id": f"2026030317000{number:05}::fill",
        "activity_type": "FILL",
        "type": "partial_fill",
        "transaction_time": (NOON + timedelta(seconds=number)).isoformat(),
        "price": "410.05",
        "qty": "0.25",
        "side": "buy",
        "symbol": "SPY",
        "order_id": f"id-{number % 5}",
    } | changes


def test_all_quotes_are_one_request(server: ScriptedServer) -> None:
    #
    server.play(Reply.of({"SPY": SNAPSHOT, "BRK.B": SNAPSHOT, "TLT": None}))
    spy, berkshire = new_broker(server.url).quotes(["SPY", "BRK/B", "TLT", "GLD", "SPY"])
    assert (spy.bid, spy.ask, spy.last_close) == (Decimal("410.1"), Decimal("410.2"), Decimal("405.5"))
    assert berkshire.symbol == "BRK/B"
    (seen,) = server.seen
    assert seen.path == "/v2/stocks/snapshots"
    assert seen.query == {"symbols": "SPY,BRK.B,TLT,GLD", "feed": "iex"}


def test_many_quotes_are_asked_in_lots(server: ScriptedServer) -> None:
    server.play(Reply.of({}))
    new_broker(server.url).quotes([f"S{number}" for number in range(401)])
    assert len(server.seen) == 3


def test_no_symbols_are_no_request(server: ScriptedServer) -> None:
    broker = new_broker(server.url)
    assert (broker.quotes([]), broker.assets([]), server.attempts) == ((), (), 0)


@pytest.mark.parametrize(
    ("daily", "previous", "close"),
    [
        (TODAY_BAR, YESTERDAY_BAR, "405.5"),
        (YESTERDAY_BAR, BEFORE_YESTERDAY_BAR, "405.5"),
        (None, YESTERDAY_BAR, "405.5"),
        (TODAY_BAR, None, None),
        ({"c": 1}, {"c": 2}, None),
        (YESTERDAY_BAR | {"c": None}, None, None),
    ],
)
def test_the_last_close_is_of_the_latest_session_before_today(
    server: ScriptedServer, daily: object, previous: object, close: str | None
) -> None:
    # before the first trade of a session, the daily bar is still the one before
    server.play(Reply.of({"SPY": {"latestQuote": QUOTE, "dailyBar": daily, "prevDailyBar": previous}}))
    (quote,) = new_broker(server.url).quotes(["SPY"])
    assert quote.last_close == (None if close is None else Decimal(close))


@pytest.mark.parametrize("side", ["ap", "bp"])
@pytest.mark.parametrize("value", [0, None, "x", -1])
def test_a_side_that_is_missing_makes_a_quote_that_prices_nothing(
    server: ScriptedServer, side: str, value: object
) -> None:
    #
    server.play(Reply.of({"SPY": {"latestQuote": QUOTE | {side: value}}}))
    (quote,) = new_broker(server.url).quotes(["SPY"])
    assert not quote.is_two_sided


@pytest.mark.parametrize("snapshot", [None, {}, {"latestQuote": None}, {"latestQuote": QUOTE | {"t": None}}])
def test_a_symbol_without_a_quote_is_absent(server: ScriptedServer, snapshot: object) -> None:
    server.play(Reply.of({"SPY": snapshot}))
    assert new_broker(server.url).quotes(["SPY"]) == ()


def test_a_few_assets_are_asked_one_by_one_and_an_unknown_one_is_absent(server: ScriptedServer) -> None:
    server.play(Reply.of(ACTIVE), NOT_FOUND, Reply.of({"status": "inactive", "tradable": True}), Reply.of({}))
    found = new_broker(server.url).assets(["BRK/B", "NONE", "GONE", "DIM"])
    assert [(asset.symbol, asset.tradable, asset.fractionable) for asset in found] == [
        ("BRK/B", True, True),
        ("GONE", False, False),
        ("DIM", False, False),
    ]
    assert [seen.path for seen in server.seen][:2] == ["/v2/assets/BRK.B", "/v2/assets/NONE"]


def test_many_assets_are_asked_by_the_list_and_what_it_lacks_by_name(server: ScriptedServer) -> None:
    #
    symbols = [f"S{number}" for number in range(21)]
    server.play(Reply.of([ACTIVE | {"symbol": symbol} for symbol in symbols[1:]]), NOT_FOUND)
    assert [asset.symbol for asset in new_broker(server.url).assets(symbols)] == symbols[1:]
    assert [seen.path for seen in server.seen] == ["/v2/assets", "/v2/assets/S0"]
    assert server.seen[0].query == {"status": "active", "asset_class": "us_equity"}


def test_an_order_goes_out_as_plain_decimals(server: ScriptedServer) -> None:
    #
    server.play(Reply.of(order_json(symbol="BRK.B")))
    order = new_broker(server.url).submit(limit_buy("BRK/B"))
    assert order.symbol == "BRK/B"
    assert server.seen[0].content == {
        "symbol": "BRK.B",
        "qty": "1.5",
        "side": "buy",
        "type": "limit",
        "time_in_force": "day",
        "limit_price": "410.1",
        "client_order_id": "alc-1",
        "extended_hours": False,
    }


def test_a_replacement_changes_the_limit_and_leaves_the_quantity(server: ScriptedServer) -> None:
    # a quantity that is named would count from what was filled meanwhile
    server.play(Reply.of(order_json(id="new", replaces="old", client_order_id="alc-2")))
    change = OrderChange(client_order_id="alc-2", limit_price=Decimal("410.20"))
    order = new_broker(server.url).replace("old", change)
    assert (order.broker_order_id, order.replaces) == ("new", "old")
    (seen,) = server.seen
    assert (seen.method, seen.path) == ("PATCH", "/v2/orders/old")
    assert seen.content == {"limit_price": "410.2", "client_order_id": "alc-2"}


def test_a_cancel_is_one_request(server: ScriptedServer) -> None:
    server.play(Reply(204, b""))
    new_broker(server.url).cancel("an-id/../../account")
    (seen,) = server.seen
    assert (seen.method, seen.target) == ("DELETE", "/v2/orders/an-id%2F..%2F..%2Faccount")


def test_orders_are_paged_to_their_end_and_each_comes_once(server: ScriptedServer) -> None:
    #
    first = [order_at(number) for number in range(ORDERS_A_PAGE)]
    second = [order_at(number) for number in range(ORDERS_A_PAGE - 2, ORDERS_A_PAGE + 3)]
    server.play(Reply.of(first), Reply.of(second))
    orders = new_broker(server.url).orders_since(NOON + timedelta(seconds=1))
    assert [order.broker_order_id for order in orders] == [f"id-{number}" for number in range(1, 503)]
    assert [seen.query["after"] for seen in server.seen] == ["2026-03-03T17:00:00Z", "2026-03-03T17:08:18Z"]
    assert {seen.query["status"] for seen in server.seen} == {"all"}
    assert {seen.query["direction"] for seen in server.seen} == {"asc"}


def test_open_orders_are_paged_too(server: ScriptedServer) -> None:
    server.play(Reply.of([order_at(number) for number in range(ORDERS_A_PAGE)]), Reply.of([]))
    assert len(new_broker(server.url).open_orders()) == ORDERS_A_PAGE
    assert [seen.query.get("after") for seen in server.seen] == [None, "2026-03-03T17:08:18Z"]
    assert server.seen[0].query["status"] == "open"


def test_a_list_that_does_not_end_is_an_error(server: ScriptedServer) -> None:
    #
    server.play(Reply.of([order_at(number) for number in range(ORDERS_A_PAGE)]))
    with pytest.raises(BrokerError, match="the list of orders does not end"):
        new_broker(server.url).open_orders()
    assert server.attempts == 2


def test_fills_get_the_client_ids_of_their_orders(server: ScriptedServer) -> None:
    #
    orders = [order_at(number) for number in range(3)]
    server.play(
        Reply.of([fill_json(number) for number in range(100)]),
        Reply.of([fill_json(99), fill_json(100, side="sell_short")]),
        Reply.of(orders),
        Reply.of(order_at(3)),
        NOT_FOUND,
    )
    fills = new_broker(server.url).fills_since(NOON + timedelta(seconds=1))
    assert len(fills) == len({fill.fill_id for fill in fills}) == 100
    assert [fill.client_order_id for fill in fills[:4]] in (
        ["alc-1", "alc-2", "alc-3", ""],
        ["alc-1", "alc-2", "", "alc-3"],
    )
    assert fills[0].quantity == Decimal("0.25")
    assert server.seen[0].path == "/v2/account/activities/FILL"
    assert server.seen[1].query["page_token"] == fill_json(99)["id"]


def test_no_fills_are_one_request(server: ScriptedServer) -> None:
    server.play(Reply.of([]))
    assert new_broker(server.url).fills_since(NOON) == ()
    assert server.attempts == 1


@pytest.mark.parametrize("field", ["id", "order_id", "symbol", "side", "qty", "price", "transaction_time"])
def test_a_fill_that_can_not_be_read_is_an_error(server: ScriptedServer, field: str) -> None:
    # a fact can't be left out
    server.play(Reply.of([fill_json(1, **{field: None})]))
    with pytest.raises(BrokerError, match=f"no usable {field}"):
        new_broker(server.url).fills_since(NOON)


@pytest.mark.parametrize("content", [None, {}, [None], [{}]])
def test_a_list_of_orders_that_can_not_be_read_is_an_error_not_an_empty_list(
    server: ScriptedServer, content: object
) -> None:
    #
    server.play(Reply.of(content))
    with pytest.raises(BrokerError):
        new_broker(server.url).open_orders()
