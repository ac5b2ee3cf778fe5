"""A line and its orders, one after the other: what is filled, what is left to try."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.plan import PlanLine

WORTH_ANOTHER_TRY = frozenset({OrderState.CANCELED, OrderState.EXPIRED, OrderState.FILLED})


@dataclass(frozen=True)
class LineChain:
    """A line of the plan with its orders by attempt.

    No attempt begins before every other one has ended, or gives its place to it; none asks for more than the
    line less what is confirmed, so fills never exceed the plan (R-27).
    """

    line: PlanLine
    orders: tuple[LedgerOrder, ...]

    @property
    def filled(self) -> Decimal:
        """Shares that the broker confirmed."""
        return sum((order.filled_quantity for order in self.orders), Decimal(0))

    @property
    def missing(self) -> Decimal:
        """Shares of the line that are not confirmed."""
        return self.line.quantity - self.filled

    @property
    def missing_value(self) -> Decimal:
        """What is not confirmed, at the line's reference price."""
        return self.missing * self.line.reference_price

    @property
    def live(self) -> tuple[LedgerOrder, ...]:
        """Orders to which something can still happen."""
        return tuple(order for order in self.orders if not order.state.is_terminal)

    @property
    def next_attempt(self) -> int:
        """The number of the order to come."""
        return len(self.orders) + 1

    def left_to_try(self, max_attempts: int) -> Decimal:
        """Return what the next attempt may ask for: 0 where one is alive or the last was refused."""
        if self.live or len(self.orders) >= max_attempts:
            return Decimal(0)
        return self.missing if not self.orders or _is_worth_another(self.orders[-1]) else Decimal(0)

    def not_asked_for(self, max_attempts: int) -> Decimal:
        """Return the shares that no order stands for any more: those that the last one left to others."""
        if not self.orders or self.left_to_try(max_attempts):
            return self.missing
        return max(self.missing - self.orders[-1].unfilled, Decimal(0))


def chains_of(lines: Iterable[PlanLine], orders: Iterable[LedgerOrder]) -> tuple[LineChain, ...]:
    """Return each line with its orders by attempt, in the order of the lines."""
    by_line: dict[str, list[LedgerOrder]] = {}
    for order in sorted(orders, key=lambda order: order.attempt):
        by_line.setdefault(order.line_id, []).append(order)
    return tuple(LineChain(line, tuple(by_line.get(line.line_id, ()))) for line in lines)


def _is_worth_another(last: LedgerOrder) -> bool:
    """Whether what is left may be tried again; a replacement that is refused says nothing of the line."""
    return last.state in WORTH_ANOTHER_TRY or (
        last.state is OrderState.REJECTED and last.replaces is not None
    )
