"""Winding the clock, changing the rules and beginning anew, over the wire; and the clock by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.look_alike_world import Served, SetMarket, served
from support.trading import CALENDAR

from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.errors import BrokerError, ConfigurationError
from alchemiser_dagster.look_alike.scripted_clock import ScriptedClock
from alchemiser_dagster.look_alike.serving import listen
from alchemiser_dagster.look_alike.steady_market import SteadyMarket

START = datetime(2024, 11, 27, 20, 45, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as one:
        yield one


class Machine(StandingClock):
    """A machine whose seconds a test counts."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


def test_a_clock_that_stands_moves_only_when_it_is_wound() -> None:
    #
    machine = Machine(START)
    clock = ScriptedClock(START, machine=machine)
    machine.seconds = 100.0
    assert (clock.now(), clock.runs) == (START, False)
    clock.sleep(2.5)
    assert clock.now() == START + timedelta(seconds=2.5)


def test_a_clock_that_runs_goes_with_the_machine_and_can_be_stopped_and_set() -> None:
    machine = Machine(START)
    clock = ScriptedClock(START, runs=True, machine=machine)
    machine.seconds = 3.0
    assert clock.now() == START + timedelta(seconds=3)
    assert clock.wind(seconds=10, runs=False) == START + timedelta(seconds=13)
    machine.seconds = 50.0
    assert clock.now() == START + timedelta(seconds=13)
    local = datetime(2024, 11, 29, 9, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert clock.wind(to=local, runs=True) == datetime(2024, 11, 29, 14, 30, tzinfo=UTC)
    machine.seconds = 51.5
    assert clock.now() == datetime(2024, 11, 29, 14, 30, 1, 500_000, tzinfo=UTC)


def test_the_clock_is_read_and_wound_over_the_wire(world: Served) -> None:
    assert world.get("/sim/clock") == {"now": "2024-11-27T20:45:00+00:00", "runs": False}
    wound = world.ask("POST", "/sim/clock", json={"advance_seconds": 0.25}).json()
    assert wound == {"now": "2024-11-27T20:45:00.250000+00:00", "runs": False}
    runs = world.ask("POST", "/sim/clock", json={"now": "2024-11-29T15:00:00-05:00", "runs": True}).json()
    assert runs == {"now": "2024-11-29T20:00:00+00:00", "runs": True}
    assert world.get("/sim/clock")["runs"] is True


@pytest.mark.parametrize(
    "body",
    [
        {"advance_seconds": -1},
        {"advance_seconds": "soon"},
        {"now": "2024-11-29T15:00:00"},
        {"back": 1},
        {"advance_seconds": 1e12},
        [],
    ],
)
def test_the_clock_is_not_wound_by_nonsense(world: Served, body: Any) -> None:
    answer = world.ask("POST", "/sim/clock", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 40010001)
    assert world.world.clock.now() == START


def test_some_rules_are_changed_and_the_others_stay(world: Served) -> None:
    before = world.get("/sim/rules")
    change = {"half_spread_basis_points": "5", "behaviours": {"AAA": {"halted": True}}}
    after = world.ask("POST", "/sim/rules", json=change).json()
    assert after["behaviours"]["AAA"]["halted"] is True
    assert after["half_spread_basis_points"] == "5"
    assert {name for name in before if before[name] != after[name]} == set(change)
    assert world.order().json()["filled_qty"] == "0"
    quote = world.get("/v2/stocks/BBB/quotes/latest")["quote"]
    assert (quote["bp"], quote["ap"]) == (49.97, 50.03)


@pytest.mark.parametrize("body", [{"no_such_rule": 1}, {"half_spread_basis_points": -1}, {"behaviours": 5}])
def test_rules_that_cannot_be_leave_the_old_ones(world: Served, body: dict[str, Any]) -> None:
    #
    before = world.get("/sim/rules")
    answer = world.ask("POST", "/sim/rules", json=body)
    assert answer.status_code == 400
    assert next(iter(body)) in answer.json()["message"]
    assert world.get("/sim/rules") == before


def test_a_reset_begins_anew(world: Served) -> None:
    world.order()
    start = {"cash": "5000.5", "holdings": {"CCC": "3.25"}, "at": "2024-11-29T17:00:00Z"}
    state = world.ask("POST", "/sim/reset", json=start).json()
    assert state == {
        "now": "2024-11-29T17:00:00+00:00",
        "runs": False,
        "account": "simulated",
        "cash": "5000.5",
        "positions": {"CCC": "3.25"},
        "orders": {},
        "fills": 0,
        "requests": 0,
    }
    assert world.get("/v2/positions/CCC")["avg_entry_price"] == "20"
    assert world.get("/v2/account")["equity"] == "5065.5"
    again = world.ask("POST", "/sim/reset", json={}).json()
    assert (again["cash"], again["positions"]) == ("5000.5", {})


def test_what_the_market_does_not_have_is_not_held(world: Served) -> None:
    with pytest.raises(BrokerError, match="NOPE"):
        world.world.reset(Decimal(1), {"NOPE": Decimal(1)})
    assert world.get("/v2/account")["cash"] == "100000"


def test_the_state_fills_nothing(world: Served) -> None:
    world.world.change_rules(shares_per_look=Decimal(1))
    world.order(qty="5", client_order_id="mine")
    for _ in range(3):
        state = world.get("/sim/state")
    assert (state["orders"], state["fills"]) == ({"mine": "partially_filled"}, 1)


def test_an_unknown_endpoint_is_not_found_in_alpacas_form(world: Served) -> None:
    for method, path in (("GET", "/v2/nothing"), ("PUT", "/v2/orders"), ("GET", "/nothing")):
        answer = world.ask(method, path)
        assert (answer.status_code, answer.json()["code"]) == (404, 40410000)


def test_a_price_that_is_lost_is_an_internal_error_that_says_which(world: Served) -> None:
    #
    world.order()
    del world.market.prices["AAA"]
    answer = world.ask("GET", "/v2/positions")
    assert (answer.status_code, answer.json()["code"]) == (500, 50010000)


def test_a_steady_market_is_asked_once_a_session_and_tells_the_present_instant() -> None:
    clock = ScriptedClock(START)
    asked: list[tuple[str, ...]] = []

    class Counting(SetMarket):
        def latest_prices(self, symbols: Any) -> Any:
            asked.append(tuple(symbols))
            return super().latest_prices(symbols)

    market = SteadyMarket(Counting(clock), CALENDAR, clock)
    market.latest_prices(["AAA", "NOPE"])
    clock.sleep(5)
    (price,) = market.latest_prices(["NOPE", "AAA"])
    assert (price.price, price.observed_at) == (100.0, START + timedelta(seconds=5))
    market.latest_prices(["BBB"])
    assert asked == [("AAA", "NOPE"), ("BBB",)]
    clock.wind(to=datetime(2024, 11, 29, 13, tzinfo=UTC))
    assert market.latest_prices(["AAA"]) == ()
    clock.wind(to=datetime(2024, 11, 29, 15, tzinfo=UTC))
    market.latest_prices(["AAA"])
    assert asked[2:] == [("AAA",)]


def test_an_address_that_is_taken_is_an_error_that_names_it() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"127.0.0.1:{port}"):
            listen("127.0.0.1", port)
