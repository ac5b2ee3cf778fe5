"""Orders on the wire: what is accepted, what is refused and with which words, and how orders are listed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.look_alike_world import Served, served

from alchemiser_dagster.broker.simulated.rules import SimulationRules

FIELDS = {
    "id", "client_order_id", "created_at", "updated_at", "submitted_at", "filled_at", "expired_at",
    "expires_at", "canceled_at", "failed_at", "replaced_at", "replaced_by", "replaces", "asset_id",
    "symbol", "asset_class", "notional", "qty", "filled_qty", "filled_avg_price", "order_class",
    "order_type", "type", "side", "position_intent", "time_in_force", "limit_price", "stop_price",
    "status", "extended_hours", "legs", "trail_percent", "trail_price", "hwm", "subtag", "source",
}  # fmt: skip


RULES = SimulationRules(non_fractionable=frozenset({"DDD"}), non_tradable=frozenset({"WHO"}))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, RULES, holdings={"BBB": "10"}) as one:
        yield one


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Yield a world in which no test leaves an order."""
    with served(tmp_path_factory.mktemp("refusing"), RULES, holdings={"BBB": "10"}) as one:
        yield one


def ids(orders: Any) -> list[str]:
    return [order["client_order_id"] for order in orders]


def test_an_order_has_every_field_numbers_are_texts_and_instants_have_nanoseconds(world: Served) -> None:
    #
    order = world.resting(qty=2, client_order_id="one", limit="99.5")
    assert set(order) == FIELDS
    assert (order["qty"], order["filled_qty"], order["limit_price"]) == ("2", "0", "99.5")
    assert order["submitted_at"] == "2024-11-27T20:45:00.000000000Z"
    assert order["filled_avg_price"] is None


@pytest.mark.parametrize("quantity", ["1.5", 1.5])
def test_a_quantity_may_be_text_or_number(world: Served, quantity: object) -> None:
    assert world.order(qty=quantity).json()["filled_qty"] == "1.5"


def test_an_amount_of_money_buys_what_it_pays_at_the_ask(world: Served) -> None:
    order = world.order(notional="250").json()
    assert order["qty"] == "2.499750024"
    assert order["status"] == "filled"


WRONG = [
    ({"symbol": ""}, 422, 40010001, "symbol is required"),
    ({"symbol": "NOPE"}, 422, 40010001, "not found"),
    ({"symbol": "a b"}, 422, 40010001, "not found"),
    ({"symbol": "WHO"}, 422, 42210000, "not tradable"),
    ({"qty": "0"}, 422, 40010001, "qty must be > 0"),
    ({"qty": "-1"}, 422, 40010001, "qty must be > 0"),
    ({"qty": "abc"}, 422, 40010001, "invalid qty"),
    ({"qty": "NaN"}, 422, 40010001, "invalid qty"),
    ({"qty": True}, 422, 40010001, "invalid qty"),
    ({"qty": None}, 422, 40010001, "exactly one of qty and notional"),
    ({"qty": "1", "notional": "5"}, 422, 40010001, "exactly one of qty and notional"),
    ({"notional": "0.5"}, 403, 40310000, "minimal amount of order"),
    ({"notional": "5", "type": "limit", "limit_price": "1"}, 422, 40010001, "notional orders must be market"),
    ({"side": "short"}, 422, 40010001, "invalid side"),
    ({"side": 5}, 422, 40010001, "invalid side"),
    ({"type": "stop"}, 422, 40010001, "invalid type"),
    ({"time_in_force": "gtc"}, 422, 40010001, "invalid time_in_force"),
    ({"type": "limit"}, 422, 40010001, "require limit price"),
    ({"limit_price": "5"}, 422, 40010001, "market orders require no"),
    ({"type": "limit", "limit_price": "0"}, 422, 40010001, "limit_price must be > 0"),
    ({"type": "limit", "limit_price": "5.001"}, 422, 42210000, "sub-penny"),
    ({"stop_price": "5"}, 422, 40010001, "only simple orders"),
    ({"order_class": "bracket"}, 422, 40010001, "only simple orders"),
    ({"extended_hours": True}, 422, 40010001, "extended hours"),
    ({"client_order_id": "x" * 49}, 422, 40010001, "no more than 48"),
    ({"symbol": "DDD", "qty": "0.5"}, 403, 40310000, "not fractionable"),
    ({"qty": "0.0000000001"}, 422, 40010001, "9 decimal"),
    ({"symbol": "BBB", "side": "sell", "qty": "11"}, 403, 40310000, "insufficient qty available for order"),
    ({"qty": "5000"}, 403, 40310000, "insufficient buying power"),
]


@pytest.mark.parametrize(("fields", "status", "code", "words"), WRONG)
def test_an_order_that_makes_no_sense_is_refused_and_leaves_nothing(
    refusing: Served, fields: dict[str, Any], status: int, code: int, words: str
) -> None:
    #
    answer = refusing.order(**fields)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert words in answer.json()["message"]
    assert refusing.get("/v2/orders", status="all") == []


@pytest.mark.parametrize("body", ["{", "[]", '"text"'])
def test_a_body_that_is_no_object_is_a_bad_request(refusing: Served, body: str) -> None:
    assert refusing.ask("POST", "/v2/orders", data=body).status_code == 400


def test_an_opposite_open_order_is_a_wash_trade(world: Served) -> None:
    world.resting("BBB", limit="40")
    answer = world.order("BBB", side="sell")
    assert (answer.status_code, answer.json()["code"]) == (403, 40310000)
    assert "wash trade" in answer.json()["message"]


def test_an_order_for_the_closing_auction_is_refused_in_the_last_ten_minutes(world: Served) -> None:
    assert world.order(time_in_force="cls").status_code == 200
    world.world.clock.wind(seconds=301)
    assert world.order(time_in_force="cls").status_code == 403


def test_orders_are_listed_by_status_side_symbol_and_in_both_directions(world: Served) -> None:
    for number, symbol in enumerate(("AAA", "CCC", "AAA")):
        world.resting(symbol, client_order_id=f"r{number}")
        world.world.clock.wind(seconds=1)
    world.order("BBB", side="sell", client_order_id="sold")
    assert ids(world.get("/v2/orders")) == ["r2", "r1", "r0"]
    assert ids(world.get("/v2/orders", direction="asc", limit=2)) == ["r0", "r1"]
    assert ids(world.get("/v2/orders", status="closed")) == ["sold"]
    assert ids(world.get("/v2/orders", symbols="CCC,DDD")) == ["r1"]
    assert ids(world.get("/v2/orders", status="all", side="sell")) == ["sold"]


def test_after_and_until_leave_out_their_own_instant_so_pages_meet(world: Served) -> None:
    for number in range(5):
        world.resting(client_order_id=f"r{number}")
        world.world.clock.wind(seconds=1)
    found: list[str] = []
    after = "2024-11-27T00:00:00Z"
    while page := world.get("/v2/orders", direction="asc", limit=2, after=after):
        found += ids(page)
        after = page[-1]["submitted_at"]
    assert found == ["r0", "r1", "r2", "r3", "r4"]
    assert ids(world.get("/v2/orders", until="2024-11-27T20:45:02Z")) == ["r1", "r0"]
    assert ids(world.get("/v2/orders", until="2024-11-27T15:45:02-05:00")) == ["r1", "r0"]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 501},
        {"limit": 0},
        {"limit": "x"},
        {"status": "odd"},
        {"side": "odd"},
        {"direction": "up"},
        {"after": "soon"},
    ],
)
def test_a_list_that_makes_no_sense_is_refused(refusing: Served, query: dict[str, Any]) -> None:
    assert refusing.ask("GET", "/v2/orders", params=query).status_code == 422


UNKNOWN = "00000000-0000-0000-0000-000000000001"


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("order_id", [UNKNOWN, "no-uuid"])
def test_an_order_that_nobody_placed_is_not_found(refusing: Served, method: str, order_id: str) -> None:
    answer = refusing.ask(method, f"/v2/orders/{order_id}", json={"limit_price": "5"})
    assert (answer.status_code, answer.json()["code"]) == (404, 40410000)
    asked = refusing.ask("GET", "/v2/orders:by_client_order_id", params={"client_order_id": "nobody"})
    assert asked.status_code == 404


def test_an_order_is_found_by_its_id_with_and_without_hyphens(world: Served) -> None:
    order = world.resting()
    assert world.get(f"/v2/orders/{order['id']}") == world.get(f"/v2/orders/{order['id'].replace('-', '')}")


def test_a_filled_order_can_be_neither_canceled_nor_replaced(world: Served) -> None:
    order = world.order().json()
    for method in ("DELETE", "PATCH"):
        answer = world.ask(method, f"/v2/orders/{order['id']}", json={"limit_price": "5"})
        assert (answer.status_code, answer.json()["code"]) == (422, 42210000), answer.text


def test_a_cancellation_has_no_body(world: Served) -> None:
    answer = world.ask("DELETE", f"/v2/orders/{world.resting()['id']}")
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_replacement_keeps_what_it_does_not_name_and_may_change_the_quantity(world: Served) -> None:
    old = world.resting(qty="3", client_order_id="old")
    new = world.ask(
        "PATCH", f"/v2/orders/{old['id']}", json={"limit_price": 2, "client_order_id": "new"}
    ).json()
    assert (new["qty"], new["limit_price"], new["replaces"], new["side"]) == ("3", "2", old["id"], "buy")
    last = world.ask("PATCH", f"/v2/orders/{new['id']}", json={"qty": "4"}).json()
    assert (last["qty"], last["limit_price"]) == ("4", "2")
    assert last["client_order_id"] not in {"old", "new"}
    original = world.get("/v2/orders:by_client_order_id", client_order_id="old")
    assert (original["id"], original["status"], original["replaced_by"]) == (old["id"], "replaced", new["id"])
    assert original["replaced_at"] is not None


@pytest.mark.parametrize("raced", ["nothing", "half", "all"])
@pytest.mark.parametrize("pending", ["PT0S", "PT2S"])
def test_a_replacement_without_a_quantity_fills_what_the_old_order_left_and_no_more(
    world: Served, pending: str, raced: str
) -> None:
    #
    behaviour = {"shares_per_look": "3", "fills_while_pending": raced}
    world.ask("POST", "/sim/rules", json={"replace_after": pending, "behaviours": {"AAA": behaviour}})
    old = world.order(type="limit", limit_price="101", qty="10").json()
    assert (old["status"], old["filled_qty"]) == ("partially_filled", "3")
    world.market.prices["AAA"] = 200.0
    new = world.ask("PATCH", f"/v2/orders/{old['id']}", json={"limit_price": "201"})
    assert new.status_code == 200, new.text
    world.world.clock.wind(seconds=3)
    while world.get("/v2/orders"):
        assert Decimal(world.get("/v2/positions/AAA")["qty"]) <= 10
    assert world.get("/v2/positions/AAA")["qty"] == "10"
    orders = world.get("/v2/orders", status="all")
    assert sum(Decimal(order["filled_qty"]) for order in orders) == 10


def test_a_replacement_with_a_taken_id_leaves_the_old_order(world: Served) -> None:
    one = world.resting(client_order_id="one")
    world.resting("CCC", client_order_id="two")
    answer = world.ask(
        "PATCH", f"/v2/orders/{one['id']}", json={"limit_price": "2", "client_order_id": "two"}
    )
    assert (answer.status_code, answer.json()["message"]) == (422, "client_order_id must be unique")
    assert world.get(f"/v2/orders/{one['id']}")["status"] == "new"


def test_a_pending_cancellation_is_told_as_such_until_the_clock_has_moved(world: Served) -> None:
    world.ask("POST", "/sim/rules", json={"cancel_after": "PT2S"})
    order = world.resting()
    world.ask("DELETE", f"/v2/orders/{order['id']}")
    assert world.get(f"/v2/orders/{order['id']}")["status"] == "pending_cancel"
    world.ask("POST", "/sim/clock", json={"advance_seconds": 3})
    told = world.get(f"/v2/orders/{order['id']}")
    assert told["status"] == "canceled"
    assert datetime.fromisoformat(told["canceled_at"]) > datetime.fromisoformat(order["submitted_at"])


def test_a_pending_replacement_is_an_order_of_its_own_beside_the_old_one(world: Served) -> None:
    world.ask("POST", "/sim/rules", json={"replace_after": "PT2S"})
    old = world.resting()
    new = world.ask("PATCH", f"/v2/orders/{old['id']}", json={"limit_price": "2"}).json()
    assert new["replaces"] == old["id"]
    assert world.get(f"/v2/orders/{old['id']}")["status"] == "pending_replace"
    refused = world.ask("DELETE", f"/v2/orders/{old['id']}")
    assert refused.status_code == 422
    world.ask("POST", "/sim/clock", json={"advance_seconds": 3})
    assert world.get(f"/v2/orders/{old['id']}")["status"] == "replaced"
    assert world.get(f"/v2/orders/{new['id']}")["status"] == "new"


def test_what_is_open_at_the_close_expires(world: Served) -> None:
    order = world.resting()
    assert order["expires_at"] == "2024-11-27T21:00:00.000000000Z"
    world.world.clock.wind(seconds=3600)
    told = world.get(f"/v2/orders/{order['id']}")
    assert told["status"] == "expired"
    assert told["expired_at"] is not None
    closed = world.order()
    assert (closed.status_code, closed.json()["message"]) == (422, "market is not open")
