"""A break that is unexplained, and of no single symbol, stops all trading until a person resumes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.records.halt import HaltChange, HaltLevel
from alchemiser_dagster.records.reconciliation import Break, ReconciliationReport

BY: Final = "unexplained break"


def trip_halt(
    connection: Connection, database: Database, report: ReconciliationReport, new: Iterable[Break]
) -> None:
    """Halt trading for each new break that halts: the same break trips once, a new one trips again."""
    for found in new:
        if found.halts:
            HaltBook(database).change(_halt(found, report), connection)


def _halt(found: Break, report: ReconciliationReport) -> HaltChange:
    envelope = report.envelope.model_copy(
        update={
            "record_id": derived_id("halt", found.break_id),
            "causation_id": report.envelope.record_id,
        }
    )
    return HaltChange(
        envelope=envelope,
        session=report.session,
        level=HaltLevel.HALT,
        by=BY,
        reason=found.message,
        is_tripped=True,
    )
