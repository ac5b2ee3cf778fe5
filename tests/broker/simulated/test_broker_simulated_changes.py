"""Which cancellations and replacements the embedded broker refuses."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from support.pending_orders import SLOW, change, known, resting
from support.trading import Bench, limit_order, market_order

from alchemiser_dagster.broker.simulated.refusal import RefusedOrderError
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.records.order import OrderState, TimeInForce
from alchemiser_dagster.records.values import Side


def refused(bench: Bench, action: str, broker_order_id: str) -> tuple[int, int, str]:
    other = change(client_order_id="refused")
    arguments = (broker_order_id,) if action == "cancel" else (broker_order_id, other)
    with pytest.raises(RefusedOrderError) as error:
        getattr(bench.broker, action)(*arguments)
    assert bench.broker.order_by_client_id("refused") is None
    refusal = error.value.refusal
    return refusal.status, refusal.code, refusal.message


def test_what_is_pending_new_can_be_canceled_but_not_replaced(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SLOW)
    order = bench.broker.submit(limit_order("AAA", Side.BUY, "1", "90.00", "old"))
    assert refused(bench, "replace", order.broker_order_id) == (
        422,
        42210000,
        "unable to replace order, order isn't sent to exchange yet",
    )
    bench.broker.cancel(order.broker_order_id)


def test_an_order_for_the_closing_auction_is_accepted_and_can_be_canceled_but_not_replaced(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path)
    closing = limit_order("AAA", Side.BUY, "1", "101.00", "old").model_copy(
        update={"time_in_force": TimeInForce.CLOSE}
    )
    order = bench.broker.submit(closing)
    assert order.raw_status == "accepted"
    assert refused(bench, "replace", order.broker_order_id)[:2] == (422, 42210000)
    bench.broker.cancel(order.broker_order_id)
    assert known(bench, "old").status == "canceled"


@pytest.mark.parametrize("action", ["cancel", "replace"])
def test_what_waits_for_a_change_is_neither_canceled_nor_replaced(tmp_path: Path, action: str) -> None:
    bench = Bench(tmp_path, SLOW)
    old = resting(bench)
    other = bench.broker.submit(limit_order("BBB", Side.BUY, "1", "40.00", "other"))
    bench.clock.sleep(1)
    bench.broker.replace(old.broker_order_id, change())
    bench.broker.cancel(other.broker_order_id)
    for order, status in ((old, "pending_replace"), (other, "pending_cancel")):
        answer = refused(bench, action, order.broker_order_id)
        assert answer == (422, 42210000, f'order is already in "{status}" state')


@pytest.mark.parametrize("action", ["cancel", "replace"])
def test_an_order_that_nobody_knows_is_not_found(tmp_path: Path, action: str) -> None:
    answer = refused(Bench(tmp_path), action, "nobody")
    assert answer == (404, 40410000, "order not found for nobody")


@pytest.mark.parametrize(("old", "new"), [("1.5", "1"), ("2", "1.5"), ("1.5", "2.5")])
def test_the_quantity_of_a_fraction_is_not_replaced(tmp_path: Path, old: str, new: str) -> None:
    bench = Bench(tmp_path)
    order = resting(bench, old)
    with pytest.raises(RefusedOrderError, match="fractional") as error:
        bench.broker.replace(order.broker_order_id, change("95.00", new))
    assert error.value.refusal.status == 422
    assert bench.broker.open_orders() == (order,)


@pytest.mark.parametrize("quantity", [None, "1.5"])
def test_the_limit_of_a_fraction_is_replaced(tmp_path: Path, quantity: str | None) -> None:
    bench = Bench(tmp_path)
    new = bench.broker.replace(resting(bench, "1.5").broker_order_id, change("101.00", quantity))
    assert (new.state, new.filled_quantity) == (OrderState.FILLED, Decimal("1.5"))


def test_a_replacement_asks_for_more_than_is_filled(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SimulationRules(shares_per_look=Decimal(4)))
    order = resting(bench, limit="101.00")
    with pytest.raises(RefusedOrderError, match="filled_qty"):
        bench.broker.replace(order.broker_order_id, change("101.00", "4"))


def test_a_market_order_takes_no_limit(tmp_path: Path) -> None:
    bench = Bench(tmp_path, SimulationRules(shares_per_look=Decimal(4)))
    order = bench.broker.submit(market_order("AAA", Side.BUY, "20", "old"))
    assert refused(bench, "replace", order.broker_order_id)[:2] == (422, 42210000)


def test_a_replacement_needs_buying_power_for_what_is_left_alone(tmp_path: Path) -> None:
    rules = SimulationRules(starting_cash=Decimal(1_010), shares_per_look=Decimal(4))
    bench = Bench(tmp_path, rules)
    order = resting(bench, limit="101.00")
    new = bench.broker.replace(order.broker_order_id, change("101.00"))
    assert (new.quantity, new.filled_quantity) == (2, 2)
    assert bench.held() == {"AAA": Decimal(10)}
