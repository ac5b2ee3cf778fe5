"""What a comparison found, and how many rows it left, for tests."""

from __future__ import annotations

from sqlalchemy import func, select
from support.books_bench import BooksBench

from alchemiser_dagster.ledger import tables
from alchemiser_dagster.records.reconciliation import BreakKind, ReconciliationReport

KEPT = ("journal", "postings", "breaks", "fills", "orders", "order_events", "lots", "corporate_actions")


def kinds(report: ReconciliationReport) -> list[BreakKind]:
    return [found.kind for found in report.breaks]


def rows(books: BooksBench) -> dict[str, int]:
    with books.database.reading() as connection:
        return {
            name: connection.execute(
                select(func.count()).select_from(tables.metadata.tables[name])
            ).scalar_one()
            for name in KEPT
        }
