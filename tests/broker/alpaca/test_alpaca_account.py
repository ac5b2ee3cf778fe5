from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from support.alpaca import account_json, new_broker, position_json
from support.scripted_server import Reply, ScriptedServer, scripted_server

from alchemiser_dagster.errors import AlchemiserError, BrokerError, RiskError

ACCOUNT_NEEDS = (
    "status",
    "cash",
    "buying_power",
    "equity",
    "trading_blocked",
    "account_blocked",
    "trade_suspended_by_user",
)
POSITION_NEEDS = ("symbol", "qty", "qty_available", "market_value")
CLOCK = {
    "timestamp": "2026-03-03T12:00:00.5-05:00",
    "is_open": True,
    "next_open": "2026-03-04T09:30:00-05:00",
    "next_close": "2026-03-03T16:00:00-05:00",
}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


def test_the_account_is_read_without_fields_that_are_gone(server: ScriptedServer) -> None:
    server.play(Reply.of(account_json(equity=5000.75)))
    account = new_broker(server.url).account()
    assert (account.cash, account.buying_power) == (Decimal("1000.25"), Decimal("2000.5"))
    assert (account.account, account.equity) == ("paper", Decimal("5000.75"))
    assert account.obstacles == ()
    assert server.seen[0].path == "/v2/account"


@pytest.mark.parametrize("field", account_json())
def test_what_the_account_needs_is_named_where_it_is_missing_and_the_rest_is_not_needed(
    server: ScriptedServer, field: str
) -> None:
    # never a silent zero, never a block that nobody set
    content = account_json()
    del content[field]
    server.play(Reply.of(account_json(**{field: None})), Reply.of(content))
    broker = new_broker(server.url)
    for _ in range(2):
        if field in ACCOUNT_NEEDS:
            with pytest.raises(BrokerError, match=f"the account has no usable {field}"):
                broker.account()
        else:
            broker.account()


def test_a_blocked_account_says_so(server: ScriptedServer) -> None:
    server.play(Reply.of(account_json(status="ACCOUNT_UPDATED", trading_blocked=True)))
    assert new_broker(server.url).account().obstacles == (
        "its status is ACCOUNT_UPDATED",
        "trading is blocked",
    )


def test_positions_are_sorted_and_exact(server: ScriptedServer) -> None:
    server.play(Reply.of([position_json(), position_json(symbol="BRK.B", qty="0.123456789")]))
    first, second = new_broker(server.url).positions()
    assert (first.symbol, first.quantity) == ("BRK.B", Decimal("0.123456789"))
    assert (second.symbol, second.quantity_available) == ("SPY", Decimal("4.5"))


@pytest.mark.parametrize("field", position_json())
def test_what_a_position_needs_is_named_with_its_symbol(server: ScriptedServer, field: str) -> None:
    #
    server.play(Reply.of([position_json(**{field: None})]))
    if field in POSITION_NEEDS:
        place = "a position" if field == "symbol" else "the position in SPY"
        with pytest.raises(BrokerError, match=f"{place} has no usable {field}"):
            new_broker(server.url).positions()
    else:
        assert len(new_broker(server.url).positions()) == 1


def test_a_position_without_any_price_is_an_error(server: ScriptedServer) -> None:
    #
    server.play(Reply.of([position_json(current_price=None, lastday_price="0")]))
    with pytest.raises(BrokerError, match="SPY has no usable lastday_price"):
        new_broker(server.url).positions()


def test_shares_that_came_without_a_cost_can_be_read(server: ScriptedServer) -> None:
    server.play(Reply.of([position_json(avg_entry_price="0")]))
    assert new_broker(server.url).positions()[0].average_entry_price == Decimal("410.1")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"qty": "-5", "side": "short"}, "the account is short of SPY"),
        ({"side": "short"}, "the account is short of SPY"),
        ({"symbol": "BTCUSD", "asset_class": "crypto"}, "BTCUSD, which is crypto, not shares"),
        ({"symbol": "SPY260320C00400000", "asset_class": "us_option"}, "us_option, not shares"),
    ],
)
def test_what_is_not_shares_held_long_stops_the_run(
    server: ScriptedServer, changes: dict[str, object], words: str
) -> None:
    # equity that is not in shares would be invested twice, and shares owed can't be weighed
    server.play(Reply.of([position_json(**changes)]))
    with pytest.raises(RiskError, match=words):
        new_broker(server.url).positions()


@pytest.mark.parametrize("content", [None, {}, "x", [None], ["SPY"]])
def test_a_list_of_positions_that_is_none_is_an_error_not_an_empty_account(
    server: ScriptedServer, content: object
) -> None:
    #
    server.play(Reply.of(content))
    with pytest.raises(AlchemiserError):
        new_broker(server.url).positions()


def test_the_clock_is_told_in_utc(server: ScriptedServer) -> None:
    server.play(Reply.of(CLOCK))
    clock = new_broker(server.url).clock()
    assert clock.is_open
    assert clock.now.isoformat() == "2026-03-03T17:00:00.500000+00:00"
    assert clock.next_close.isoformat() == "2026-03-03T21:00:00+00:00"


@pytest.mark.parametrize("field", ["timestamp", "is_open", "next_close"])
def test_a_clock_that_does_not_tell_is_an_error(server: ScriptedServer, field: str) -> None:
    #
    server.play(Reply.of(CLOCK | {field: None}))
    with pytest.raises(BrokerError, match=f"the clock has no usable {field}"):
        new_broker(server.url).clock()
