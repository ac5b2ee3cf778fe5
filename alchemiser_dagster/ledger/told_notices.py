"""What was told about a run, to be read: each notice, and to whom it is still owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.tables import notices

SLASH = "/"


@dataclass(frozen=True)
class OwedDelivery:
    """A channel that has not got a notice, and why."""

    channel: str
    reason: str


@dataclass(frozen=True)
class ToldNotice:
    """A notice and what became of it; `sent_at` is None while some channel is owed it."""

    key: str
    level: str
    title: str
    body: str
    session: date | None
    created_at: datetime
    sent_at: datetime | None
    owed: tuple[OwedDelivery, ...]


def notices_of(database: Database, correlation_id: str) -> tuple[ToldNotice, ...]:
    """Return the notices about a run and all that followed it, oldest first."""
    wanted = select(
        notices.c.notice_key,
        notices.c.level,
        notices.c.title,
        notices.c.body,
        notices.c.session,
        notices.c.created_at,
        notices.c.sent_at,
    ).where(notices.c.correlation_id == correlation_id)
    with database.reading() as connection:
        rows = connection.execute(wanted.order_by(notices.c.created_at, notices.c.notice_key)).all()
    owed: dict[str, list[OwedDelivery]] = {}
    for row in rows:
        key, slash, channel = row.notice_key.partition(SLASH)
        if slash:
            owed.setdefault(key, []).append(OwedDelivery(channel, row.body))
    return tuple(
        ToldNotice(
            key=row.notice_key,
            level=row.level,
            title=row.title,
            body=row.body,
            session=row.session,
            created_at=row.created_at,
            sent_at=row.sent_at,
            owed=tuple(owed.get(row.notice_key, ())),
        )
        for row in rows
        if SLASH not in row.notice_key
    )
