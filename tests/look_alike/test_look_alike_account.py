"""The account on the wire: money, positions, activities page by page, clock, calendar, assets."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.look_alike_world import Served, served

from alchemiser_dagster.broker.simulated.rules import SimulationRules

FLAGS = {"trading_blocked", "account_blocked", "transfers_blocked", "trade_suspended_by_user"}
MONEY = {"cash", "equity", "last_equity", "portfolio_value", "buying_power", "long_market_value"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Served]:
    rules = SimulationRules(non_fractionable=frozenset({"DDD"}))
    with served(tmp_path, rules, holdings={"BBB": "10"}) as one:
        yield one


def test_money_is_text_flags_are_flags_and_open_buys_hold_buying_power(world: Served) -> None:
    #
    world.resting(qty="10", limit="50")
    account = world.get("/v2/account")
    assert {name: type(account[name]) for name in MONEY} == dict.fromkeys(MONEY, str)
    assert {name: account[name] for name in FLAGS} == dict.fromkeys(FLAGS, False)
    assert (account["cash"], account["buying_power"]) == ("100000", "99500")
    assert (account["equity"], account["last_equity"]) == ("100500", "100260")
    assert (account["created_at"], account["balance_asof"]) == (
        "2024-11-27T20:45:00.000000000Z",
        "2024-11-26",
    )
    assert "pattern_day_trader" not in account


def test_a_flag_of_the_rules_is_a_flag_of_the_account(world: Served) -> None:
    world.world.change_rules(account_blocked=True, account_status="ACCOUNT_CLOSED")
    account = world.get("/v2/account")
    assert (account["account_blocked"], account["status"]) == (True, "ACCOUNT_CLOSED")
    assert world.order().status_code == 403


def test_a_position_tells_gain_and_what_open_sells_hold(world: Served) -> None:
    world.resting("BBB", limit="60", side="sell", qty="4")
    position = world.get("/v2/positions/BBB")
    assert (position["qty"], position["qty_available"], position["side"]) == ("10", "6", "long")
    assert (position["market_value"], position["lastday_price"]) == ("500", "26")
    assert (position["unrealized_intraday_pl"], position["change_today"]) == ("240", "0.923076923")
    assert world.get(f"/v2/positions/{position['asset_id']}") == position
    assert world.get("/v2/positions") == [position]


def test_a_position_is_closed_by_percentage_and_not_by_nonsense(world: Served) -> None:
    assert world.ask("DELETE", "/v2/positions/BBB", params={"qty": 1, "percentage": 5}).status_code == 422
    assert world.ask("DELETE", "/v2/positions/BBB", params={"qty": 0}).status_code == 422
    assert world.ask("DELETE", "/v2/positions/BBB", params={"percentage": 25}).json()["qty"] == "2.5"
    assert world.ask("DELETE", "/v2/positions/AAA").status_code == 404
    assert world.ask("GET", "/v2/positions/AAA").status_code == 404


def test_shares_that_an_open_order_holds_are_not_closed_unless_it_is_canceled(world: Served) -> None:
    world.resting("BBB", limit="60", side="sell", qty="4")
    (refused,) = world.ask("DELETE", "/v2/positions").json()
    assert (refused["status"], refused["body"]["code"]) == (403, 40310000)
    answer = world.ask("DELETE", "/v2/positions", params={"cancel_orders": "true"})
    assert (answer.status_code, answer.json()[0]["status"]) == (207, 200)
    assert world.get("/v2/positions") == []


def fills(world: Served, **query: Any) -> list[Any]:
    return list(world.get("/v2/account/activities/FILL", **query))


def test_fills_are_activities_that_name_their_order(world: Served) -> None:
    world.world.change_rules(shares_per_look=Decimal(4))
    order = world.order(qty="10").json()
    while world.get(f"/v2/orders/{order['id']}")["status"] != "filled":
        pass
    parts = fills(world, direction="asc")
    assert [part["qty"] for part in parts] == ["4", "4", "2"]
    assert [part["cum_qty"] for part in parts] == ["4", "8", "10"]
    assert [part["leaves_qty"] for part in parts] == ["6", "2", "0"]
    assert [part["type"] for part in parts] == ["partial_fill", "partial_fill", "fill"]
    assert {part["order_id"] for part in parts} == {order["id"]}
    assert all(part["id"].startswith("20241127204500000::") for part in parts)


def test_pages_of_activities_meet_in_both_directions(world: Served) -> None:
    for _ in range(5):
        world.order()
    for direction in ("asc", "desc"):
        whole = fills(world, direction=direction)
        found: list[Any] = []
        while page := fills(
            world, direction=direction, page_size=2, **({"page_token": found[-1]["id"]} if found else {})
        ):
            found += page
            assert len(found) <= len(whole)
        assert found == whole
        assert len(whole) == 5


def test_activities_are_chosen_by_instant_day_and_kind(world: Served) -> None:
    world.order()
    world.world.clock.wind(seconds=10)
    world.order()
    assert len(fills(world, after="2024-11-27T20:45:05Z")) == 1
    assert len(fills(world, until="2024-11-27T20:45:05Z")) == 1
    assert (len(fills(world, date="2024-11-27")), fills(world, date="2024-11-26")) == (2, [])
    assert len(world.get("/v2/account/activities", activity_types="FILL")) == 2
    assert len(world.get("/v2/account/activities")) == 2
    assert world.get("/v2/account/activities/DIV") == []
    for wrong in ({"page_token": "nothing"}, {"page_size": 101}):
        assert world.ask("GET", "/v2/account/activities/FILL", params=wrong).status_code == 422


def test_the_clock_is_new_york_time_before_within_and_after_a_session(world: Served) -> None:
    clock = world.get("/v2/clock")
    assert clock == {
        "timestamp": "2024-11-27T15:45:00.000000000-05:00",
        "is_open": True,
        "next_open": "2024-11-29T09:30:00-05:00",
        "next_close": "2024-11-27T16:00:00-05:00",
    }
    world.ask("POST", "/sim/clock", json={"now": "2024-11-29T18:30:00Z"})
    after = world.get("/v2/clock")
    assert (after["is_open"], after["next_close"]) == (False, "2024-12-02T16:00:00-05:00")
    world.ask("POST", "/sim/clock", json={"now": "2024-11-29T13:00:00Z"})
    before = world.get("/v2/clock")
    assert (before["is_open"], before["next_open"]) == (False, "2024-11-29T09:30:00-05:00")
    assert before["next_close"] == "2024-11-29T13:00:00-05:00"


def test_the_calendar_leaves_out_holidays_and_names_early_closes(world: Served) -> None:
    days = world.get("/v2/calendar", start="2024-11-27", end="2024-12-02")
    assert [(day["date"], day["open"], day["close"]) for day in days] == [
        ("2024-11-27", "09:30", "16:00"),
        ("2024-11-29", "09:30", "13:00"),
        ("2024-12-02", "09:30", "16:00"),
    ]
    assert days[0]["settlement_date"] == "2024-11-29"
    assert len(world.get("/v2/calendar")) == len(world.world.calendar.sessions)
    assert world.ask("GET", "/v2/calendar", params={"start": "soon"}).status_code == 422


def test_an_asset_is_listed_once_somebody_has_asked_about_it(world: Served) -> None:
    assert [asset["symbol"] for asset in world.get("/v2/assets", status="active")] == ["BBB"]
    assert world.get("/v2/assets/ddd")["fractionable"] is False
    world.get("/v2/stocks/snapshots", symbols="CCC,NOPE")
    assert [asset["symbol"] for asset in world.get("/v2/assets")] == ["BBB", "CCC", "DDD"]
    assert world.get("/v2/assets", status="inactive") == []
    assert world.get("/v2/assets", asset_class="crypto") == []
    assert world.ask("GET", "/v2/assets/BTC/USD").json()["code"] == 40410000


def test_before_the_open_the_last_close_stands(world: Served) -> None:
    world.ask("POST", "/sim/clock", json={"now": "2024-11-29T13:00:00Z"})
    assert world.market.latest_prices(["BBB"]) == ()
    assert world.get("/v2/account")["equity"] == "100270"
    assert world.get("/v2/positions")[0]["current_price"] == "27"
    assert world.order().json()["message"] == "market is not open"
