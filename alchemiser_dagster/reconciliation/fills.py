"""Fills: those that both sides know, beside each other, and all of an order beside what it asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from alchemiser_dagster.reconciliation.evidence import Evidence, total_by
from alchemiser_dagster.reconciliation.findings import Finding
from alchemiser_dagster.reconciliation.wording import fill_in_words, number
from alchemiser_dagster.records.order import Fill
from alchemiser_dagster.records.reconciliation import BreakKind, Severity

_STOP: Final = "Stop trading the symbol and compare each fill with the broker's statement of the day"


def find_fill_breaks(evidence: Evidence) -> Iterator[Finding]:
    """Yield the fills of which the ledger tells other terms than the broker."""
    for fill in evidence.own_fills:
        booked = evidence.booked_fills.get(fill.fill_id)
        if booked is not None and _terms(booked) != _terms(fill):
            yield _other_terms(booked, fill)


def find_overfills(evidence: Evidence) -> Iterator[Finding]:
    """Yield the plan's lines, and the orders of other plans, that filled beyond what was asked for (R-27)."""
    line_of = {name: order.line_id for name, order in evidence.booked_orders.items()}
    by_line = total_by(evidence.own_fills, lambda fill: line_of[fill.client_order_id])
    by_order = total_by(evidence.own_fills, lambda fill: fill.client_order_id)
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
        remedy=_STOP,
    )


def _other_terms(booked: Fill, fill: Fill) -> Finding:
    return Finding(
        kind=BreakKind.FILL_DETAIL,
        severity=Severity.CRITICAL,
        subject=fill.fill_id,
        symbol=fill.symbol,
        expected=fill_in_words(booked),
        actual=fill_in_words(fill),
        message=f"fill {fill.fill_id} has other terms in the ledger than at the broker",
        remedy=_STOP,
    )


def _terms(fill: Fill) -> tuple[str, str, str, Decimal, Decimal]:
    return (fill.client_order_id, fill.symbol, fill.side, fill.quantity, fill.price)
