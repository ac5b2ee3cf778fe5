"""Orders: the ledger beside the broker, both ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from alchemiser_dagster.reconciliation.books import BookedOrder
from alchemiser_dagster.reconciliation.evidence import Evidence
from alchemiser_dagster.reconciliation.findings import Finding
from alchemiser_dagster.reconciliation.wording import order_in_words
from alchemiser_dagster.records.order import BrokerOrder, OrderState
from alchemiser_dagster.records.reconciliation import BreakKind, Severity

_UNRESOLVED: Final = frozenset({OrderState.INTENDED, OrderState.SENT, OrderState.UNKNOWN})
_NONE: Final = "no such order"
_SETTLE: Final = "Run the session again: an open execution is taken up and its orders are settled first"


def find_order_breaks(evidence: Evidence) -> Iterator[Finding]:
    """Yield what differs between the ledger's orders and the broker's."""
    for booked in evidence.booked_orders.values():
        reported = evidence.reported_orders.get(booked.client_order_id)
        finding = _awaited(evidence, booked, reported) or _compare(booked, reported)
        if finding:
            yield finding
    for reported in evidence.broker_orders.values():
        if reported.client_order_id not in evidence.booked_orders:
            is_own = evidence.is_own_id(reported.client_order_id)
            yield from _unbooked(evidence, reported) if is_own else _foreign(reported)


def _compare(booked: BookedOrder, reported: BrokerOrder | None) -> Finding | None:
    if booked.state in _UNRESOLVED:
        return _unresolved(booked, reported)
    if reported is None:
        return _missing(booked) if booked.may_exist else None
    if _is_different(booked, reported):
        return _different(booked, reported)
    return None if booked.state.is_terminal else _still_open(booked, reported)


def _is_different(booked: BookedOrder, reported: BrokerOrder) -> bool:
    return booked.state is not reported.state or _is_grave(booked, reported)


def _is_grave(booked: BookedOrder, reported: BrokerOrder) -> bool:
    facts = (booked.symbol, booked.side, booked.quantity, booked.filled_quantity)
    if facts != (reported.symbol, reported.side, reported.quantity, reported.filled_quantity):
        return True
    if booked.broker_order_id not in {None, reported.broker_order_id}:
        return True
    return booked.state.is_terminal != reported.state.is_terminal


def _awaited(evidence: Evidence, booked: BookedOrder, reported: BrokerOrder | None) -> Finding | None:
    """Return the break of an order that the broker does not have while its plan is open.

    It locks no symbol: whoever takes the plan up asks for it again, and sends the very same order.
    """
    if reported is not None or booked.state not in _UNRESOLVED or not _is_of_open_plan(evidence, booked):
        return None
    return Finding(
        kind=BreakKind.UNRESOLVED_ORDER,
        severity=Severity.WARNING,
        subject=booked.client_order_id,
        symbol=None,
        expected="a known fate",
        actual=f"ledger: {order_in_words(booked)}; broker: {_NONE}",
        message=f"the broker has no order {booked.client_order_id} so far, and its plan is open",
        remedy=_SETTLE,
        cause="the run ended before the broker had it",
    )


def _is_of_open_plan(evidence: Evidence, booked: BookedOrder) -> bool:
    plan, result = evidence.books.plan, evidence.books.result
    if plan is None or (result is not None and result.plan_id == plan.plan_id):
        return False
    return any(line.line_id == booked.line_id for line in plan.lines)


def _unresolved(booked: BookedOrder, reported: BrokerOrder | None) -> Finding:
    return Finding(
        kind=BreakKind.UNRESOLVED_ORDER,
        severity=Severity.CRITICAL,
        subject=booked.client_order_id,
        symbol=booked.symbol,
        expected="a known fate",
        actual=f"ledger: {order_in_words(booked)}; broker: {order_in_words(reported) if reported else _NONE}",
        message=f"nobody recorded what became of order {booked.client_order_id}",
        remedy=_SETTLE,
    )


def _missing(booked: BookedOrder) -> Finding:
    return Finding(
        kind=BreakKind.MISSING_ORDER,
        severity=Severity.CRITICAL,
        subject=booked.client_order_id,
        symbol=booked.symbol,
        expected=order_in_words(booked),
        actual=_NONE,
        message=f"the broker does not know order {booked.client_order_id} of the ledger",
        remedy="Look for the order at the broker by its client order id, in the right account",
    )


def _different(booked: BookedOrder, reported: BrokerOrder) -> Finding:
    return Finding(
        kind=BreakKind.ORDER_STATE,
        severity=Severity.CRITICAL if _is_grave(booked, reported) else Severity.WARNING,
        subject=booked.client_order_id,
        symbol=booked.symbol,
        expected=f"{order_in_words(booked)}, broker id {booked.broker_order_id or 'not recorded'}",
        actual=f"{order_in_words(reported)}, broker id {reported.broker_order_id}",
        message=f"ledger and broker tell different stories of order {booked.client_order_id}",
        remedy="Reconcile again after the order has ended; if it stays, trust the broker and find out why",
        cause=None if _is_grave(booked, reported) else "the two name one and the same end differently",
    )


def _still_open(booked: BookedOrder, reported: BrokerOrder) -> Finding:
    return Finding(
        kind=BreakKind.UNRESOLVED_ORDER,
        severity=Severity.WARNING,
        subject=booked.client_order_id,
        symbol=booked.symbol,
        expected="an order that has ended",
        actual=order_in_words(reported),
        message=f"our order {booked.client_order_id} can still fill",
        remedy="Reconcile again after the close, or cancel it at the broker",
        cause="the run that sent it ended before the order did",
    )


def _unbooked(evidence: Evidence, reported: BrokerOrder) -> Iterator[Finding]:
    is_new = reported.submitted_at >= evidence.facts.since
    age = "the ledger does not know it" if is_new else "it is left from an earlier session"
    yield Finding(
        kind=BreakKind.UNRESOLVED_ORDER,
        severity=Severity.CRITICAL,
        subject=reported.client_order_id,
        symbol=reported.symbol,
        expected=_NONE,
        actual=order_in_words(reported),
        message=f"order {reported.client_order_id} has an id of ours, but {age}",
        remedy="Check that no other ledger trades this account; cancel the order at the broker if it is open",
    )


def _foreign(reported: BrokerOrder) -> Iterator[Finding]:
    """Yield the order where it is open or ended without a trade; its trades are named as what they are."""
    is_open = not reported.state.is_terminal
    if not is_open and reported.filled_quantity:
        return
    yield Finding(
        kind=BreakKind.FOREIGN_ORDER,
        severity=Severity.WARNING if is_open else Severity.NOTE,
        subject=reported.broker_order_id,
        symbol=reported.symbol,
        expected=_NONE,
        actual=order_in_words(reported),
        message=f"order {reported.client_order_id} is not ours: somebody else trades in this account",
        remedy="Cancel it at the broker, or wait until it has ended; keep the account for this system alone"
        if is_open
        else "Nothing: it ended without a trade",
        cause="an order that somebody else placed",
    )
