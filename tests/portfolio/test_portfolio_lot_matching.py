"""Lots, first in, first out: nothing is closed twice, and what was earned is exact."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from alchemiser_dagster.portfolio.attribution import UNASSIGNED, Wish
from alchemiser_dagster.portfolio.lot_matching import LotStory, Trade, tell_lots
from alchemiser_dagster.records.values import Side

START = datetime(2024, 11, 27, 20, 45, tzinfo=UTC)
BOTH = (Wish("alpha", Decimal("0.3"), Decimal(30)), Wish("beta", Decimal("0.1"), Decimal(10)))


def trade(number: int, side: Side, quantity: str, price: str, wishes: tuple[Wish, ...] = BOTH) -> Trade:
    at = START + timedelta(minutes=number)
    return Trade(f"fill-{number}", "SPY", side, Decimal(quantity), Decimal(price), at, wishes)


def closed(story: LotStory) -> list[tuple[str, str, str, Decimal, Decimal]]:
    return [
        (one.lot.strategy, one.lot.fill_id, one.fill_id, one.quantity, one.realised) for one in story.closures
    ]


def test_a_purchase_opens_a_lot_for_each_strategy() -> None:
    story = tell_lots([trade(1, Side.BUY, "40", "100")])
    assert [(lot.strategy, lot.quantity, lot.price) for lot in story.lots] == [
        ("alpha", 30, 100),
        ("beta", 10, 100),
    ]
    assert story.closures == ()


def test_a_sale_closes_the_oldest_lots_of_its_strategy_first() -> None:
    alpha = (Wish("alpha", Decimal(1), Decimal(30)),)
    story = tell_lots(
        [
            trade(1, Side.BUY, "10", "100.10", alpha),
            trade(2, Side.BUY, "20", "90", alpha),
            trade(3, Side.SELL, "12", "110", ()),
            trade(4, Side.SELL, "18", "80", ()),
        ]
    )
    assert closed(story) == [
        ("alpha", "fill-1", "fill-3", 10, Decimal("99.00")),
        ("alpha", "fill-2", "fill-3", 2, Decimal(40)),
        ("alpha", "fill-2", "fill-4", 18, Decimal(-180)),
    ]


def test_one_strategys_sale_leaves_the_lots_of_another() -> None:
    only_beta = (Wish("beta", Decimal("0.1"), Decimal(10)),)
    story = tell_lots([trade(1, Side.BUY, "40", "100"), trade(2, Side.SELL, "30", "101", only_beta)])
    assert closed(story) == [("alpha", "fill-1", "fill-2", 30, Decimal(30))]


def test_shares_that_were_there_before_the_first_lot_close_nothing() -> None:
    story = tell_lots([trade(1, Side.BUY, "4", "100"), trade(2, Side.SELL, "50", "101", ())])
    assert [(part.strategy, part.quantity, part.matched) for part in story.attributions[2:]] == [
        (UNASSIGNED, 46, 0),
        ("alpha", 3, 3),
        ("beta", 1, 1),
    ]
    assert sum(one.realised for one in story.closures) == 4


def test_trades_of_one_instant_go_by_their_ids() -> None:
    first, second = trade(1, Side.BUY, "1", "100", ()), trade(2, Side.SELL, "1", "101", ())
    at_once = [Trade(**{**vars(one), "at": START}) for one in (second, first)]
    assert closed(tell_lots(at_once)) == [(UNASSIGNED, "fill-1", "fill-2", 1, 1)]


def test_at_one_instant_what_an_earlier_plan_bought_a_later_one_sells() -> None:
    bought, sold = trade(2, Side.BUY, "1", "100", ()), trade(1, Side.SELL, "1", "101", ())
    at_once = [Trade(**{**vars(sold), "at": START, "plan_number": 2}), Trade(**{**vars(bought), "at": START})]
    assert closed(tell_lots(at_once)) == [(UNASSIGNED, "fill-2", "fill-1", 1, 1)]


TRADES = st.lists(
    st.builds(
        Trade,
        fill_id=st.integers(0, 999).map(str),
        symbol=st.just("SPY"),
        side=st.sampled_from(list(Side)),
        quantity=st.decimals("0.000000001", "50", places=9),
        price=st.decimals("0.0001", "900", places=4),
        at=st.integers(0, 20).map(lambda minutes: START + timedelta(minutes=minutes)),
        wishes=st.sampled_from([BOTH, BOTH[:1], BOTH[1:], ()]),
    ),
    unique_by=lambda one: one.fill_id,
    max_size=12,
)


@given(trades=TRADES)
def test_every_share_is_accounted_for(trades: list[Trade]) -> None:
    story = tell_lots(trades)
    given_out: dict[str, Decimal] = defaultdict(Decimal)
    for part in story.attributions:
        given_out[part.fill_id] += part.quantity
    assert given_out == {one.fill_id: one.quantity for one in trades}
    bought = sum((one.quantity for one in trades if one.side is Side.BUY), Decimal(0))
    assert sum((lot.quantity for lot in story.lots), Decimal(0)) == bought
    for lot in story.lots:
        gone = [one for one in story.closures if one.lot == lot]
        assert sum((one.quantity for one in gone), Decimal(0)) <= lot.quantity
        assert all(one.closed_at >= lot.opened_at for one in gone)
        assert all(one.realised == (one.price - lot.price) * one.quantity for one in gone)
    matched = sum((part.matched for part in story.attributions), Decimal(0))
    assert matched == sum((one.quantity for one in story.closures), Decimal(0))


@given(trades=TRADES, data=st.data())
def test_the_order_in_which_trades_become_known_makes_no_difference(
    trades: list[Trade], data: st.DataObject
) -> None:
    assert tell_lots(data.draw(st.permutations(trades))) == tell_lots(trades)


@given(trades=TRADES)
def test_a_lot_is_only_touched_once_every_older_one_of_its_strategy_is_gone(trades: list[Trade]) -> None:
    story = tell_lots(trades)
    left = {(lot.strategy, lot.fill_id): lot.quantity for lot in story.lots}
    for one in story.closures:
        queue = [
            lot for lot in story.lots if lot.strategy == one.lot.strategy and left[lot.strategy, lot.fill_id]
        ]
        assert queue[0] == one.lot
        left[one.lot.strategy, one.lot.fill_id] -= one.quantity
