"""Orders, cancellations and replacements take time, and the market goes on meanwhile."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from support.pending_orders import FIVE_SECONDS, SLOW, change, known, racing, resting, statuses
from support.trading import BEFORE_CLOSE, WINDOW, Bench, limit_order, market_order

from alchemiser_dagster.broker.simulated.behaviour import PendingFill
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.values import Side


def test_an_order_is_pending_until_it_is_acknowledged_and_only_then_fills(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SLOW)
    order = bench.broker.submit(market_order("AAA", Side.BUY, "1", "old"))
    assert (order.raw_status, order.state, order.filled_quantity) == (
        "pending_new",
        OrderState.ACKNOWLEDGED,
        0,
    )
    bench.clock.sleep(0.999)
    assert known(bench, "old").status == "pending_new"
    bench.clock.sleep(0.001)
    assert known(bench, "old").status == "filled"


def test_the_acknowledgement_has_the_instant_at_which_it_was_due(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SLOW)
    bench.broker.submit(limit_order("AAA", Side.BUY, "1", "90.00", "old"))
    bench.clock.sleep(60)
    order = known(bench, "old")
    assert (order.status, order.updated_at) == ("new", BEFORE_CLOSE + timedelta(seconds=1))


def test_a_cancellation_takes_effect_when_its_time_has_come(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SLOW)
    order = resting(bench)
    asked_at = bench.clock.now()
    bench.broker.cancel(order.broker_order_id)
    assert known(bench, "old").status == "pending_cancel"
    assert bench.broker.account().buying_power == 99_100
    bench.clock.sleep(60)
    canceled = known(bench, "old")
    assert (canceled.status, canceled.canceled_at) == ("canceled", asked_at + FIVE_SECONDS)
    assert bench.broker.account().buying_power == 100_000


def test_an_order_fills_while_its_cancellation_is_pending(tmp_path: Path) -> None:
    #
    bench = Bench(tmp_path, SLOW)
    bench.broker.cancel(resting(bench).broker_order_id)
    bench.clock.sleep(1)
    bench.feed.prices["AAA"] = 89.0
    assert known(bench, "old").status == "filled"
    bench.clock.sleep(60)
    assert known(bench, "old").status == "filled"
    assert bench.held() == {"AAA": Decimal(10)}


def test_a_price_that_comes_after_the_cancellation_took_effect_fills_nothing(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SLOW)
    bench.broker.cancel(resting(bench).broker_order_id)
    bench.clock.sleep(5)
    bench.feed.prices["AAA"] = 80.0
    assert known(bench, "old").status == "canceled"
    assert bench.held() == {}


def test_an_order_that_is_canceled_before_it_is_acknowledged_never_fills(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SLOW.model_copy(update={"acknowledge_after": timedelta(minutes=1)}))
    order = bench.broker.submit(market_order("AAA", Side.BUY, "1", "old"))
    bench.broker.cancel(order.broker_order_id)
    bench.clock.sleep(4)
    assert known(bench, "old").status == "pending_cancel"
    bench.clock.sleep(60)
    assert known(bench, "old").status == "canceled"
    assert bench.held() == {}


@pytest.mark.parametrize(
    ("part", "seconds", "filled", "status"),
    [
        (PendingFill.NOTHING, 0, 0, "canceled"),
        (PendingFill.HALF, 0, 5, "canceled"),
        (PendingFill.ALL, 0, 11, "filled"),
        (PendingFill.HALF, 5, 5, "pending_cancel"),
        (PendingFill.ALL, 5, 11, "filled"),
    ],
)
def test_the_market_may_win_the_race_against_a_cancellation(
    tmp_path: Path, part: PendingFill, seconds: int, filled: int, status: str
) -> None:
    #
    bench = Bench(tmp_path, racing(part, seconds))
    bench.broker.cancel(resting(bench, "11").broker_order_id)
    order = known(bench, "old")
    assert (order.filled_quantity, order.status) == (filled, status)
    assert order.average_price in {None, Decimal("90.00")}
    bench.clock.sleep(60)
    assert known(bench, "old").filled_quantity == filled


def test_half_of_a_fractional_order_is_no_more_than_half_to_nine_decimals(tmp_path: Path) -> None:
    bench = Bench(tmp_path, racing(PendingFill.HALF))
    bench.broker.cancel(resting(bench, "1.000000001").broker_order_id)
    assert known(bench, "old").filled_quantity == Decimal("0.500000000")


def test_a_race_fills_at_the_markets_price_where_that_is_better(tmp_path: Path) -> None:
    rules = racing(PendingFill.ALL).model_copy(update={"shares_per_look": Decimal(1)})
    bench = Bench(tmp_path, rules)
    bench.broker.cancel(resting(bench, "10", "101.00").broker_order_id)
    assert {fill.price for fill in bench.broker.fills_since(BEFORE_CLOSE)} == {Decimal("100.01")}
    assert known(bench, "old").status == "filled"


def test_a_replacement_is_new_at_once_and_live_when_the_old_one_gives_way(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SLOW)
    old = resting(bench)
    asked_at = bench.clock.now()
    new = bench.broker.replace(old.broker_order_id, change("101.00"))
    assert (new.raw_status, new.replaces, new.quantity) == ("pending_new", old.broker_order_id, 10)
    assert statuses(bench) == ("pending_replace", "pending_new")
    bench.clock.sleep(4)
    assert statuses(bench) == ("pending_replace", "pending_new")
    bench.clock.sleep(1)
    assert statuses(bench) == ("replaced", "filled")
    ended = known(bench, "old")
    assert (ended.replaced_by, ended.replaced_at) == (new.broker_order_id, asked_at + FIVE_SECONDS)
    assert bench.held() == {"AAA": Decimal(10)}


def test_a_replacement_goes_live_with_what_the_old_one_left(tmp_path: Path) -> None:
    #
    bench = Bench(tmp_path, SLOW.model_copy(update={"shares_per_look": Decimal(3)}))
    bench.broker.replace(resting(bench).broker_order_id, change("95.00"))
    bench.feed.prices["AAA"] = 89.0
    assert known(bench, "old").filled_quantity == 3
    bench.feed.prices["AAA"] = 100.0
    bench.clock.sleep(5)
    assert statuses(bench) == ("replaced", "new")
    assert known(bench, "new").quantity == 7
    bench.feed.prices["AAA"] = 94.0
    for _ in range(3):
        bench.broker.open_orders()
    assert statuses(bench) == ("replaced", "filled")
    assert bench.held() == {"AAA": Decimal(10)}


def test_a_replacement_is_rejected_when_the_old_one_filled_first(tmp_path: Path) -> None:
    #
    bench = Bench(tmp_path, SLOW)
    bench.broker.replace(resting(bench).broker_order_id, change("101.00"))
    bench.feed.prices["AAA"] = 89.0
    assert statuses(bench) == ("filled", "rejected")
    new = known(bench, "new")
    assert (new.filled_quantity, new.failed_at, new.reported().state) == (
        0,
        bench.clock.now(),
        OrderState.REJECTED,
    )
    assert known(bench, "old").replaced_by is None
    bench.clock.sleep(60)
    assert statuses(bench) == ("filled", "rejected")
    assert bench.held() == {"AAA": Decimal(10)}


@pytest.mark.parametrize("seconds", [0, 5])
def test_the_market_may_win_the_race_against_a_replacement(tmp_path: Path, seconds: int) -> None:
    bench = Bench(tmp_path, racing(PendingFill.ALL, seconds))
    new = bench.broker.replace(resting(bench).broker_order_id, change("101.00"))
    assert new.state is OrderState.REJECTED
    assert statuses(bench) == ("filled", "rejected")
    assert bench.held() == {"AAA": Decimal(10)}


@pytest.mark.parametrize("seconds", [0, 5])
def test_half_of_an_order_may_fill_while_it_is_replaced(tmp_path: Path, seconds: int) -> None:
    bench = Bench(tmp_path, racing(PendingFill.HALF, seconds))
    bench.broker.replace(resting(bench).broker_order_id, change("101.00"))
    bench.clock.sleep(seconds)
    assert statuses(bench) == ("replaced", "filled")
    assert (known(bench, "old").filled_quantity, known(bench, "new").quantity) == (5, 5)
    assert bench.held() == {"AAA": Decimal(10)}


def test_a_replacement_with_less_than_the_old_one_filled_meanwhile_leaves_nothing_open(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path, racing(PendingFill.HALF))
    bench.broker.replace(resting(bench).broker_order_id, change("101.00", "4"))
    bench.clock.sleep(5)
    assert statuses(bench) == ("canceled", "rejected")
    assert bench.held() == {"AAA": Decimal(5)}
    assert bench.broker.open_orders() == ()


def test_an_order_that_is_replaced_again_and_again_fills_once(tmp_path: Path) -> None:
    #
    bench = Bench(tmp_path, SimulationRules(shares_per_look=Decimal(1)))
    order = resting(bench)
    for number, limit in enumerate(["95.00", "101.00", "101.50", "102.00", "102.50"]):
        order = bench.broker.replace(order.broker_order_id, change(limit, client_order_id=f"new-{number}"))
    for _ in range(10):
        bench.broker.open_orders()
    orders = bench.broker.orders_since(BEFORE_CLOSE)
    assert [one.raw_status for one in orders] == [*["replaced"] * 5, "filled"]
    assert bench.held() == {"AAA": Decimal(10)}


def test_while_replacing_the_larger_of_two_buys_is_held(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SLOW)
    old = resting(bench)
    bench.broker.replace(old.broker_order_id, change("95.00"))
    assert bench.broker.account().buying_power == 100_000 - 950
    bench.clock.sleep(5)
    assert bench.broker.account().buying_power == 100_000 - 950
    bench.broker.replace(known(bench, "new").broker_order_id, change("80.00", client_order_id="newer"))
    assert bench.broker.account().buying_power == 100_000 - 950
    bench.clock.sleep(5)
    assert bench.broker.account().buying_power == 100_000 - 800


def test_while_replacing_the_larger_of_two_sells_is_held(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.hold({"AAA": "10"})
    slow = Bench(tmp_path, SLOW, clock=bench.clock)
    old = slow.broker.submit(limit_order("AAA", Side.SELL, "4", "120.00", "old"))
    slow.clock.sleep(1)
    slow.broker.replace(old.broker_order_id, change("119.00", "6"))
    assert slow.broker.positions()[0].quantity_available == 4
    slow.clock.sleep(5)
    assert slow.broker.positions()[0].quantity_available == 4
    slow.broker.replace(known(slow, "new").broker_order_id, change("118.00", "1", client_order_id="newer"))
    assert slow.broker.positions()[0].quantity_available == 4
    slow.clock.sleep(5)
    assert slow.broker.positions()[0].quantity_available == 9


def test_a_replacement_that_is_canceled_while_pending_ends_after_it_took_effect(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SLOW.model_copy(update={"cancel_after": timedelta(seconds=1)}))
    new = bench.broker.replace(resting(bench).broker_order_id, change("101.00"))
    bench.broker.cancel(new.broker_order_id)
    bench.clock.sleep(4)
    assert statuses(bench) == ("pending_replace", "pending_cancel")
    bench.clock.sleep(1)
    assert statuses(bench) == ("replaced", "canceled")
    assert bench.held() == {}


def test_an_order_expires_although_its_change_is_pending(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SLOW.model_copy(update={"replace_after": WINDOW, "cancel_after": WINDOW}))
    bench.broker.replace(resting(bench).broker_order_id, change())
    other = bench.broker.submit(limit_order("BBB", Side.BUY, "1", "40.00", "other"))
    bench.clock.sleep(1)
    bench.broker.cancel(other.broker_order_id)
    bench.clock.sleep(WINDOW.total_seconds() * 2)
    assert statuses(bench) == ("expired", "expired")
    assert (known(bench, "other").status, known(bench, "other").expired_at) == (
        "expired",
        BEFORE_CLOSE + WINDOW,
    )


def test_a_change_that_was_due_before_the_close_took_effect_before_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SLOW)
    bench.broker.replace(resting(bench).broker_order_id, change())
    bench.clock.sleep(WINDOW.total_seconds())
    assert statuses(bench) == ("replaced", "expired")


def test_while_replacing_what_the_old_order_filled_is_held_no_more(tmp_path: Path) -> None:
    bench = Bench(tmp_path, racing(PendingFill.HALF))
    bench.broker.replace(resting(bench).broker_order_id, change("95.00"))
    account = bench.broker.account()
    assert account.cash - account.buying_power == 5 * 95
