"""Fills: the ledger beside the broker, both ways, and both beside the orders and the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from alchemiser_dagster.reconciliation.evidence import Evidence, total_by
from alchemiser_dagster.reconciliation.findings import Finding
from alchemiser_dagster.reconciliation.wording import fill_in_words, number
from alchemiser_dagster.records.order import Fill
from alchemiser_dagster.records.reconciliation import BreakKind, Severity

_NONE: Final = "no such fill"
_AGAIN: Final = "Reconcile again in some minutes; if it stays, compare with the broker's statement of the day"
_FOREIGN: Final = "Keep the account for this system alone; the next plan starts from what is really held"


def find_fill_breaks(evidence: Evidence) -> Iterator[Finding]:
    """Yield what differs between the ledger's fills and the broker's."""
    for fill in evidence.unlisted_fills:
        yield _difference(BreakKind.MISSING_FILL, fill, fill_in_words(fill), _NONE)
    for fill in evidence.own_fills:
        booked = evidence.booked_fills.get(fill.fill_id)
        if booked is None:
            yield _difference(BreakKind.UNKNOWN_FILL, fill, _NONE, fill_in_words(fill))
        elif _terms(booked) != _terms(fill):
            yield _difference(BreakKind.FILL_DETAIL, fill, fill_in_words(booked), fill_in_words(fill))
    yield from _fills_of_nobody(evidence)
    yield from _unaccounted_shares(evidence)


def _fills_of_nobody(evidence: Evidence) -> Iterator[Finding]:
    known = {order.broker_order_id for order in evidence.broker_orders.values()}
    for fill in evidence.foreign_fills:
        if fill.broker_order_id not in known:
            yield Finding(
                kind=BreakKind.UNKNOWN_FILL,
                severity=Severity.WARNING,
                subject=fill.fill_id,
                symbol=fill.symbol,
                expected=_NONE,
                actual=fill_in_words(fill),
                message=f"fill {fill.fill_id} is of a foreign order from before the session",
                remedy=_FOREIGN,
            )


def _unaccounted_shares(evidence: Evidence) -> Iterator[Finding]:
    all_known = {**evidence.booked_fills, **evidence.broker_fills}
    filled = total_by(all_known.values(), _client_order_id)
    for booked in evidence.books.ledger_orders:
        reported = evidence.broker_orders.get(booked.client_order_id)
        known = filled.get(booked.client_order_id, Decimal(0))
        if reported and known < reported.filled_quantity:
            yield Finding(
                kind=BreakKind.MISSING_FILL,
                severity=Severity.CRITICAL,
                subject=booked.client_order_id,
                symbol=booked.symbol,
                expected=f"fills of {number(reported.filled_quantity)} shares",
                actual=f"fills of {number(known)} shares",
                message=f"order {booked.client_order_id} is filled further than its fills add up to",
                remedy=_AGAIN,
            )


def find_overfills(evidence: Evidence) -> Iterator[Finding]:
    """Yield the plan's lines, and the orders of other plans, that filled beyond what was asked for (R-27)."""
    fills = tuple(fill for fill in evidence.own_fills if fill.client_order_id in evidence.booked_orders)
    line_of = {name: order.line_id for name, order in evidence.booked_orders.items()}
    by_line = total_by(fills, lambda fill: line_of[fill.client_order_id])
    by_order = total_by(fills, _client_order_id)
    flagged = set()
    for line in evidence.books.plan.lines if evidence.books.plan else ():
        if by_line.get(line.line_id, Decimal(0)) > line.quantity:
            flagged.add(line.line_id)
            yield _overfill(line.line_id, line.symbol, line.quantity, by_line)
    for name, order in evidence.booked_orders.items():
        if order.line_id not in flagged and by_order.get(name, Decimal(0)) > order.quantity:
            yield _overfill(name, order.symbol, order.quantity, by_order)


def _overfill(subject: str, symbol: str, asked: Decimal, filled: Mapping[str, Decimal]) -> Finding:
    return Finding(
        kind=BreakKind.OVERFILL,
        severity=Severity.CRITICAL,
        subject=subject,
        symbol=symbol,
        expected=f"at most {number(asked)} shares",
        actual=f"{number(filled[subject])} shares",
        message=f"more of {symbol} was filled than {subject} asked for",
        remedy="Stop trading the symbol and compare each fill with the broker's statement of the day",
    )


def _difference(kind: BreakKind, fill: Fill, expected: str, actual: str) -> Finding:
    messages = {
        BreakKind.MISSING_FILL: "is in the ledger, but the broker does not list it",
        BreakKind.UNKNOWN_FILL: "of our order is listed by the broker, but not in the ledger",
        BreakKind.FILL_DETAIL: "has other terms in the ledger than at the broker",
    }
    return Finding(
        kind=kind,
        severity=Severity.CRITICAL,
        subject=fill.fill_id,
        symbol=fill.symbol,
        expected=expected,
        actual=actual,
        message=f"fill {fill.fill_id} {messages[kind]}",
        remedy=_AGAIN,
    )


def _client_order_id(fill: Fill) -> str:
    return fill.client_order_id


def _terms(fill: Fill) -> tuple[str, str, str, Decimal, Decimal]:
    return (fill.client_order_id, fill.symbol, fill.side, fill.quantity, fill.price)
