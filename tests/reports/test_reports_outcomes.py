"""Tables of what happened: what trading cost, and what each strategy holds."""

from __future__ import annotations

from decimal import Decimal

import pytest
from notify.notify_builders import result

from alchemiser_dagster.ledger.lots import StrategyStanding
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.order import OrderState, OrderType, TimeInForce
from alchemiser_dagster.records.values import Outcome
from alchemiser_dagster.reports.outcomes import orders_table
from alchemiser_dagster.reports.standings import standings_table


def traded(**fields: Decimal | float) -> ExecutionResult:
    done = result(Outcome.TRADED, SPY=OrderState.FILLED)
    return done.model_copy(update={"orders": (done.orders[0].model_copy(update=fields),)})


def test_the_orders_say_what_filling_cost_and_how_long_it_took() -> None:
    table = orders_table(
        traded(
            quoted_mid=Decimal(100),
            slippage=Decimal("0.123"),
            slippage_basis_points=Decimal("6.1500"),
            seconds_to_fill=12.34,
        )
    )
    assert table.title == ("Execution: traded, sold 0.00, bought 1,234.50, cost of execution 0.12 (6.2 bp)")
    assert table.columns[6:8] == ("slip bp", "sec")
    assert table.rows[0][6:8] == ("6.2", "12.3")


@pytest.mark.parametrize(("cost", "told"), [("-0.001", "0.00 (0.0 bp)"), ("-1", "-1.00 (-50.0 bp)")])
def test_a_gain_is_a_negative_cost(cost: str, told: str) -> None:
    table = orders_table(traded(quoted_mid=Decimal(100), slippage=Decimal(cost)))
    assert table.title.endswith(f"cost of execution {told}")


def test_what_is_not_known_is_a_dash() -> None:
    table = orders_table(result(Outcome.TRADED, SPY=OrderState.FILLED))
    assert table.title.endswith("cost of execution unknown")
    assert table.rows[0][6:8] == ("–", "–")


@pytest.mark.parametrize(
    ("kind", "limit", "stands", "shown"),
    [
        (OrderType.LIMIT, Decimal("30.71"), TimeInForce.DAY, "30.71"),
        (OrderType.MARKET, None, TimeInForce.DAY, "market"),
        (OrderType.MARKET, None, TimeInForce.CLOSE, "auction"),
        (None, None, None, "–"),
    ],
)
def test_each_order_says_what_it_was_priced_at(
    kind: OrderType | None, limit: Decimal | None, stands: TimeInForce | None, shown: str
) -> None:
    done = result(Outcome.TRADED, SPY=OrderState.FILLED)
    priced = {"order_type": kind, "limit_price": limit, "time_in_force": stands}
    table = orders_table(done.model_copy(update={"orders": (done.orders[0].model_copy(update=priced),)}))
    assert table.rows[0][3] == shown


def test_an_order_that_another_follows_gave_way_to_it() -> None:
    done = result(Outcome.TRADED, SPY=OrderState.CANCELED)
    (order,) = done.orders
    filled = order.model_copy(update={"client_order_id": "next", "state": OrderState.FILLED})
    table = orders_table(done.model_copy(update={"orders": (order, filled)}))
    assert [row[-1] for row in table.rows] == ["gave way to the next", ""]
    alone = orders_table(done)
    assert alone.rows[0][-1] == order.detail


def test_without_orders_nothing_is_said_of_their_cost() -> None:
    table = orders_table(result(Outcome.NOTHING_TO_DO))
    assert table.title == "Execution: nothing to do, sold 0.00, bought 1,234.50"


def test_each_strategy_has_a_row_with_what_it_holds_and_has_earned() -> None:
    table = standings_table(
        [
            StrategyStanding("alpha", ("BIL", "SPY"), Decimal("1234.567"), Decimal(-5)),
            StrategyStanding("beta", (), Decimal(0), Decimal("0.25")),
        ]
    )
    assert table.rows == (
        ("alpha", "BIL, SPY", "1,234.57", "-5.00"),
        ("beta", "–", "0.00", "0.25"),
    )
