"""What happened beside the runs: halts, breaks, recoveries, failures that go on, notices that are owed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from alchemiser_dagster.ledger.break_book import BreakState
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.ledger.tables import breaks, incidents, notices
from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.records.reconciliation import Severity
from alchemiser_dagster.records.recovery import RecoveryReport

OF_ONE_SERVICE = "/"
"""Stands in the key of a row that says what one service is owed, and in no notice's own."""


class Happenings(Frozen):
    """What happened, and what of it is still so.

    Parameters
    ----------
    halts, tripped
        How often trading was held back, and how often of that by the system itself.
    halt
        What may be ordered now.
    breaks, breaks_open
        Differences between books and broker that were found, and that lock or halt something now; notes are
        none.
    recoveries
        Recoveries that had something to recover.
    notices_owed
        Notices that some service does not have, of any account of this ledger.
    incidents_open
        Failures that were seen and have not been seen to be over.
    """

    halts: int
    tripped: int
    halt: HaltLevel
    breaks: int
    breaks_open: int
    recoveries: int
    notices_owed: int
    incidents_open: int


def read_happenings(database: Database, account: str, since: datetime | None = None) -> Happenings:
    """Return what happened to the account since an instant, or ever, and what is so now."""
    changes = [one for one in HaltBook(database).history(account) if one.level is not HaltLevel.NONE]
    halts = [one for one in changes if since is None or one.envelope.created_at >= since]
    with database.reading() as connection:
        found, still_open = _breaks(connection, account, since)
        owed, going_on = _count(connection, _owed()), _count(connection, _incidents(account))
    return Happenings(
        halts=len(halts),
        tripped=sum(one.is_tripped for one in halts),
        halt=HaltBook(database).level(account),
        breaks=found,
        breaks_open=still_open,
        recoveries=sum(report.was_needed for report in _recoveries(database, account, since)),
        notices_owed=owed,
        incidents_open=going_on,
    )


def _breaks(connection: Connection, account: str, since: datetime | None) -> tuple[int, int]:
    real = select(func.count()).where(breaks.c.account == account, breaks.c.severity != Severity.NOTE.value)
    found = real if since is None else real.where(breaks.c.first_seen_at >= since)
    still_open = real.where(breaks.c.state == BreakState.OPEN.value)
    return _count(connection, found), _count(connection, still_open)


def _owed() -> Select[Any]:
    own = ~notices.c.notice_key.contains(OF_ONE_SERVICE)
    return select(func.count()).where(notices.c.sent_at.is_(None), own)


def _incidents(account: str) -> Select[Any]:
    return select(func.count()).where(incidents.c.account == account, incidents.c.closed_at.is_(None))


def _count(connection: Connection, statement: Select[Any]) -> int:
    return int(connection.execute(statement).scalar_one())


def _recoveries(database: Database, account: str, since: datetime | None) -> Iterator[RecoveryReport]:
    for report in Journal(database).newest_first(RecoveryReport, RecordQuery(account=account)):
        if since is not None and report.envelope.created_at < since:
            return
        yield report
