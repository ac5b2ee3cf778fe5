"""Orders in numbers: what they cost is what their own reports say that they cost."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alchemiser_dagster.execution.quality import quality_of
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.operations.orders import OrderMeasure, add_up, measure_orders
from alchemiser_dagster.operations.readings import OrderReading
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.order import Fill, OrderState, OrderType, TimeInForce
from alchemiser_dagster.records.values import Side

NOW = datetime(2024, 11, 25, 20, 45, tzinfo=UTC)
PRICES = st.decimals(min_value="1", max_value="900", places=2)
QUANTITIES = st.decimals(min_value="0.000000001", max_value="5000", places=9)


def reading(order: LedgerOrder) -> OrderReading:
    fields = {name: getattr(order, name) for name in OrderReading._fields}
    return OrderReading(**{**fields, "side": order.side.value, "state": order.state.value})


@st.composite
def orders(draw: st.DrawFn) -> tuple[LedgerOrder, tuple[Fill, ...]]:
    number = draw(st.integers(0, 10**9))
    parts = draw(st.lists(st.tuples(QUANTITIES, PRICES), max_size=3))
    bid = draw(st.none() | PRICES)
    side, lacks = draw(st.sampled_from(Side)), draw(st.booleans())
    filled = sum((quantity for quantity, _ in parts), Decimal(0))
    order = LedgerOrder(
        client_order_id=f"order-{number}",
        broker_order_id=draw(st.none() | st.just("broker")),
        plan_id="plan",
        line_id="line",
        account="simulated",
        session=NOW.date(),
        symbol="SPY",
        side=side,
        attempt=1,
        quantity=filled + 1,
        order_type=OrderType.MARKET,
        limit_price=None,
        time_in_force=TimeInForce.DAY,
        decision_price=Decimal(100),
        state=draw(st.sampled_from(OrderState)),
        filled_quantity=filled,
        average_price=draw(PRICES) if parts else None,
        detail="",
        correlation_id="correlation",
        created_at=NOW,
        updated_at=NOW,
        bid=bid,
        ask=None if bid is None else bid + draw(st.decimals(min_value="-1", max_value="1", places=2)),
    )
    fills = tuple(
        Fill(
            fill_id=f"{number}-{place}",
            client_order_id=order.client_order_id,
            broker_order_id="broker",
            symbol="SPY",
            side=side,
            quantity=quantity,
            price=price,
            filled_at=NOW,
        )
        for place, (quantity, price) in enumerate(parts)
    )
    return order, fills[1:] if lacks else fills


def sums(found: list[tuple[LedgerOrder, tuple[Fill, ...]]]) -> dict[str, tuple[Decimal, Decimal]]:
    filled = {}
    for order, fills in found:
        shares = sum((fill.quantity for fill in fills), Decimal(0))
        dollars = sum((fill.quantity * fill.price for fill in fills), Decimal(0))
        filled[order.client_order_id] = shares, dollars
    return filled


@given(st.lists(orders(), max_size=4, unique_by=lambda found: found[0].client_order_id))
def test_the_cost_is_the_sum_of_what_each_order_reports(
    found: list[tuple[LedgerOrder, tuple[Fill, ...]]],
) -> None:
    # the same definition of slippage as in the record of the day
    reports = tuple(quality_of(order, fills).report(order) for order, fills in found)
    result = ExecutionResult.model_construct(orders=reports)
    measured = measure_orders((reading(order) for order, _ in found), sums(found))
    assert measured.cost == result.execution_cost
    if measured.cost_basis_points is None:
        assert result.execution_cost_basis_points is None
    else:
        assert result.execution_cost_basis_points == pytest.approx(
            measured.cost_basis_points, abs=Decimal("0.0001")
        )
    in_part = [order for order, _ in found if order.filled_quantity and order.state is not OrderState.FILLED]
    assert measured.partly_filled == len(in_part)


@given(st.lists(orders(), max_size=4, unique_by=lambda found: found[0].client_order_id))
def test_what_is_measured_in_parts_adds_up(found: list[tuple[LedgerOrder, tuple[Fill, ...]]]) -> None:
    filled = sums(found)
    readings = [reading(order) for order, _ in found]
    assert add_up(measure_orders([one], filled) for one in readings) == measure_orders(readings, filled)


def test_of_no_orders_the_cost_is_not_known() -> None:
    #
    assert add_up([]) == measure_orders([], {}) == OrderMeasure()
    assert (OrderMeasure().cost, OrderMeasure().cost_basis_points) == (None, None)
