"""The events between two looks are those that happened, each with the order as it was then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alchemiser_dagster.broker.simulated.order import SimulatedOrder
from alchemiser_dagster.broker.simulated.queries import FillReport, with_totals
from alchemiser_dagster.broker.simulated.status import SimulatedStatus
from alchemiser_dagster.look_alike.trade_updates import Picture, updates_between
from alchemiser_dagster.records.order import Fill, OrderType, TimeInForce
from alchemiser_dagster.records.values import Side

AT = datetime(2024, 11, 29, 17, 0, tzinfo=UTC)
LATER = AT + timedelta(seconds=7)
NOTHING = Picture({}, (), {})


def an_order(status: str, filled: str = "0", *, name: str = "a", side: str = "buy") -> SimulatedOrder:
    return SimulatedOrder(
        broker_order_id=name * 32,
        client_order_id=f"client-{name}",
        session=AT.date(),
        symbol="SPY",
        side=Side(side),
        quantity=Decimal(10),
        order_type=OrderType.LIMIT,
        limit_price=Decimal(100),
        time_in_force=TimeInForce.DAY,
        status=SimulatedStatus(status),
        filled_quantity=Decimal(filled),
        average_price=Decimal(100) if Decimal(filled) else None,
        submitted_at=AT,
        updated_at=LATER,
    )


def fills_of(order: SimulatedOrder, *quantities: str) -> tuple[FillReport, ...]:
    fills = [
        Fill(
            fill_id=f"{order.broker_order_id[:-2]}{number:02d}",
            broker_order_id=order.broker_order_id,
            client_order_id=order.client_order_id,
            symbol=order.symbol,
            side=order.side,
            quantity=Decimal(quantity),
            price=Decimal(100 + number),
            filled_at=AT + timedelta(seconds=number + 1),
        )
        for number, quantity in enumerate(quantities)
    ]
    return tuple(with_totals(fills, {order.broker_order_id: order}))


def picture(*orders: SimulatedOrder, fills: Sequence[FillReport] = (), held: str = "0") -> Picture:
    return Picture({order.broker_order_id: order for order in orders}, fills, {"SPY": Decimal(held)})


def events(before: Picture, after: Picture) -> list[str]:
    return [update.event for update in updates_between(before, after)]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("pending_new", ["pending_new"]),
        ("new", ["new"]),
        ("rejected", ["rejected"]),
        ("canceled", ["new", "canceled"]),
        ("expired", ["new", "expired"]),
        ("replaced", ["new", "replaced"]),
        ("pending_cancel", ["new", "pending_cancel"]),
    ],
)
def test_an_order_that_is_new_to_the_stream_is_told_from_its_beginning(
    status: str, expected: list[str]
) -> None:
    assert events(NOTHING, picture(an_order(status))) == expected


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("pending_new", "new", ["new"]),
        ("pending_new", "pending_new", []),
        ("pending_new", "rejected", ["rejected"]),
        ("new", "new", []),
        ("new", "pending_cancel", ["pending_cancel"]),
        ("pending_cancel", "canceled", ["canceled"]),
        ("pending_cancel", "filled", ["order_cancel_rejected"]),
        ("pending_replace", "replaced", ["replaced"]),
        ("pending_replace", "canceled", ["canceled"]),
        ("pending_cancel", "expired", ["expired"]),
        ("pending_new", "accepted", ["accepted"]),
        ("accepted", "new", ["new"]),
        ("canceled", "canceled", []),
    ],
)
def test_what_changed_since_the_last_look_is_told_once(was: str, now: str, expected: list[str]) -> None:
    assert events(picture(an_order(was)), picture(an_order(now))) == expected


def test_each_fill_is_told_with_the_order_as_it_was_then() -> None:
    order = an_order("filled", "10")
    updates = updates_between(NOTHING, picture(order, fills=fills_of(order, "3", "2", "5"), held="110"))
    assert [update.event for update in updates] == ["new", "partial_fill", "partial_fill", "fill"]
    assert [update.order.status for update in updates] == [
        "new",
        "partially_filled",
        "partially_filled",
        "filled",
    ]
    assert [update.order.filled_quantity for update in updates] == [0, 3, 5, 10]
    assert [update.order.average_price for update in updates] == [
        None,
        100,
        Decimal("100.4"),
        Decimal("101.2"),
    ]
    assert [update.position for update in updates] == [None, 103, 105, 110]
    assert len({update.execution_id for update in updates}) == 4


def test_a_fill_that_was_known_is_not_told_again() -> None:
    before, after = an_order("partially_filled", "3"), an_order("filled", "10")
    fills = fills_of(after, "3", "7")
    found = updates_between(picture(before, fills=fills[:1]), picture(after, fills=fills, held="10"))
    assert [(update.event, update.fill and update.fill.fill.quantity) for update in found] == [("fill", 7)]
    assert found[0].order.average_price == Decimal("100.7")


def test_a_sale_leaves_fewer_shares_after_each_fill() -> None:
    order = an_order("filled", "10", side="sell")
    found = updates_between(
        picture(an_order("new", side="sell")), picture(order, fills=fills_of(order, "4", "6"), held="90")
    )
    assert [update.position for update in found] == [96, 90]


def test_a_replacement_is_told_of_both_orders() -> None:
    old, new = an_order("replaced"), replace(an_order("new", name="b"), submitted_at=LATER)
    found = updates_between(picture(an_order("new")), picture(old, new))
    assert [(update.event, update.order.client_order_id) for update in found] == [
        ("replaced", "client-a"),
        ("new", "client-b"),
    ]


def test_a_replacement_that_came_too_late_is_told_of_both_orders() -> None:
    old = an_order("filled", "10")
    new = replace(an_order("rejected", name="b"), replaces=old.broker_order_id)
    found = updates_between(picture(an_order("new")), picture(old, new, fills=fills_of(old, "10")))
    assert [(update.event, update.order.client_order_id) for update in found] == [
        ("fill", "client-a"),
        ("rejected", "client-b"),
        ("order_replace_rejected", "client-a"),
    ]


def test_an_account_that_began_anew_has_no_events() -> None:
    assert events(picture(an_order("new")), NOTHING) == []


@given(st.lists(st.integers(1, 4), min_size=1, max_size=8), st.integers(0, 8))
def test_however_often_one_looks_the_same_is_told(sizes: list[int], looked_after: int) -> None:
    """R-19: looking more often changes when something is told, never what."""
    whole = Decimal(sum(sizes))
    order = replace(an_order("filled", str(whole)), quantity=whole)
    fills = fills_of(order, *map(str, sizes))
    seen = fills[:looked_after]
    done = sum((one.fill.quantity for one in seen), Decimal(0))
    paid = sum((one.fill.quantity * one.fill.price for one in seen), Decimal(0))
    between = replace(
        order,
        status=SimulatedStatus("filled" if done == whole else "partially_filled" if done else "new"),
        filled_quantity=done,
        average_price=paid / done if done else None,
    )
    first = picture(between, fills=seen, held=str(done))
    last = picture(order, fills=fills, held=str(whole))

    def told(*pictures: Picture) -> list[tuple[str, Decimal, Decimal | None]]:
        return [
            (update.event, update.order.filled_quantity, update.position)
            for before, after in pairwise(pictures)
            for update in updates_between(before, after)
        ]

    assert told(NOTHING, first, last) == told(NOTHING, last)
