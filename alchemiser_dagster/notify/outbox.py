"""Which notices there are, and which deliveries are still owed: the table `notices`.

A notice is one row under its key; `sent_at` is set when every sink has it. A delivery that is owed is a row
of its own, under the key, a slash and the sink's name, whose body says why it failed; it is gone once the
sink has the notice. Whoever makes a delivery claims it first, by noting in the row's `sent_at` when; a claim
that is two minutes old was made by a process that died, and may be taken over.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, desc, insert, or_, select, update

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.tables import notices
from alchemiser_dagster.notify.notice import Notice, NoticeLevel

SLASH = "/"
NOT_TRIED = "not tried yet"
CLAIM_LASTS = timedelta(minutes=2)


class Outbox:
    """The notices kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register(self, notice: Notice, sinks: Iterable[str]) -> bool:
        """Keep the notice and owe it to each sink; return False where its key is there already (R-19)."""
        with self._database.transaction() as connection:
            if _is_kept(connection, notice.key):
                return False
            _keep(connection, notice.key, notice, notice.body)
            for sink in sinks:
                _keep(connection, _delivery(notice, sink), notice, NOT_TRIED)
        return True

    def claim(self, notice: Notice, sink: str, at: datetime) -> bool:
        """Claim the delivery; return False where it is not owed, or somebody else is making it."""
        free = or_(notices.c.sent_at.is_(None), notices.c.sent_at <= at - CLAIM_LASTS)
        claimed = update(notices).where(notices.c.notice_key == _delivery(notice, sink), free)
        with self._database.transaction() as connection:
            return bool(connection.execute(claimed.values(sent_at=at)).rowcount)

    def delivered(self, notice: Notice, sink: str) -> None:
        """Note that the sink has the notice."""
        with self._database.transaction() as connection:
            connection.execute(delete(notices).where(notices.c.notice_key == _delivery(notice, sink)))

    def failed(self, notice: Notice, sink: str, reason: str) -> None:
        """Give the claim back and note why the delivery failed."""
        row = update(notices).where(notices.c.notice_key == _delivery(notice, sink))
        with self._database.transaction() as connection:
            connection.execute(row.values(sent_at=None, body=reason))

    def settle(self, notice: Notice, sinks: Iterable[str], at: datetime) -> None:
        """Note when the notice was sent, if no sink is owed it; a sink that is no more is owed nothing."""
        present = {_delivery(notice, sink) for sink in sinks}
        with self._database.transaction() as connection:
            owed = set(connection.execute(select(notices.c.notice_key).where(_is_owed(notice))).scalars())
            connection.execute(delete(notices).where(notices.c.notice_key.in_(owed - present)))
            if not owed & present:
                unsent = (notices.c.notice_key == notice.key) & notices.c.sent_at.is_(None)
                connection.execute(update(notices).where(unsent).values(sent_at=at))

    def unsent(self) -> tuple[Notice, ...]:
        """Return the notices that some sink does not have, oldest first."""
        statement = (
            select(notices)
            .where(notices.c.sent_at.is_(None), ~notices.c.notice_key.contains(SLASH))
            .order_by(notices.c.created_at, notices.c.notice_key)
        )
        with self._database.reading() as connection:
            return tuple(_notice(row) for row in connection.execute(statement).mappings())

    def troubles(self, most: int) -> tuple[Notice, ...]:
        """Return the notices of runs that did not end well, newest first."""
        statement = (
            select(notices)
            .where(notices.c.level != NoticeLevel.INFO.value, ~notices.c.notice_key.contains(SLASH))
            .order_by(desc(notices.c.created_at), notices.c.notice_key)
            .limit(most)
        )
        with self._database.reading() as connection:
            return tuple(_notice(row) for row in connection.execute(statement).mappings())

    def failures(self, notice: Notice) -> dict[str, str]:
        """Return why each owed delivery of the notice failed, by the sink's name."""
        statement = select(notices.c.notice_key, notices.c.body).where(_is_owed(notice))
        with self._database.reading() as connection:
            return {key.partition(SLASH)[2]: body for key, body in connection.execute(statement)}


def _delivery(notice: Notice, sink: str) -> str:
    return f"{notice.key}{SLASH}{sink}"


def _is_owed(notice: Notice) -> ColumnElement[bool]:
    return notices.c.notice_key.startswith(notice.key + SLASH, autoescape=True)


def _is_kept(connection: Connection, key: str) -> bool:
    found = connection.execute(select(notices.c.notice_key).where(notices.c.notice_key == key))
    return found.one_or_none() is not None


def _keep(connection: Connection, row_key: str, notice: Notice, body: str) -> None:
    is_notice = row_key == notice.key
    connection.execute(
        insert(notices).values(
            notice_key=row_key,
            correlation_id=notice.correlation_id,
            level=notice.level.value,
            title=notice.title,
            body=body,
            created_at=notice.created_at,
            session=notice.session,
            picture=notice.picture if is_notice else None,
        )
    )


def _notice(row: RowMapping) -> Notice:
    return Notice(
        key=row["notice_key"],
        level=NoticeLevel(row["level"]),
        title=row["title"],
        body=row["body"],
        correlation_id=row["correlation_id"],
        created_at=row["created_at"],
        session=row["session"],
        picture=row["picture"],
    )
