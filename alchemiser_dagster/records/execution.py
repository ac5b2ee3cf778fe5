"""What became of a plan."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from alchemiser_dagster.records.envelope import Frozen, Record
from alchemiser_dagster.records.order import Fill, OrderState
from alchemiser_dagster.records.values import Money, Outcome, Price, Quantity, Side, Symbol


class OrderReport(Frozen):
    """One order of the plan at the end of the run, as the broker confirmed it."""

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
