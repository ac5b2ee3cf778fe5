"""A line and its orders, one after the other: what is filled, what is left to try."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.plan import PlanLine

WORTH_ANOTHER_TRY = frozenset({OrderState.CANCELED, OrderState.EXPIRED})


@dataclass(frozen=True)
class LineChain:
    """A line of the plan with its orders by attempt.

    No attempt is larger than what the one before left unfilled, so fills never exceed the plan (R-27).
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
    def unsent(self) -> Decimal:
        """Shares of the line that no attempt asked for, where an earlier one left them."""
        expected = (self.line.quantity, *(order.unfilled for order in self.orders))
        gaps = (left - order.quantity for left, order in zip(expected, self.orders, strict=False))
        return sum(gaps, Decimal(0)) if self.orders else self.line.quantity

    def left_to_try(self, max_attempts: int) -> Decimal:
        """Return what the next attempt may ask for: nothing where the last one is alive, full or refused."""
        if not self.orders:
            return self.line.quantity
        last = self.orders[-1]
        may_try = last.state in WORTH_ANOTHER_TRY and last.attempt < max_attempts
        return last.unfilled if may_try else Decimal(0)


def chains_of(lines: Iterable[PlanLine], orders: Iterable[LedgerOrder]) -> tuple[LineChain, ...]:
    """Return each line with its orders by attempt, in the order of the lines."""
    by_line: dict[str, list[LedgerOrder]] = {}
    for order in sorted(orders, key=lambda order: order.attempt):
        by_line.setdefault(order.line_id, []).append(order)
    return tuple(LineChain(line, tuple(by_line.get(line.line_id, ()))) for line in lines)
