"""What happened besides trades, as Alpaca words it: all of it is read, or an error names what can't be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from support.alpaca import account_json, new_broker
from support.alpaca_bench import AlpacaBench, LookAlike, served_here
from support.scripted_server import Reply, ScriptedServer, scripted_server

from alchemiser_dagster.broker.activity_kinds import kind_of
from alchemiser_dagster.errors import BrokerError
from alchemiser_dagster.records.activity import ActivityKind

DAY = date(2026, 3, 3)
TODAY = date(2024, 11, 27)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture
def look_alike(tmp_path: Path) -> Iterator[LookAlike]:
    with served_here(tmp_path) as one:
        one.reset(holdings={"AAA": "10", "BBB": "4"})
        yield one


@pytest.fixture
def bench(tmp_path: Path, look_alike: LookAlike) -> Iterator[AlpacaBench]:
    bench = AlpacaBench(tmp_path, look_alike)
    yield bench
    bench.close()


def activity_json(number: int = 1, **changes: object) -> dict[str, object]:
    return {
        "id": f"20260303000000000::{number:05}",
        "activity_type": "DIV",
        "date": "2026-03-03",
        "net_amount": "1.02",
        "symbol": "SPY",
        "qty": "2",
        "per_share_amount": "0.51",
        "description": "dividend",
        "status": "executed",
        "created_at": "2026-03-03T12:30:00.123456789Z",
    } | changes


@pytest.mark.parametrize(
    ("word", "quantity", "amount", "kind"),
    [
        ("DIV", 0, 1, "DIVIDEND"),
        ("DIVNRA", 0, -1, "DIVIDEND"),
        ("DIVROC", 0, 1, "DIVIDEND"),
        ("DIVFEE", 0, -1, "FEE"),
        ("INT", 0, 1, "INTEREST"),
        ("CFEE", 0, -1, "FEE"),
        ("PTC", 0, -1, "FEE"),
        ("CSD", 0, 1, "DEPOSIT"),
        ("CSW", 0, -1, "WITHDRAWAL"),
        ("JNLC", 0, 1, "DEPOSIT"),
        ("JNLC", 0, -1, "WITHDRAWAL"),
        ("TRANS", 0, -1, "WITHDRAWAL"),
        ("ACATC", 0, 1, "DEPOSIT"),
        ("JNLS", 5, 0, "TRANSFER"),
        ("ACATS", -5, 0, "TRANSFER"),
        ("JNL", 5, 0, "TRANSFER"),
        ("SPLIT", 5, 0, "SPLIT"),
        ("ssp", 5, 0, "SPLIT"),
        ("NC", -5, 0, "SYMBOL_CHANGE"),
        ("SC", 5, 0, "SYMBOL_CHANGE"),
        ("MA", 5, 0, "OTHER"),
        ("REORG", 5, 0, "OTHER"),
        ("SPIN", 5, 0, "OTHER"),
        ("NEVERHEARD", 0, 1, "OTHER"),
    ],
)
def test_each_word_has_a_meaning(word: str, quantity: int, amount: int, kind: str) -> None:
    assert kind_of(word, Decimal(quantity), Decimal(amount)) is ActivityKind[kind]


def test_an_activity_is_read_whole(server: ScriptedServer) -> None:
    server.play(Reply.of([activity_json()]))
    (activity,) = new_broker(server.url).activities_since(DAY)
    assert (activity.kind, activity.raw_kind, activity.symbol) == (ActivityKind.DIVIDEND, "DIV", "SPY")
    assert (activity.amount, activity.quantity) == (Decimal("1.02"), 2)
    assert (activity.occurred_on, activity.description) == (DAY, "dividend")
    assert activity.recorded_at == datetime(2026, 3, 3, 12, 30, 0, 123456, tzinfo=UTC)
    (seen,) = server.seen
    assert seen.path == "/v2/account/activities"
    assert seen.query == {
        "direction": "asc",
        "page_size": "100",
        "after": "2026-02-28T05:00:00Z",
        "category": "non_trade_activity",
    }


@pytest.mark.parametrize(
    "field",
    ["net_amount", "qty", "symbol", "date", "description", "per_share_amount", "created_at", "status"],
)
@pytest.mark.parametrize("empty", [None, "", "missing"])
def test_what_is_missing_is_nothing(server: ScriptedServer, field: str, empty: str | None) -> None:
    row = activity_json(**{field: empty})
    if empty == "missing":
        del row[field]
    server.play(Reply.of([row]))
    (activity,) = new_broker(server.url).activities_since(DAY)
    assert activity.occurred_on == DAY
    assert (activity.amount == 0, activity.quantity == 0) == (field == "net_amount", field == "qty")
    assert (activity.symbol is None, activity.description == "") == (
        field == "symbol",
        field == "description",
    )
    assert (activity.recorded_at is None) == (field == "created_at")


def test_the_day_is_that_of_the_record_in_new_york_or_of_the_id_where_none_is_told(
    server: ScriptedServer,
) -> None:
    late = activity_json(1, date=None, created_at="2026-03-04T03:00:00Z", id="whatever")
    server.play(Reply.of([late, activity_json(2, date=None, created_at=None)]))
    assert [one.occurred_on for one in new_broker(server.url).activities_since(DAY)] == [DAY, DAY]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", None),
        ("activity_type", None),
        ("net_amount", "a lot"),
        ("net_amount", [1]),
        ("qty", "NaN"),
        ("symbol", "not a symbol"),
        ("date", "soon"),
        ("created_at", "2026-03-03T12:30:00"),
        ("description", 5),
    ],
)
def test_a_row_that_can_not_be_read_is_an_error_that_names_the_field(
    server: ScriptedServer, field: str, value: object
) -> None:
    server.play(Reply.of([activity_json(**{field: value})]))
    with pytest.raises(BrokerError, match=f"no usable {field}"):
        new_broker(server.url).activities_since(DAY)


def test_without_any_day_a_row_is_an_error(server: ScriptedServer) -> None:
    server.play(Reply.of([activity_json(date=None, created_at=None, id="whatever")]))
    with pytest.raises(BrokerError, match="no usable date"):
        new_broker(server.url).activities_since(DAY)


def test_trades_what_was_taken_back_and_what_is_older_are_left_out(server: ScriptedServer) -> None:
    fill = {"id": "20260303170000000::fill", "activity_type": "FILL", "qty": "?"}
    older, canceled = activity_json(2, date="2026-03-02"), activity_json(3, status="canceled")
    server.play(Reply.of([fill, older, canceled, activity_json(4)]))
    assert [one.activity_id for one in new_broker(server.url).activities_since(DAY)] == [
        "20260303000000000::00004"
    ]


def test_activities_are_paged_to_their_end_and_come_oldest_first(server: ScriptedServer) -> None:
    first = [activity_json(number, date="2026-03-04") for number in range(100)]
    server.play(Reply.of(first), Reply.of([first[-1], activity_json(100)]))
    found = new_broker(server.url).activities_since(DAY)
    assert len(found) == len({one.activity_id for one in found}) == 101
    assert found[0].activity_id == "20260303000000000::00100"
    assert server.seen[1].query["page_token"] == first[-1]["id"]


def test_a_list_that_does_not_end_is_an_error(server: ScriptedServer) -> None:
    server.play(Reply.of([activity_json(number) for number in range(100)]))
    with pytest.raises(BrokerError, match="the list of activities does not end"):
        new_broker(server.url).activities_since(DAY)
    assert server.attempts == 2


@pytest.mark.parametrize("content", [None, {}, [None], ["x"]])
def test_what_is_no_list_of_activities_is_an_error(server: ScriptedServer, content: object) -> None:
    server.play(Reply.of(content))
    with pytest.raises(BrokerError):
        new_broker(server.url).activities_since(DAY)


@pytest.mark.parametrize(
    ("told", "read"), [("4990.5", Decimal("4990.5")), (None, None), ("", None), ("?", None)]
)
def test_the_equity_of_the_last_close_may_be_missing(
    server: ScriptedServer, told: str | None, read: Decimal | None
) -> None:
    server.play(Reply.of(account_json(last_equity=told)), Reply.of(account_json()))
    broker = new_broker(server.url)
    assert broker.account().last_equity == read
    assert broker.account().last_equity is None


def test_what_happens_at_the_look_alike_is_read_as_it_happened(
    look_alike: LookAlike, bench: AlpacaBench
) -> None:
    happened = [
        {"kind": "dividend", "symbol": "AAA", "amount": "3.21"},
        {"kind": "fee", "amount": "0.02", "occurred_on": "2024-11-26"},
        {"kind": "withdrawal", "amount": "500"},
        {"kind": "split", "symbol": "AAA", "ratio": "3"},
        {"kind": "symbol change", "symbol": "BBB", "new_symbol": "CCC"},
        {"kind": "transfer", "symbol": "DDD", "quantity": "1.5"},
    ]
    cash, held = look_alike.cash(), look_alike.held()
    for fields in happened:
        look_alike.ask("POST", "/sim/activities", fields)
    found = bench.broker.activities_since(date(2024, 11, 26))
    assert [one.kind.value for one in found[:1]] == ["fee"]
    assert sorted(one.raw_kind for one in found) == ["CSW", "DIV", "FEE", "JNLS", "NC", "NC", "SPLIT"]
    for one in found:
        cash += one.amount
        if one.symbol is not None:
            held[one.symbol] = held.get(one.symbol, Decimal(0)) + one.quantity
    assert cash == look_alike.cash()
    assert {symbol: shares for symbol, shares in held.items() if shares} == look_alike.held()
    assert len(bench.broker.activities_since(TODAY)) == len(found) - 1
    assert bench.broker.fills_since(datetime(2024, 11, 1, tzinfo=UTC)) == ()


def test_more_activities_than_a_page_are_read_from_the_look_alike(
    look_alike: LookAlike, bench: AlpacaBench
) -> None:
    for number in range(105):
        look_alike.ask("POST", "/sim/activities", {"kind": "fee", "amount": "0.01", "id": str(number)})
    found = bench.broker.activities_since(TODAY)
    assert len({one.activity_id for one in found}) == len(found) == 105
    assert {one.description for one in found} == {"fee"}


def test_the_adapter_and_the_embedded_broker_tell_the_same_last_equity(bench: AlpacaBench) -> None:
    assert bench.broker.account().last_equity == 100_000 + 10 * 100 + 4 * 50
