"""The halt that trips by itself after too many failed runs in a row."""

from __future__ import annotations

from datetime import datetime

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.run_ends import RunEnd, RunEnds
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.halt import HaltChange, HaltLevel

TRIPPED_BY = "risk.max_failed_runs"
BEGIN_ANEW = frozenset({HaltLevel.NONE, HaltLevel.FLATTEN})


def trip_after_failures(database: Database, account: str, limit: int, code_version: str) -> HaltChange | None:
    """Halt the account where so many runs failed in a row; return the halt, or None where nothing tripped.

    A person who resumes, or who has everything sold, begins the count anew. The halt's id follows from the
    account and the last failed run, so that the same failures trip it once (R-19).

    Parameters
    ----------
    limit
        How many runs may fail one after the other.
    code_version
        The code that runs now, for the envelope.
    """
    book = HaltBook(database)
    with database.transaction() as connection:
        failed = failures_in_a_row(database, account)
        if len(failed) < limit or book.level(account) is HaltLevel.HALT:
            return None
        halt = _halt(failed, code_version)
        book.change(halt, connection)
    return halt


def failures_in_a_row(database: Database, account: str) -> tuple[RunEnd, ...]:
    """Return the failed runs that count now, newest first."""
    return RunEnds(database).consecutive_failures(account, _counted_since(HaltBook(database), account))


def _counted_since(book: HaltBook, account: str) -> datetime | None:
    by_a_person = (change for change in book.history(account) if not change.is_tripped)
    return next(
        (change.envelope.created_at for change in by_a_person if change.level in BEGIN_ANEW),
        None,
    )


def _halt(failed: tuple[RunEnd, ...], code_version: str) -> HaltChange:
    last = failed[0]
    codes = ", ".join(end.code for end in reversed(failed))
    return HaltChange(
        envelope=Envelope(
            record_id=derived_id("trip", last.account, last.run_id),
            correlation_id=last.correlation_id,
            causation_id=last.run_id,
            run_id=last.run_id,
            account=last.account,
            source="tripping",
            created_at=last.at,
            code_version=code_version,
        ),
        session=last.session or last.at.date(),
        level=HaltLevel.HALT,
        by=TRIPPED_BY,
        reason=f"{len(failed)} trading runs failed one after the other ({codes})",
        is_tripped=True,
    )
