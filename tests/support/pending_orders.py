"""Orders that take their time, for tests of the embedded broker."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from support.trading import Bench, limit_order

from alchemiser_dagster.broker.simulated.behaviour import PendingFill, SymbolBehaviour
from alchemiser_dagster.broker.simulated.order import SimulatedOrder
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.records.order import BrokerOrder, OrderChange
from alchemiser_dagster.records.values import Side

FIVE_SECONDS = timedelta(seconds=5)
SLOW = SimulationRules(
    acknowledge_after=timedelta(seconds=1), cancel_after=FIVE_SECONDS, replace_after=FIVE_SECONDS
)


def racing(part: PendingFill, seconds: int = 5) -> SimulationRules:
    return SimulationRules(
        cancel_after=timedelta(seconds=seconds),
        replace_after=timedelta(seconds=seconds),
        behaviours={"AAA": SymbolBehaviour(fills_while_pending=part)},
    )


def resting(bench: Bench, quantity: str = "10", limit: str = "90.00") -> BrokerOrder:
    order = bench.broker.submit(limit_order("AAA", Side.BUY, quantity, limit, "old"))
    bench.clock.sleep(bench.simulation.acknowledge_after.total_seconds())
    return order


def change(limit: str = "95.00", quantity: str | None = None, client_order_id: str = "new") -> OrderChange:
    return OrderChange(
        client_order_id=client_order_id,
        quantity=None if quantity is None else Decimal(quantity),
        limit_price=Decimal(limit),
    )


def known(bench: Bench, client_order_id: str) -> SimulatedOrder:
    order = bench.broker.venue.order_by_client_id(client_order_id)
    assert order is not None
    return order


def statuses(bench: Bench) -> tuple[str, str]:
    return known(bench, "old").status.value, known(bench, "new").status.value
