"""What happens to the embedded account besides trades: cash, shares and the list agree, and nothing twice."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from support.trading import CALENDAR, NEXT_SESSION, SESSION, Bench, limit_order, market_order

from alchemiser_dagster.broker.simulated.happenings import Happening
from alchemiser_dagster.errors import BrokerError
from alchemiser_dagster.records.activity import Activity, ActivityKind
from alchemiser_dagster.records.values import Side

READ: TypeAdapter[Happening] = TypeAdapter(Happening)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return an account with ten shares of AAA at 100.01 and three of CCC."""
    bench = Bench(tmp_path)
    bench.hold({"AAA": "10", "CCC": "3"})
    return bench


def happen(bench: Bench, happening_id: str = "one", **fields: object) -> tuple[Activity, ...]:
    told = json.dumps({"happening_id": happening_id, **fields}, default=str)
    return bench.broker.venue.let_happen(READ.validate_json(told))


@pytest.mark.parametrize(
    ("kind", "amount", "change", "told"),
    [
        ("deposit", "250.5", "250.5", ActivityKind.DEPOSIT),
        ("withdrawal", "200000", "-200000", ActivityKind.WITHDRAWAL),
        ("dividend", "3.2", "3.2", ActivityKind.DIVIDEND),
        ("dividend", "-0.48", "-0.48", ActivityKind.DIVIDEND),
        ("fee", "0.02", "-0.02", ActivityKind.FEE),
        ("interest", "-1.25", "-1.25", ActivityKind.INTEREST),
    ],
)
def test_money_that_comes_or_goes_is_listed_with_its_sign(
    bench: Bench, kind: str, amount: str, change: str, told: ActivityKind
) -> None:
    before, held = bench.cash(), bench.held()
    (activity,) = happen(bench, kind=kind, amount=amount, symbol="AAA")
    assert bench.cash() - before == activity.amount == Decimal(change)
    assert (activity.kind, activity.symbol, activity.quantity) == (told, "AAA", 0)
    assert (activity.occurred_on, activity.recorded_at) == (SESSION, bench.clock.now())
    assert bench.held() == held
    assert bench.broker.activities_since(SESSION) == (activity,)


def test_the_same_thing_happens_once(bench: Bench) -> None:
    before = bench.cash()
    first = happen(bench, kind="deposit", amount="10")
    assert happen(bench, kind="deposit", amount="10") == first
    assert bench.cash() == before + 10
    happen(bench, "another", kind="deposit", amount="10")
    assert bench.cash() == before + 20


def test_a_split_changes_shares_and_their_average_price_and_no_cash(bench: Bench) -> None:
    before = bench.cash()
    (activity,) = happen(bench, kind="split", symbol="AAA", ratio="2.5")
    assert (activity.kind, activity.quantity, activity.amount) == (ActivityKind.SPLIT, 15, 0)
    (aaa, ccc) = bench.broker.positions()
    assert (aaa.quantity, aaa.average_entry_price) == (25, Decimal("40.004"))
    assert (ccc.quantity, bench.cash()) == (3, before)


def test_a_reverse_split_cuts_what_is_less_than_a_billionth_of_a_share(bench: Bench) -> None:
    (activity,) = happen(bench, kind="split", symbol="AAA", ratio="0.3333333333333")
    assert bench.held()["AAA"] == 10 + activity.quantity == Decimal("3.333333333")


def test_a_new_symbol_takes_the_shares_over(bench: Bench) -> None:
    left, arrived = happen(bench, kind="symbol change", symbol="CCC", new_symbol="AAA")
    assert (left.symbol, left.quantity, arrived.symbol, arrived.quantity) == ("CCC", -3, "AAA", 3)
    assert {left.kind, arrived.kind} == {ActivityKind.SYMBOL_CHANGE}
    assert bench.held() == {"AAA": 13}
    (position,) = bench.broker.positions()
    assert position.average_entry_price == Decimal("81.548461538")


def test_shares_come_from_elsewhere_and_go_there(bench: Bench) -> None:
    before = bench.cash()
    (came,) = happen(bench, kind="transfer", symbol="BBB", quantity="4.5")
    assert (came.kind, came.quantity) == (ActivityKind.TRANSFER, Decimal("4.5"))
    happen(bench, "out", kind="transfer", symbol="AAA", quantity="-10")
    assert bench.held() == {"BBB": Decimal("4.5"), "CCC": 3}
    assert bench.cash() == before


def test_what_can_not_happen_changes_nothing(bench: Bench) -> None:
    cash, held = bench.cash(), bench.held()
    for fields in (
        {"kind": "split", "symbol": "BBB", "ratio": "2"},
        {"kind": "symbol change", "symbol": "BBB", "new_symbol": "DDD"},
        {"kind": "transfer", "symbol": "AAA", "quantity": "-11"},
        {"kind": "transfer", "symbol": "NOPE", "quantity": "1"},
    ):
        with pytest.raises(BrokerError):
            happen(bench, **fields)
    assert (bench.cash(), bench.held(), bench.broker.activities_since(SESSION)) == (cash, held, ())


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "deposit", "amount": "0"},
        {"kind": "split", "symbol": "AAA", "ratio": "0"},
        {"kind": "transfer", "symbol": "AAA", "quantity": "0"},
        {"kind": "symbol change", "symbol": "AAA", "new_symbol": "AAA"},
        {"kind": "gift", "amount": "1"},
    ],
)
def test_nonsense_is_refused(bench: Bench, fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        happen(bench, **fields)


def test_shares_that_an_open_order_is_about_do_not_change(bench: Bench) -> None:
    order = bench.broker.submit(limit_order("AAA", Side.SELL, "10", "140.00"))
    with pytest.raises(BrokerError, match="open order"):
        happen(bench, kind="split", symbol="AAA", ratio="0.1")
    bench.broker.cancel(order.broker_order_id)
    happen(bench, kind="split", symbol="AAA", ratio="0.1")
    assert bench.held()["AAA"] == 1


def test_activities_are_listed_from_a_date_on_oldest_first(bench: Bench) -> None:
    for number, day in enumerate((29, 27, 28), start=1):
        happen(bench, str(number), kind="fee", amount=str(number), occurred_on=date(2024, 11, day))
    listed = bench.broker.activities_since(date(2024, 11, 28))
    assert [(one.occurred_on.day, one.amount) for one in listed] == [(28, -3), (29, -1)]


def test_the_equity_of_the_last_close_is_of_the_account_as_it_was_then(bench: Bench) -> None:
    opened = bench.broker.account()
    assert opened.last_equity == 100_000
    bench.clock.sleep((CALENDAR.close_of(NEXT_SESSION) - bench.clock.now()).total_seconds() - 900)
    at_close = bench.cash() + 10 * 100 + 3 * 20
    assert bench.broker.account().last_equity == at_close
    happen(bench, kind="deposit", amount="5000")
    happen(bench, "split", kind="split", symbol="AAA", ratio="2")
    bench.broker.submit(market_order("AAA", Side.SELL, "4"))
    bench.feed.prices["AAA"] = 70.0
    assert bench.broker.account().last_equity == at_close


def test_without_a_close_of_what_was_held_nobody_says_what_the_account_was_worth(bench: Bench) -> None:
    bench.clock.sleep(timedelta(days=2).total_seconds())
    bench.feed.prices["NEW"] = 5.0
    happen(bench, kind="transfer", symbol="NEW", quantity="1")
    assert bench.broker.account().last_equity is not None
    bench.clock.sleep(timedelta(days=4).total_seconds())
    assert bench.broker.account().last_equity is None


MOVES = st.lists(
    st.sampled_from(
        [
            {"kind": "deposit", "amount": "17.01"},
            {"kind": "fee", "amount": "0.07"},
            {"kind": "split", "symbol": "AAA", "ratio": "3"},
            {"kind": "split", "symbol": "AAA", "ratio": "0.7"},
            {"kind": "symbol change", "symbol": "AAA", "new_symbol": "BBB"},
            {"kind": "symbol change", "symbol": "BBB", "new_symbol": "AAA"},
            {"kind": "transfer", "symbol": "AAA", "quantity": "1.5"},
            {"kind": "transfer", "symbol": "BBB", "quantity": "-0.25"},
        ]
    ),
    max_size=8,
)


@settings(max_examples=15, deadline=None)
@given(moves=MOVES)
def test_cash_and_shares_are_what_the_list_says(
    tmp_path_factory: pytest.TempPathFactory, moves: list[dict[str, object]]
) -> None:
    bench = Bench(tmp_path_factory.mktemp("account"))
    bench.hold({"AAA": "10"})
    cash, held = bench.cash(), {"AAA": Decimal(10), "BBB": Decimal(0)}
    for number, move in enumerate(moves):
        try:
            happen(bench, str(number), **move)
        except BrokerError:
            continue
    for activity in bench.broker.activities_since(SESSION):
        cash += activity.amount
        if activity.symbol is not None:
            held[activity.symbol] += activity.quantity
    assert (bench.cash(), bench.held()) == (cash, {name: shares for name, shares in held.items() if shares})
    assert bench.broker.account().last_equity == 100_000
    bench.database.close()
