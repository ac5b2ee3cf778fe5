"""What filling an order cost: signed so that more is worse, for a buyer and for a seller."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alchemiser_dagster.execution.quality import quality_of
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.portfolio.slippage import BASIS_POINT_STEP, Slippage
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.execution import ExecutionResult, OrderReport
from alchemiser_dagster.records.order import Fill, OrderState, OrderType, TimeInForce
from alchemiser_dagster.records.values import Outcome, Side

SENT = datetime(2024, 11, 27, 20, 45, tzinfo=UTC)
NEW_FIELDS = {
    "decision_price",
    "quoted_mid",
    "slippage",
    "slippage_basis_points",
    "decision_slippage",
    "decision_slippage_basis_points",
    "seconds_to_fill",
}


def order(
    side: Side = Side.BUY,
    filled: str = "10",
    average: str | None = "100.10",
    quote: tuple[str, str] | None = ("99.90", "100.10"),
) -> LedgerOrder:
    return LedgerOrder(
        client_order_id="order-1",
        broker_order_id="broker-1",
        plan_id="plan-1",
        line_id="line-1",
        account="simulated",
        session=date(2024, 11, 27),
        symbol="SPY",
        side=side,
        attempt=1,
        quantity=Decimal(10),
        order_type=OrderType.MARKET,
        limit_price=None,
        time_in_force=TimeInForce.DAY,
        decision_price=Decimal(99),
        state=OrderState.FILLED,
        filled_quantity=Decimal(filled),
        average_price=None if average is None else Decimal(average),
        detail="",
        correlation_id="correlation-1",
        created_at=SENT,
        updated_at=SENT,
        bid=Decimal(quote[0]) if quote else None,
        ask=Decimal(quote[1]) if quote else None,
    )


def fill(quantity: str, price: str, seconds: float = 1, order_id: str = "order-1") -> Fill:
    return Fill(
        fill_id=f"fill-{quantity}-{price}-{seconds}",
        broker_order_id="broker-1",
        client_order_id=order_id,
        symbol="SPY",
        side=Side.BUY,
        quantity=Decimal(quantity),
        price=Decimal(price),
        filled_at=SENT + timedelta(seconds=seconds),
    )


@pytest.mark.parametrize(
    ("side", "price", "dollars", "basis_points"),
    [
        (Side.BUY, "100.10", "1", "10"),
        (Side.BUY, "99.95", "-0.5", "-5"),
        (Side.SELL, "99.90", "1", "10"),
        (Side.SELL, "100.05", "-0.5", "-5"),
        (Side.SELL, "100", "0", "0"),
    ],
)
def test_slippage_is_positive_where_more_was_paid_or_less_received(
    side: Side, price: str, dollars: str, basis_points: str
) -> None:
    told = quality_of(order(side), [fill("10", price)])
    assert told.against_mid == Slippage(Decimal(dollars), Decimal(basis_points))
    assert (str(told.against_mid.dollars), str(told.against_mid.basis_points)) == (dollars, basis_points)


def test_slippage_against_the_decision_is_measured_from_the_planned_price() -> None:
    told = quality_of(order(), [fill("10", "99.99")])
    assert told.against_decision == Slippage(Decimal("9.9"), Decimal(100))


def test_the_price_is_the_average_of_the_orders_own_fills() -> None:
    fills = [fill("4", "100"), fill("6", "100.10"), fill("9", "500", order_id="another")]
    told = quality_of(order(average="77"), fills)
    assert told.against_mid == Slippage(Decimal("0.6"), Decimal(6))


def test_without_all_its_fills_the_brokers_average_counts() -> None:
    told = quality_of(order(), [fill("4", "500")])
    assert told.against_mid == Slippage(Decimal(1), Decimal(10))


@pytest.mark.parametrize("quote", [None, ("0", "100.10"), ("99.90", "0"), ("100.10", "99.90")])
def test_a_quote_without_two_sides_is_no_reference(quote: tuple[str, str] | None) -> None:
    told = quality_of(order(quote=quote), [fill("10", "100.10")])
    assert told.against_mid is None
    assert told.against_decision is not None


def test_an_order_of_which_nothing_is_filled_has_no_quality() -> None:
    told = quality_of(order(filled="0", average=None), [])
    assert (told.against_mid, told.against_decision, told.seconds_to_fill) == (None, None, None)


@pytest.mark.parametrize(("instants", "seconds"), [([1, 12.5], 12.5), ([-3], 0), ([], None)])
def test_the_time_to_fill_ends_with_the_last_fill(instants: list[float], seconds: float | None) -> None:
    fills = [fill("1", "100", at) for at in instants]
    assert quality_of(order(), fills).seconds_to_fill == seconds


PRICES = st.decimals("0.01", "900", places=4)


@given(side=st.sampled_from(list(Side)), price=PRICES, bid=PRICES, spread=st.decimals("0", "2", places=2))
def test_a_buyers_loss_is_a_sellers_gain(side: Side, price: Decimal, bid: Decimal, spread: Decimal) -> None:
    quote, fills = (str(bid), str(bid + spread)), [fill("10", str(price))]
    mine = quality_of(order(side, quote=quote), fills).against_mid
    theirs = quality_of(order(Side.BUY if side is Side.SELL else Side.SELL, quote=quote), fills).against_mid
    assert mine is not None
    assert theirs is not None
    assert (mine.dollars, mine.basis_points) == (-theirs.dollars, -theirs.basis_points)
    mid = bid + spread / 2
    worse = (price - mid) if side is Side.BUY else (mid - price)
    assert abs(mine.basis_points - worse / mid * 10_000) <= BASIS_POINT_STEP
    assert (mine.dollars > 0) == (worse * 10 > 0)


def result_of(*orders: OrderReport) -> ExecutionResult:
    return ExecutionResult(
        envelope=Envelope(
            record_id="result",
            correlation_id="correlation-1",
            causation_id="plan",
            run_id="run",
            account="simulated",
            source="test",
            created_at=SENT,
        ),
        session=date(2024, 11, 27),
        plan_id="plan-1",
        sequence=1,
        outcome=Outcome.TRADED,
        reason="",
        orders=orders,
        fills=(),
        skips=(),
        bought=Decimal(0),
        sold=Decimal(0),
    )


def report_of(one: LedgerOrder, *fills: Fill) -> OrderReport:
    return quality_of(one, fills).report(one)


def test_the_cost_of_execution_adds_up_what_is_known() -> None:
    done = result_of(
        report_of(order(), fill("10", "100.10")),
        report_of(order(Side.SELL), fill("10", "100.05")),
        report_of(order(quote=None), fill("10", "500")),
        report_of(order(filled="0", average=None)),
    )
    assert done.execution_cost == Decimal("0.5")
    assert done.execution_cost_basis_points == Decimal("2.5")


def test_where_no_slippage_is_known_there_is_no_cost() -> None:
    done = result_of(report_of(order(quote=None), fill("10", "100.10")))
    assert (done.execution_cost, done.execution_cost_basis_points) == (None, None)


def test_a_report_from_before_quality_was_measured_is_still_read() -> None:
    whole = report_of(order(), fill("10", "100.10"))
    old = OrderReport.model_validate_json(whole.model_dump_json(exclude=NEW_FIELDS))
    assert OrderReport.model_validate_json(whole.model_dump_json()) == whole
    assert {getattr(old, name) for name in NEW_FIELDS} == {None}
