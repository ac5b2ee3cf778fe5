"""Faults over the whole look-alike go wrong as planned, and its books say what happened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import requests
from support.faulty_world import FaultyWorld, faulty_world
from support.known_faults import REQUEST_FAULTS, RequestKind, market_plans, matrix, request_plan

GIVES_UP = 0.25
BELOW = "90"  # a limit far below the price of 100: the order rests


@pytest.fixture
def served(tmp_path: Path) -> Iterator[FaultyWorld]:
    with faulty_world(tmp_path) as served:
        yield served


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultyWorld]:
    with faulty_world(tmp_path_factory.mktemp("shared")) as served:
        yield served


def send(served: FaultyWorld, kind: RequestKind, resting: str, timeout: float = 10) -> requests.Response:
    """Send one request of the kind; `resting` is the id of an open order."""
    method, path = kind.value
    path = path.replace("/v2/orders/*", f"/v2/orders/{resting}").replace("*", "/AAA")
    match kind:
        case RequestKind.SUBMIT:
            return served.order("asked", timeout=timeout)
        case RequestKind.REPLACE:
            change = {"limit_price": "91", "client_order_id": "changed"}
            return served.ask(method, path, timeout, json=change)
        case RequestKind.GET_ORDER:
            return served.ask(method, path, timeout, params={"client_order_id": "resting"})
        case RequestKind.SNAPSHOTS:
            return served.ask(method, path, timeout, params={"symbols": "AAA", "feed": "iex"})
    return served.ask(method, path, timeout)


def happened(served: FaultyWorld, kind: RequestKind) -> bool:
    """Whether the broker did as the write asked."""
    status = {order["client_order_id"]: order["status"] for order in served.orders()}
    match kind:
        case RequestKind.SUBMIT:
            return "asked" in status
        case RequestKind.REPLACE:
            return "changed" in status
    return status["resting"] == "canceled"


def happens(served: FaultyWorld, kind: RequestKind) -> bool:
    """Whether it happened, or does soon: a client that gave up may ask before the broker is done."""
    return any(happened(served, kind) or Event().wait(0.05) for _ in range(100))


NEVER = frozenset(name for name in REQUEST_FAULTS if "before" in name) | {"429", "redirect"}


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, kind in matrix() if "delay" not in name])
def test_each_known_fault_fires_once_at_each_kind_of_request(
    shared: FaultyWorld, name: str, kind: RequestKind
) -> None:
    shared.ask("POST", "/sim/reset", json={"cash": "100000", "holdings": {"BBB": "100"}})
    resting = shared.order("resting", "1", limit_price=BELOW).json()["id"]
    untouched = send(shared, kind, resting).status_code if not kind.is_write else 200
    assert untouched == 200, kind
    shared.plan(request_plan(name, kind))
    try:
        patience = GIVES_UP if "silence" in name else 10
        said: requests.Response | None = send(shared, kind, resting, patience)
    except requests.RequestException:
        said = None
    if name[:3].isdigit() or name == "redirect":
        assert said is not None
        assert said.status_code == (307 if name == "redirect" else int(name[:3]))
    elif name in {"unknown status", "null fields", "late acceptance, 504"}:
        assert said is not None
    else:
        assert said is None
    assert shared.counts() == [1]
    if kind.is_write:
        if "late" in name:
            assert not happened(shared, kind)
            shared.wind(6)
            shared.orders()
        assert happens(shared, kind) if name not in NEVER else not happened(shared, kind)


def test_every_request_is_logged_once_whatever_became_of_it(served: FaultyWorld) -> None:
    served.plan(
        None,
        {"kind": "reset"},
        {"kind": "drop", "when": "after"},
        {"kind": "status", "status": 504, "when": "after"},
    )
    for name in ("first", "second"):
        with pytest.raises(requests.ConnectionError):
            served.order(name)
    assert served.order("third").status_code == 504
    assert served.order("fourth").status_code == 200
    logged = served.ask("GET", "/sim/requests").json()
    assert [(one["client_order_id"], one["decided"], one["status"]) for one in logged] == [
        ("first", None, None),
        ("second", 200, None),
        ("third", 200, 504),
        ("fourth", 200, 200),
    ]
    assert [order["client_order_id"] for order in served.orders()] == ["second", "third", "fourth"]


def test_the_control_endpoint_sets_shows_and_clears_a_plan(served: FaultyWorld) -> None:
    report = served.plan(None, {"kind": "drop", "path": "/v2/orders", "nth": 2, "times": 3})
    assert report["faults"][0]["left"] == 3
    served.orders()
    with pytest.raises(requests.ConnectionError):
        served.orders()
    report = served.ask("GET", "/sim/faults").json()
    count = report["faults"][0]
    assert (count["matched"], count["fired"], count["left"], report["accepted_orders"]) == (2, 1, 2, 0)
    assert served.ask("DELETE", "/sim/faults").json() == {"faults": [], "accepted_orders": 0}
    assert served.orders() == []


def test_a_plan_that_cannot_be_used_is_refused_and_the_one_in_force_stays(served: FaultyWorld) -> None:
    #
    served.plan(None, {"kind": "drop", "path": "/nowhere"})
    answer = served.ask("POST", "/sim/faults", data=json.dumps({"faults": [{"kind": "drop", "nth": "x"}]}))
    assert answer.status_code == 422
    assert "POST /sim/faults" in answer.json()["message"]
    assert "faults[0].nth" in answer.json()["message"]
    assert served.ask("POST", "/sim/faults", data=b"\xff").status_code == 422
    assert len(served.ask("GET", "/sim/faults").json()["faults"]) == 1


def test_a_late_acceptance_reaches_the_books_with_its_own_time(served: FaultyWorld) -> None:
    served.plan(None, {"kind": "late acceptance", "after_seconds": 20, "answer": "gateway timeout"})
    assert served.order().status_code == 504
    by_id = {"params": {"client_order_id": "mine"}}
    assert served.ask("GET", "/v2/orders:by_client_order_id", **by_id).status_code == 404
    served.wind(20)
    late = served.ask("GET", "/v2/orders:by_client_order_id", **by_id)
    assert late.status_code == 200
    assert late.json()["submitted_at"] > "2024-11-27T20:45:19"


def market(served: FaultyWorld, name: str, after_orders: int = 0) -> None:
    served.plan(market_plans("AAA", after_orders)[name])


@pytest.mark.parametrize("name", ["account blocked", "trading blocked", "trade suspended"])
def test_an_account_is_blocked_after_so_many_orders(served: FaultyWorld, name: str) -> None:
    market(served, name, after_orders=2)
    assert [served.order(f"order-{number}").status_code for number in range(4)] == [200, 200, 403, 403]
    account = served.ask("GET", "/v2/account").json()
    flags = (account["account_blocked"], account["trading_blocked"], account["trade_suspended_by_user"])
    assert sum(flags) == 1


def test_a_refused_order_counts_for_nothing(served: FaultyWorld) -> None:
    market(served, "account blocked", after_orders=1)
    assert served.order("too-much", "100000").status_code == 403
    assert served.order("fine").status_code == 200
    assert served.order("blocked").status_code == 403


def test_an_order_that_was_accepted_unseen_counts(served: FaultyWorld) -> None:
    plan = market_plans("AAA", after_orders=1)["account blocked"]
    faults = [{"kind": "reset", "when": "after", "method": "POST"}, *plan.model_dump(mode="json")["faults"]]
    served.plan(None, *faults)
    with pytest.raises(requests.ConnectionError):
        served.order("unseen")
    assert served.order("blocked").status_code == 403


def test_buying_power_shrinks(served: FaultyWorld) -> None:
    before = float(served.ask("GET", "/v2/account").json()["buying_power"])
    market(served, "buying power shrinks")
    after = float(served.ask("GET", "/v2/account").json()["buying_power"])
    assert before - after == 90_000


def test_a_halted_symbol_takes_orders_that_never_fill(served: FaultyWorld) -> None:
    market(served, "halted")
    assert served.order("halted").status_code == 200
    assert served.order("other", symbol="BBB").json()["status"] == "filled"
    assert [order["filled_qty"] for order in served.orders()] == ["0", "10"]


def test_an_order_is_rejected_after_it_was_accepted(served: FaultyWorld) -> None:
    market(served, "rejected after acceptance")
    assert served.order().status_code == 200
    assert served.orders()[0]["status"] == "rejected"


def test_an_order_fills_in_part_and_is_canceled_by_the_broker(served: FaultyWorld) -> None:
    market(served, "partial fill, then cancel")
    served.order()
    order = served.orders()[0]
    assert (order["status"], order["filled_qty"]) == ("canceled", "1")


@pytest.mark.parametrize(
    ("name", "filled", "status"),
    [("fill during cancel", "10", "filled"), ("half a fill during cancel", "5", "canceled")],
)
def test_an_order_fills_while_its_cancellation_is_pending(
    served: FaultyWorld, name: str, filled: str, status: str
) -> None:
    market(served, name)
    resting = served.order(limit_price=BELOW).json()["id"]
    assert served.ask("DELETE", f"/v2/orders/{resting}").status_code == 204
    served.wind(6)
    order = served.orders()[0]
    assert (order["status"], order["filled_qty"]) == (status, filled)


def test_an_order_fills_while_its_replacement_is_pending(served: FaultyWorld) -> None:
    market(served, "fill during cancel")
    resting = served.order(limit_price=BELOW).json()["id"]
    change = {"limit_price": "91", "client_order_id": "changed"}
    assert served.ask("PATCH", f"/v2/orders/{resting}", json=change).status_code == 200
    served.wind(6)
    orders = {order["client_order_id"]: order for order in served.orders()}
    assert (orders["mine"]["status"], orders["mine"]["filled_qty"]) == ("filled", "10")
    assert orders["changed"]["status"] not in {"new", "filled", "partially_filled"}


def quote(served: FaultyWorld) -> Any:
    answer = served.ask("GET", "/v2/stocks/snapshots", params={"symbols": "AAA", "feed": "iex"}).json()
    return (answer.get("snapshots") or answer).get("AAA", {}).get("latestQuote")


QUOTES = {
    "stale": lambda quote: quote["t"] < "2024-11-27T20:4",
    "crossed": lambda quote: quote["bp"] > quote["ap"],
    "no bid": lambda quote: quote["bp"] == 0,
    "no ask": lambda quote: quote["ap"] == 0,
    "wide": lambda quote: quote["ap"] / quote["bp"] > 1.01,
    "far": lambda quote: abs(quote["bp"] / 100 - 1) > 0.05,
    "missing": lambda quote: not quote,
}


@pytest.mark.parametrize("name", QUOTES)
def test_a_quote_is_wrong_in_the_way_that_is_named(served: FaultyWorld, name: str) -> None:
    #
    assert not QUOTES[name](quote(served))
    market(served, f"quote {name}")
    assert QUOTES[name](quote(served))
