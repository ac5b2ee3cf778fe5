"""How much of a session's limits is used: computed from the orders that were let through."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from alchemiser_dagster.ledger.admissions import AdmittedOrder
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.records.values import Side, Symbol


@dataclass(frozen=True)
class SessionUse:
    """The orders of one account that were let through in one session."""

    admitted: tuple[AdmittedOrder, ...]

    def beside(self, order: LedgerOrder) -> SessionUse:
        """Return the use without the order itself: asking twice counts once."""
        others = (one for one in self.admitted if one.order.client_order_id != order.client_order_id)
        return SessionUse(tuple(others))

    def outside(self, plan_id: str) -> SessionUse:
        """Return the use of the session's other plans."""
        return SessionUse(tuple(one for one in self.admitted if one.order.plan_id != plan_id))

    def of_plan(self, plan_id: str) -> tuple[AdmittedOrder, ...]:
        """Return the orders of a plan."""
        return tuple(one for one in self.admitted if one.order.plan_id == plan_id)

    @property
    def any_alive(self) -> bool:
        """Whether an order can still be filled."""
        return any(not one.order.state.is_terminal for one in self.admitted)

    @property
    def orders(self) -> int:
        """How many orders were let through."""
        return len(self.admitted)

    @property
    def turnover(self) -> Decimal:
        """What was traded and can still be, bought and sold together, in dollars."""
        return sum((one.value for one in self.admitted), Decimal(0))

    def of_line(self, order: LedgerOrder) -> tuple[AdmittedOrder, ...]:
        """Return the other orders of the order's line."""
        return tuple(one for one in self.admitted if _line_of(one.order) == _line_of(order))

    def times_done(self, order: LedgerOrder) -> int:
        """Return how many other lines traded the symbol on the same side to their end, or still may."""
        lines: dict[tuple[str, str], list[LedgerOrder]] = {}
        for one in self.admitted:
            if (one.order.symbol, one.order.side) == (order.symbol, order.side):
                lines.setdefault(_line_of(one.order), []).append(one.order)
        lines.pop(_line_of(order), None)
        return sum(map(_is_done, lines.values()))

    def alive(self, symbol: Symbol, side: Side) -> tuple[AdmittedOrder, ...]:
        """Return the orders that can still be filled."""
        return tuple(
            one
            for one in self.admitted
            if (one.order.symbol, one.order.side) == (symbol, side) and not one.order.state.is_terminal
        )


def _line_of(order: LedgerOrder) -> tuple[str, str]:
    return (order.plan_id, order.line_id)


def _is_done(orders: list[LedgerOrder]) -> bool:
    if any(not order.state.is_terminal for order in orders):
        return True
    filled = sum((order.filled_quantity for order in orders), Decimal(0))
    return filled > 0 and filled >= max(order.quantity for order in orders)
