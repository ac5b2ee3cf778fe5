"""Splits and new symbols: more or fewer shares at another price, and the same cost to the cent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from alchemiser_dagster.portfolio.attribution import Wish
from alchemiser_dagster.portfolio.lot_matching import LotStory, Trade, tell_lots
from alchemiser_dagster.records.corporate_action import CorporateAction
from alchemiser_dagster.records.values import Side

START = datetime(2024, 11, 27, 20, 45, tzinfo=UTC)
ALPHA = (Wish("alpha", Decimal(1), Decimal(1_000)),)
CENT = Decimal("0.01")


def trade(minutes: int, side: Side, quantity: str, price: str, symbol: str = "SPY") -> Trade:
    at = START + timedelta(minutes=minutes)
    wishes = ALPHA if side is Side.BUY else ()
    return Trade(f"fill-{minutes:02}", symbol, side, Decimal(quantity), Decimal(price), at, wishes)


def action(minutes: int, ratio: str = "1", symbol: str = "SPY", new_symbol: str = "SPY") -> CorporateAction:
    return CorporateAction(
        activity_id=f"action-{minutes:02}",
        account="simulated",
        symbol=symbol,
        new_symbol=new_symbol,
        ratio=Decimal(ratio),
        effective_at=START + timedelta(minutes=minutes),
    )


def left_of(story: LotStory) -> list[tuple[str, str, Decimal, Decimal]]:
    """Return fill, symbol, shares and price of each lot of which something is left."""
    rows = []
    for lot in story.lots:
        sold = sum((one.quantity for one in story.closures if one.lot == lot), Decimal(0))
        if lot.quantity - sold:
            rows.append((lot.fill_id, lot.symbol, lot.quantity - sold, lot.price))
    return rows


def cost_of(story: LotStory) -> Decimal:
    return sum((quantity * price for _, _, quantity, price in left_of(story)), Decimal(0))


def held_of(story: LotStory) -> Decimal:
    return sum((quantity for _, _, quantity, _ in left_of(story)), Decimal(0))


def test_a_split_makes_more_shares_at_a_lower_price_of_what_is_left() -> None:
    trades = [trade(1, Side.BUY, "10", "100"), trade(2, Side.SELL, "4", "110")]
    story = tell_lots(trades, [action(5, "3")])
    assert left_of(story) == [("fill-01", "SPY", 18, Decimal("33.333333333333333333"))]
    assert round(cost_of(story), 12) == 600
    assert [(lot.quantity, lot.activity_id) for lot in story.lots] == [(4, ""), (18, "action-05")]
    assert [(one.lot, one.quantity, one.realised) for one in story.closures] == [(story.lots[0], 4, 40)]


def test_a_sale_after_a_split_is_in_the_new_shares() -> None:
    trades = [trade(1, Side.BUY, "10", "100"), trade(9, Side.SELL, "5", "60")]
    story = tell_lots(trades, [action(5, "2")])
    (sale,) = story.closures
    assert (sale.quantity, sale.lot.price, sale.realised) == (5, 50, 50)
    assert left_of(story) == [("fill-01", "SPY", 15, 50)]


def test_what_becomes_of_the_shares_at_an_instant_comes_before_trades_at_it() -> None:
    trades = [trade(1, Side.BUY, "10", "100"), trade(5, Side.BUY, "10", "50")]
    assert left_of(tell_lots(trades, [action(5, "2")])) == [
        ("fill-01", "SPY", 20, 50),
        ("fill-05", "SPY", 10, 50),
    ]


def test_a_new_symbol_takes_the_lots_over_in_the_order_in_which_they_were_opened() -> None:
    trades = [
        trade(1, Side.BUY, "10", "100", "OLD"),
        trade(2, Side.BUY, "10", "7", "NEW"),
        trade(9, Side.SELL, "12", "101", "NEW"),
    ]
    story = tell_lots(trades, [action(5, symbol="OLD", new_symbol="NEW")])
    assert [(one.lot.fill_id, one.lot.symbol, one.quantity) for one in story.closures] == [
        ("fill-01", "NEW", 10),
        ("fill-02", "NEW", 2),
    ]


def test_a_symbol_that_is_used_again_is_another_companys() -> None:
    trades = [trade(1, Side.BUY, "10", "100", "OLD"), trade(9, Side.BUY, "3", "5", "OLD")]
    story = tell_lots(trades, [action(5, symbol="OLD", new_symbol="NEW")])
    assert left_of(story) == [("fill-01", "NEW", 10, 100), ("fill-09", "OLD", 3, 5)]


def test_lots_lose_less_than_a_billionth_of_a_share_together() -> None:
    trades = [trade(number, Side.BUY, "1", "100") for number in range(1, 8)]
    story = tell_lots(trades, [action(9, "0.333333333333333333")])
    assert held_of(story) == Decimal("2.333333333")
    assert abs(cost_of(story) - 700) < Decimal("1e-15")


TRADES = st.lists(
    st.builds(
        Trade,
        fill_id=st.integers(0, 999).map(str),
        symbol=st.just("SPY"),
        side=st.sampled_from([Side.BUY, Side.BUY, Side.SELL]),
        quantity=st.decimals("0.01", "50", places=9),
        price=st.decimals("0.0001", "900", places=4),
        at=st.integers(0, 20).map(lambda minutes: START + timedelta(minutes=minutes)),
        wishes=st.sampled_from([ALPHA, ()]),
    ),
    unique_by=lambda one: one.fill_id,
    max_size=10,
)
RATIOS = st.sampled_from(["2", "3", "1.5", "0.1", "0.333333333333333333", "7", "0.05"])


@given(trades=TRADES, ratio=RATIOS)
def test_a_split_multiplies_shares_and_leaves_the_cost(trades: list[Trade], ratio: str) -> None:
    before, after = tell_lots(trades), tell_lots(trades, [action(30, ratio)])
    wanted = held_of(before) * Decimal(ratio)
    assert wanted - Decimal("1e-9") < held_of(after) <= wanted
    assert abs(cost_of(after) - cost_of(before)) < CENT / 100
    assert after.attributions == before.attributions
    assert [(one.fill_id, one.quantity, one.realised) for one in after.closures] == [
        (one.fill_id, one.quantity, one.realised) for one in before.closures
    ]


@given(trades=TRADES, factor=st.sampled_from([2, 4, 5, 10]), minutes=st.integers(0, 20))
def test_a_split_between_trades_earns_what_the_same_trades_earn_without_it(
    trades: list[Trade], factor: int, minutes: int
) -> None:
    """Trades before the split, told in the shares after it, are another way to say the same."""
    split = action(minutes, str(factor))
    restated = [
        one
        if one.at >= split.effective_at
        else Trade(**{**vars(one), "quantity": one.quantity * factor, "price": one.price / factor})
        for one in trades
    ]
    unwished = [Trade(**{**vars(one), "wishes": ()}) for one in trades]
    unwished_restated = [Trade(**{**vars(one), "wishes": ()}) for one in restated]
    told, said = tell_lots(unwished, [split]), tell_lots(unwished_restated)
    assert sum(one.realised for one in told.closures) == sum(one.realised for one in said.closures)
    assert sorted(left_of(told)) == sorted(left_of(said))


@given(trades=TRADES, data=st.data(), ratio=RATIOS)
def test_every_share_is_accounted_for_through_splits_and_new_symbols(
    trades: list[Trade], data: st.DataObject, ratio: str
) -> None:
    actions = [
        action(data.draw(st.integers(0, 9)), ratio),
        action(data.draw(st.integers(10, 25)), symbol="SPY", new_symbol="VOO"),
    ]
    story = tell_lots(trades, actions)
    assert tell_lots(data.draw(st.permutations(trades)), actions[::-1]) == story
    assert {one.lot for one in story.closures} <= set(story.lots)
    for lot in story.lots:
        sold = sum((one.quantity for one in story.closures if one.lot == lot), Decimal(0))
        assert 0 <= sold <= lot.quantity
    for one in story.closures:
        assert abs(one.realised - (one.price - one.lot.price) * one.quantity) <= Decimal("1e-18")
    assert len({(lot.fill_id, lot.strategy, lot.activity_id) for lot in story.lots}) == len(story.lots)
