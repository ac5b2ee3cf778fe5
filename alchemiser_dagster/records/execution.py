"""What became of a plan."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from alchemiser_dagster.records.envelope import Frozen, Record
from alchemiser_dagster.records.order import Fill, OrderState, OrderType, TimeInForce
from alchemiser_dagster.records.values import Money, Outcome, Price, Quantity, Side, Symbol

BASIS_POINTS = 10_000


class OrderReport(Frozen):
    """One order of the plan at the end of the run, as the broker confirmed it, and how well it was filled.

    Slippage is what filling cost beside a reference price: positive where more was paid, or less received. It
    is None where nothing was filled or the reference is not known.

    Parameters
    ----------
    decision_price
        The price at which the line was planned, in dollars.
    quoted_mid
        The middle of the quote that the order was priced at, in dollars.
    slippage, slippage_basis_points
        Against the middle of the quote: in dollars, and in hundredths of a percent of it.
    decision_slippage, decision_slippage_basis_points
        The same against the decision price.
    seconds_to_fill
        From writing the order down to its last fill.
    order_type, limit_price, time_in_force
        How the order was priced, and how long it stood; None in records from before these were kept.
    """

    client_order_id: str
    broker_order_id: str | None
    line_id: str
    symbol: Symbol
    side: Side
    quantity: Quantity
    filled_quantity: Quantity
    average_price: Price | None
    state: OrderState
    detail: str
    decision_price: Price | None = None
    quoted_mid: Price | None = None
    slippage: Money | None = None
    slippage_basis_points: Money | None = None
    decision_slippage: Money | None = None
    decision_slippage_basis_points: Money | None = None
    seconds_to_fill: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    order_type: OrderType | None = None
    limit_price: Price | None = None
    time_in_force: TimeInForce | None = None


class ExecutionSkip(Frozen):
    """A line, or the rest of one, that was not sent, and why."""

    line_id: str
    symbol: Symbol
    side: Side
    quantity: Quantity
    reason: str


class ExecutionResult(Record):
    """Orders, fills and skips of one plan, and the one outcome computed from them (R-04)."""

    kind: ClassVar[str] = "execution_result"

    plan_id: str
    sequence: int = Field(ge=1)
    outcome: Outcome
    reason: str
    orders: tuple[OrderReport, ...]
    fills: tuple[Fill, ...]
    skips: tuple[ExecutionSkip, ...]
    bought: Money = Field(ge=0)
    sold: Money = Field(ge=0)

    @property
    def execution_cost(self) -> Money | None:
        """What trading cost beside the middle of the quotes, in dollars; None where no slippage is known."""
        known = [order.slippage for order in self.orders if order.slippage is not None]
        return sum(known, Decimal(0)) if known else None

    @property
    def execution_cost_basis_points(self) -> Money | None:
        """The same in hundredths of a percent of the value, at those middles, of what was filled."""
        cost = self.execution_cost
        value = sum(
            (
                order.filled_quantity * order.quoted_mid
                for order in self.orders
                if order.slippage is not None and order.quoted_mid is not None
            ),
            Decimal(0),
        )
        return None if cost is None or not value else cost / value * BASIS_POINTS
