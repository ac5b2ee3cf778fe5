"""What became known late: fills of our orders that the ledger lacks, and orders that went on without it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from alchemiser_dagster.ledger.order_states import may_be_adopted
from alchemiser_dagster.reconciliation.books import BookedOrder, Books
from alchemiser_dagster.reconciliation.evidence import Evidence, total_by
from alchemiser_dagster.reconciliation.findings import Finding
from alchemiser_dagster.reconciliation.wording import number, order_in_words
from alchemiser_dagster.records.order import BrokerOrder, Fill
from alchemiser_dagster.records.reconciliation import BreakKind, Severity

_NOTHING: Final = "Nothing: it is in the ledger now, with its lots"


@dataclass(frozen=True)
class Adoption:
    """Fills to keep, and the broker's reports of orders to believe."""

    fills: tuple[Fill, ...]
    orders: tuple[BrokerOrder, ...]

    def applied_to(self, books: Books) -> Books:
        """Return the books as they are once it is adopted."""
        reports = {report.client_order_id: report for report in self.orders}
        return replace(
            books,
            ledger_fills=(*books.ledger_fills, *self.fills),
            ledger_orders=tuple(
                _as_reported(order, reports.get(order.client_order_id)) for order in books.ledger_orders
            ),
        )


def find_late(evidence: Evidence) -> Adoption:
    """Return what the ledger can adopt: no fill that goes beyond what its order asked for (R-27)."""
    orders = (
        reported
        for booked in evidence.booked_orders.values()
        if (reported := evidence.reported_orders.get(booked.client_order_id)) and _is_behind(booked, reported)
    )
    return Adoption(tuple(_late_fills(evidence)), tuple(orders))


def adoption_findings(evidence: Evidence, adoption: Adoption) -> Iterator[Finding]:
    """Yield a note for each order of which something is adopted."""
    late: dict[str, list[Fill]] = defaultdict(list)
    for fill in adoption.fills:
        late[fill.client_order_id].append(fill)
    for name, fills in late.items():
        yield _late(evidence.booked_orders[name], fills)
    for reported in adoption.orders:
        if reported.client_order_id not in late:
            yield _went_on(evidence.booked_orders[reported.client_order_id], reported)


def has_own_terms(fill: Fill, order: BookedOrder) -> bool:
    """Return whether the fill is of the symbol and on the side of its order."""
    return (fill.symbol, fill.side) == (order.symbol, order.side)


def _late_fills(evidence: Evidence) -> Iterator[Fill]:
    filled = defaultdict(Decimal, total_by(evidence.booked_fills.values(), lambda fill: fill.client_order_id))
    for fill in sorted(evidence.own_fills, key=lambda one: (one.filled_at, one.fill_id)):
        order = evidence.booked_orders[fill.client_order_id]
        total = filled[order.client_order_id] + fill.quantity
        if fill.fill_id in evidence.booked_fills or not has_own_terms(fill, order) or total > order.quantity:
            continue
        filled[order.client_order_id] = total
        yield fill


def _is_behind(booked: BookedOrder, reported: BrokerOrder) -> bool:
    """Return whether the broker tells more of the same order than the ledger knows."""
    terms = (booked.symbol, booked.side, booked.quantity)
    if terms != (reported.symbol, reported.side, reported.quantity):
        return False
    if booked.broker_order_id not in {None, reported.broker_order_id}:
        return False
    if not may_be_adopted(booked.state, reported.state) or reported.filled_quantity > booked.quantity:
        return False
    if reported.filled_quantity != booked.filled_quantity:
        return reported.filled_quantity > booked.filled_quantity
    return reported.state.is_terminal and not booked.state.is_terminal


def _as_reported(order: BookedOrder, reported: BrokerOrder | None) -> BookedOrder:
    if reported is None:
        return order
    return order.model_copy(
        update={
            "state": reported.state,
            "filled_quantity": reported.filled_quantity,
            "broker_order_id": reported.broker_order_id,
        }
    )


def _late(order: BookedOrder, fills: list[Fill]) -> Finding:
    quantity = number(sum((fill.quantity for fill in fills), Decimal(0)))
    return Finding(
        kind=BreakKind.LATE_FILL,
        severity=Severity.NOTE,
        subject=",".join(sorted(fill.fill_id for fill in fills)),
        symbol=order.symbol,
        expected=order_in_words(order),
        actual=f"{len(fills)} more fills, together {order.side} {quantity}",
        message=f"order {order.client_order_id} had filled {quantity} {order.symbol} more than was known",
        remedy=_NOTHING,
        cause="the broker told of it late, or the run ended before it was written down",
    )


def _went_on(order: BookedOrder, reported: BrokerOrder) -> Finding:
    return Finding(
        kind=BreakKind.ORDER_STATE,
        severity=Severity.NOTE,
        subject=order.client_order_id,
        symbol=order.symbol,
        expected=order_in_words(order),
        actual=order_in_words(reported),
        message=f"order {order.client_order_id} went on without the ledger: it is {reported.state} now",
        remedy=_NOTHING,
        cause="the run ended before it was written down",
    )
