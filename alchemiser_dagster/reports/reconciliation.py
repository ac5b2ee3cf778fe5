"""Tables of a reconciliation: the books beside the broker, what was adopted and posted, kept breaks."""

from __future__ import annotations

from collections.abc import Sequence

from alchemiser_dagster.ledger.break_book import KeptBreak
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.reports.table import Table, money, price, shares

SHOWN_DIGITS = 8


def books_table(report: ReconciliationReport) -> Table:
    """Show what our books say is held beside what the broker says, in shares and in dollars."""
    rows = tuple(
        (line.symbol, shares(line.expected), shares(line.actual), shares(line.actual - line.expected))
        for line in report.books
    )
    cash = report.expected_cash, report.actual_cash, report.actual_cash - report.expected_cash
    return Table(
        "Books beside the broker",
        ("symbol", "books", "broker", "difference"),
        (*rows, ("cash", *map(money, cash))),
        frozenset({1, 2, 3}),
    )


def adopted_table(report: ReconciliationReport) -> Table:
    """Show the fills that became known late."""
    rows = tuple(
        (fill.side, fill.symbol, shares(fill.quantity), price(fill.price), f"{fill.filled_at:%Y-%m-%d %H:%M}")
        for fill in report.adopted
    )
    return Table(
        "Late fills, adopted", ("side", "symbol", "filled", "price", "when (UTC)"), rows, frozenset({2, 3})
    )


def postings_table(report: ReconciliationReport) -> Table:
    """Show what was posted to the books."""
    rows = tuple(
        (entry.kind, entry.symbol or "–", shares(entry.quantity), money(entry.amount), entry.description)
        for entry in report.posted
    )
    return Table(
        "Posted to the books", ("why", "symbol", "shares", "dollars", "what"), rows, frozenset({2, 3})
    )


def breaks_table(kept: Sequence[KeptBreak]) -> Table:
    """Show breaks with what became of them."""
    rows = tuple(
        (
            one.break_id[:SHOWN_DIGITS],
            str(one.session),
            one.severity,
            one.kind,
            one.symbol or "–",
            one.message,
            _state(one),
            one.remedy,
        )
        for one in kept
    )
    return Table(
        "Breaks",
        ("id", "session", "severity", "break", "symbol", "what", "state", "what to do"),
        rows,
    )


def _state(kept: KeptBreak) -> str:
    if kept.resolved_at is None:
        return kept.state
    return f"{kept.state} {kept.resolved_at:%Y-%m-%d} by {kept.resolved_by}: {kept.reason}"
