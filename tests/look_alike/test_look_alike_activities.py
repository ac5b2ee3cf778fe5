"""Activities on the wire: listed beside the fills, made by control, and kept from the list by faults."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.faulty_world import FaultyWorld, faulty_world
from support.look_alike_world import Served, served

PAGE = (Path(__file__).parents[2] / "docs" / "look_alike.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^\| [^|]* \| `(\{\"kind\".*\})` \| `([A-Z]+)` \|$", PAGE, re.MULTILINE)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, holdings={"AAA": "10", "BBB": "3"}) as one:
        yield one


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[FaultyWorld]:
    with faulty_world(tmp_path) as one:
        yield one


def happen(world: Served, **fields: Any) -> Any:
    answer = world.ask("POST", "/sim/activities", json=fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def listed(world: Served, path: str = "", **query: Any) -> list[Any]:
    return list(world.get(f"/v2/account/activities{path}", **query))


def test_money_is_listed_as_alpaca_lists_it(world: Served) -> None:
    (made,) = happen(world, kind="dividend", symbol="AAA", amount="3.20")
    assert made == {
        "id": made["id"],
        "account_id": world.get("/v2/account")["id"],
        "activity_type": "DIV",
        "date": "2024-11-27",
        "net_amount": "3.2",
        "description": "dividend",
        "status": "executed",
        "created_at": "2024-11-27T20:45:00.000000000Z",
        "symbol": "AAA",
    }
    assert made["id"].startswith("20241127000000000::")
    assert listed(world, "/DIV") == [made]
    assert world.get("/v2/account")["cash"] == "100003.2"


def test_a_split_and_a_new_symbol_change_positions(world: Served) -> None:
    (split,) = happen(world, kind="split", symbol="AAA", ratio="2")
    assert (split["activity_type"], split["qty"], split["net_amount"]) == ("SPLIT", "10", "0")
    assert world.get("/v2/positions/AAA")["avg_entry_price"] == "50"
    left, came = happen(world, kind="symbol change", symbol="BBB", new_symbol="CCC")
    assert [(row["symbol"], row["qty"]) for row in (left, came)] == [("BBB", "-3"), ("CCC", "3")]
    assert {one["symbol"]: one["qty"] for one in world.get("/v2/positions")} == {"AAA": "20", "CCC": "3"}


def test_the_same_id_happens_once(world: Served) -> None:
    first = happen(world, id="mine", kind="deposit", amount="10")
    assert happen(world, id="mine", kind="deposit", amount="10") == first
    happen(world, kind="deposit", amount="10")
    assert world.get("/v2/account")["cash"] == "100020"


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"kind": "gift"}, 400, "deposit"),
        ({"kind": "deposit"}, 400, "amount"),
        ({"kind": "split", "symbol": "AAA", "ratio": "-1"}, 400, "ratio"),
        ({"kind": "split", "symbol": "DDD", "ratio": "2"}, 422, "DDD"),
    ],
)
def test_what_can_not_happen_is_said(
    world: Served, fields: dict[str, Any], status: int, words: str
) -> None:
    answer = world.ask("POST", "/sim/activities", json=fields)
    assert answer.status_code == status
    assert words in answer.json()["message"]
    assert listed(world) == []


def test_fills_and_others_are_listed_together_and_apart(world: Served) -> None:
    world.order()
    happen(world, kind="fee", amount="0.02", occurred_on="2024-11-26")
    happen(world, kind="interest", amount="1", occurred_on="2024-11-29")
    kinds = [row["activity_type"] for row in listed(world, direction="asc")]
    assert kinds == ["FEE", "FILL", "INT"]
    assert [row["activity_type"] for row in listed(world)] == kinds[::-1]
    assert len(listed(world, category="trade_activity")) == 1
    assert len(listed(world, category="non_trade_activity")) == 2
    assert len(listed(world, activity_types="INT,FILL")) == 2
    assert [row["activity_type"] for row in listed(world, date="2024-11-26")] == ["FEE"]
    assert [row["activity_type"] for row in listed(world, after="2024-11-27")] == ["INT", "FILL"]
    assert [row["activity_type"] for row in listed(world, until="2024-11-27")] == ["FEE"]
    for wrong in ({"category": "trade_activity", "activity_types": "FEE"}, {"category": "other"}):
        assert world.ask("GET", "/v2/account/activities", params=wrong).status_code == 422


def test_pages_go_through_all_kinds(world: Served) -> None:
    for number in range(3):
        world.order()
        happen(world, kind="deposit", amount=str(number + 1))
    whole = listed(world, direction="asc")
    found: list[Any] = []
    while page := listed(
        world, direction="asc", page_size=2, **({"page_token": found[-1]["id"]} if found else {})
    ):
        found += page
        assert len(found) <= len(whole)
    assert found == whole
    assert len(whole) == 6


@pytest.mark.parametrize(("example", "word"), SHOWN)
def test_everything_that_the_page_shows_can_happen(world: Served, example: str, word: str) -> None:
    fields = json.loads(example)
    held = {"SPY": "AAA", "FB": "AAA", "META": "BBB"}
    for name in ("symbol", "new_symbol"):
        if name in fields:
            fields[name] = held[fields[name]]
    assert {row["activity_type"] for row in happen(world, **fields)} == {word}


def test_the_page_shows_every_kind() -> None:
    kinds = {json.loads(example)["kind"] for example, _ in SHOWN}
    assert kinds == {
        "deposit",
        "withdrawal",
        "dividend",
        "fee",
        "interest",
        "split",
        "symbol change",
        "transfer",
    }


def fills(faulty: FaultyWorld) -> list[Any]:
    return list(faulty.ask("GET", "/v2/account/activities/FILL", params={"direction": "asc"}).json())


def test_a_late_fill_is_missing_from_so_many_requests(faulty: FaultyWorld) -> None:
    before = faulty.order("before").json()
    faulty.plan(None, {"kind": "late fill", "after_requests": 2})
    order = faulty.order("late").json()
    assert order["status"] == "filled"
    listed = [[row["order_id"] for row in fills(faulty)] for _ in range(4)]
    assert listed == [[before["id"]]] * 2 + [[before["id"], order["id"]]] * 2
    assert faulty.counts() == [1]


def test_a_late_fill_is_missing_for_so_long(faulty: FaultyWorld) -> None:
    faulty.plan(None, {"kind": "late fill", "after_seconds": "30", "symbol": "AAA"})
    faulty.order("late")
    assert fills(faulty) == []
    faulty.wind(29)
    assert fills(faulty) == []
    faulty.wind(1)
    assert len(fills(faulty)) == 1


def test_a_fill_that_never_comes_comes_once_the_plan_is_cleared(faulty: FaultyWorld) -> None:
    faulty.plan(None, {"kind": "late fill", "nth": 2, "times": None})
    for number in range(3):
        faulty.order(f"order-{number}")
    assert [len(fills(faulty)) for _ in range(3)] == [1, 1, 1]
    faulty.ask("DELETE", "/sim/faults")
    assert len(fills(faulty)) == 3


def test_a_fill_is_listed_twice_under_two_ids(faulty: FaultyWorld) -> None:
    faulty.plan(None, {"kind": "fill twice", "symbol": "BBB"})
    faulty.order("one")
    faulty.order("two", symbol="BBB")
    first, second, third = fills(faulty)
    assert (first["symbol"], second["symbol"]) == ("AAA", "BBB")
    assert second["id"] != third["id"]
    assert {**second, "id": None} == {**third, "id": None}
    assert fills(faulty) == [first, second, third]


def test_what_is_kept_from_the_list_has_happened_all_the_same(faulty: FaultyWorld) -> None:
    faulty.plan(None, {"kind": "activity missing", "activity": "FEE"})
    for kind in ("fee", "deposit", "fee"):
        faulty.ask("POST", "/sim/activities", json={"kind": kind, "amount": "5"})
    rows = faulty.ask("GET", "/v2/account/activities").json()
    assert [row["activity_type"] for row in rows] == ["FEE", "CSD"]
    assert faulty.ask("GET", "/v2/account").json()["cash"] == "99995"


def test_an_account_that_begins_anew_is_judged_anew(faulty: FaultyWorld) -> None:
    faulty.plan(None, {"kind": "late fill"})
    faulty.order("same")
    assert fills(faulty) == []
    faulty.world.reset(Decimal(100_000))
    faulty.order("same")
    assert len(fills(faulty)) == 1
