"""Breaks of fills that only one side knows, in words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from alchemiser_dagster.reconciliation.adoption import has_own_terms
from alchemiser_dagster.reconciliation.books import BookedOrder
from alchemiser_dagster.reconciliation.findings import ACCEPT, Finding
from alchemiser_dagster.reconciliation.wording import fill_in_words, number
from alchemiser_dagster.records.order import BrokerOrder, Fill
from alchemiser_dagster.records.reconciliation import BreakKind, Severity

_NONE: Final = "no such fill"
_AGAIN: Final = "Reconcile again in some minutes; if it stays, compare with the broker's statement of the day"
_STATEMENT: Final = f"Compare with the broker's statement of the day; {ACCEPT}"


def traded_by_hand(fills: Sequence[Fill]) -> Finding:
    """Return the break of an order that is not ours, and of which these fills are not in the books."""
    first, quantity = fills[0], _total(fills)
    return Finding(
        kind=BreakKind.MANUAL_TRADE,
        severity=Severity.WARNING,
        subject=first.broker_order_id,
        symbol=first.symbol,
        expected="no such trade",
        actual=f"{first.side} {number(quantity)} {first.symbol}",
        message=f"somebody else traded in this account: {first.side} {number(quantity)} {first.symbol}",
        remedy=f"Keep the account for this system alone; {ACCEPT}",
        cause=f"order {first.client_order_id or first.broker_order_id}, which is not ours",
    )


def unknown_fill(fills: Sequence[Fill]) -> Finding:
    """Return the break of an order with an id of ours that the ledger does not know."""
    first, quantity = fills[0], _total(fills)
    return Finding(
        kind=BreakKind.UNKNOWN_FILL,
        severity=Severity.CRITICAL,
        subject=first.broker_order_id,
        symbol=first.symbol,
        expected=_NONE,
        actual=f"{first.side} {number(quantity)} {first.symbol}",
        message=f"{number(quantity)} {first.symbol} filled for order {first.client_order_id}, which has an "
        "id of ours, but the ledger does not know it",
        remedy=f"Check that no other ledger trades this account; {ACCEPT}",
    )


def excess_fill(fill: Fill, order: BookedOrder) -> Finding:
    """Return the break of a fill of our order that can't be adopted."""
    is_of_it = has_own_terms(fill, order)
    why = (
        "goes beyond what the order asked for"
        if is_of_it
        else f"is not what the order is for: {order.symbol}"
    )
    return Finding(
        kind=BreakKind.OVERFILL if is_of_it else BreakKind.UNKNOWN_FILL,
        severity=Severity.CRITICAL,
        subject=fill.fill_id,
        symbol=fill.symbol,
        expected=_NONE,
        actual=fill_in_words(fill),
        message=f"fill {fill.fill_id} of our order {fill.client_order_id} {why}",
        remedy=_STATEMENT,
    )


def missing_fill(fill: Fill) -> Finding:
    """Return the break of a fill that the ledger has and the broker does not list."""
    return Finding(
        kind=BreakKind.MISSING_FILL,
        severity=Severity.WARNING,
        subject=fill.fill_id,
        symbol=fill.symbol,
        expected=fill_in_words(fill),
        actual=_NONE,
        message=f"fill {fill.fill_id} is in the ledger, but the broker does not list it",
        remedy=_AGAIN,
        cause="the broker's list lacks it, or the broker took the trade back",
    )


def filled_further(reported: BrokerOrder, gap: Decimal, *, is_booked: bool) -> Finding:
    """Return the break of an order whose fills add up to less than it says."""
    name = reported.client_order_id or reported.broker_order_id
    return Finding(
        kind=BreakKind.MISSING_FILL if is_booked else BreakKind.MANUAL_TRADE,
        severity=Severity.WARNING,
        subject=reported.broker_order_id,
        symbol=reported.symbol,
        expected=f"fills of {number(reported.filled_quantity)} shares",
        actual=f"fills of {number(reported.filled_quantity - gap)} shares",
        message=f"order {name} is filled further than its fills add up to",
        remedy=_AGAIN,
        cause="the broker's list of fills is behind",
    )


def _total(fills: Sequence[Fill]) -> Decimal:
    return sum((fill.quantity for fill in fills), Decimal(0))
