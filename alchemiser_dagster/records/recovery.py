"""What happened in a run that failed or vanished, what was settled, and whether the rest may be traded."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from alchemiser_dagster.records.envelope import Frozen, Record
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.values import Money, Quantity, Side, Symbol


class RecoveredOrder(Frozen):
    """An order of ours as the broker tells of it now; unknown where the broker has no such order so far."""

    client_order_id: str
    symbol: Symbol
    side: Side
    quantity: Quantity
    filled_quantity: Quantity
    state: OrderState


class RecoveryReport(Record):
    """What recovery found, settled and left; it is the same however often recovery was interrupted.

    Parameters
    ----------
    failed_run_id
        The run that is recovered from.
    found
        What happened, in plain sentences.
    orders
        The orders of the plan that was begun last, and all others that could not be brought to an end.
    adopted_fills
        Fills of these orders that the books hold now.
    plan_id
        The plan that is open; None where none is.
    lines_remaining, value_remaining
        Lines of the plan that may still be sent, and what they lack at their reference prices, in dollars.
    hindrances
        Why the rest may not be traded now, each in words; none where it may.
    next_action
        What follows, or what the person can do.
    """

    kind: ClassVar[str] = "recovery_report"

    failed_run_id: str = Field(min_length=1)
    found: tuple[str, ...]
    orders: tuple[RecoveredOrder, ...]
    adopted_fills: int = Field(ge=0)
    plan_id: str | None
    lines_remaining: int = Field(ge=0)
    value_remaining: Money = Field(ge=0)
    hindrances: tuple[str, ...]
    next_action: str

    @property
    def can_resume(self) -> bool:
        """Whether the rest of the plan may be traded now."""
        return not self.hindrances

    @property
    def unsettled(self) -> tuple[RecoveredOrder, ...]:
        """The orders that were not brought to an end."""
        return tuple(order for order in self.orders if not order.state.is_terminal)

    @property
    def is_settled(self) -> bool:
        """Whether nothing can happen to any order of ours any more."""
        return not self.unsettled

    @property
    def was_needed(self) -> bool:
        """Whether there was anything to recover: a plan that is open, or an order without an end."""
        return self.plan_id is not None or not self.is_settled


class Resumption(Record):
    """The one claim to trade the rest of a plan after a recovery; its cause is the run of that recovery."""

    kind: ClassVar[str] = "resumption"

    plan_id: str = Field(min_length=1)
