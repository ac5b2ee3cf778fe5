"""Which notices there are, and which deliveries are still owed: the table `notices`.

A notice is one row under its key; `sent_at` is set when every sink has it. A delivery that is owed is a row
of its own, under the key, a slash and the sink's name, whose body says why it failed; it is gone once the
sink has the notice. Whoever deletes that row makes the delivery, so no two processes make the same one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.tables import notices
from alchemiser_dagster.notify.notice import Notice, NoticeLevel

SLASH = "/"
NOT_TRIED = "not tried yet"


class Outbox:
    """The notices kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register(self, notice: Notice, sinks: Iterable[str]) -> bool:
        """Keep the notice and owe it to each sink; return False where its key is there already (R-19)."""
        with self._database.transaction() as connection:
            if _row(connection, notice.key) is not None:
                return False
            _keep(connection, notice.key, notice, notice.body)
            self._owe_all(connection, notice, sinks)
        return True

    def owe_again(self, notice: Notice, sinks: Iterable[str]) -> None:
        """Owe an unsent notice to every sink where none is owed it: a process died between two statements."""
        with self._database.transaction() as connection:
            if not _owed(connection, notice.key):
                self._owe_all(connection, notice, sinks)

    def claim(self, notice: Notice, sink: str) -> bool:
        """Take over the delivery; return False where it is not owed, or somebody else has taken it."""
        with self._database.transaction() as connection:
            return bool(
                connection.execute(
                    delete(notices).where(notices.c.notice_key == _delivery(notice.key, sink))
                ).rowcount
            )

    def give_back(self, notice: Notice, sink: str, reason: str) -> None:
        """Owe a delivery that failed, with the reason."""
        with self._database.transaction() as connection:
            _keep(connection, _delivery(notice.key, sink), notice, reason)
            _set_sent(connection, notice.key, None)

    def settle(self, notice: Notice, sinks: Iterable[str], at: datetime) -> None:
        """Note when the notice was sent, if no sink is owed it; a sink that is no more is owed nothing."""
        present = {_delivery(notice.key, sink) for sink in sinks}
        with self._database.transaction() as connection:
            owed = _owed(connection, notice.key)
            connection.execute(delete(notices).where(notices.c.notice_key.in_(owed - present)))
            if not owed & present:
                _set_sent(connection, notice.key, at)

    def unsent(self) -> tuple[Notice, ...]:
        """Return the notices that some sink does not have, oldest first."""
        statement = (
            select(notices)
            .where(notices.c.sent_at.is_(None), ~notices.c.notice_key.contains(SLASH))
            .order_by(notices.c.created_at, notices.c.notice_key)
        )
        with self._database.reading() as connection:
            return tuple(_notice(row) for row in connection.execute(statement).mappings())

    def failures(self, notice: Notice) -> dict[str, str]:
        """Return why each owed delivery of the notice failed, by the sink's name."""
        statement = select(notices.c.notice_key, notices.c.body).where(
            notices.c.notice_key.startswith(notice.key + SLASH)
        )
        with self._database.reading() as connection:
            return {key.partition(SLASH)[2]: body for key, body in connection.execute(statement)}

    @staticmethod
    def _owe_all(connection: Connection, notice: Notice, sinks: Iterable[str]) -> None:
        for sink in sinks:
            _keep(connection, _delivery(notice.key, sink), notice, NOT_TRIED)


def _delivery(key: str, sink: str) -> str:
    return f"{key}{SLASH}{sink}"


def _row(connection: Connection, key: str) -> RowMapping | None:
    return connection.execute(select(notices).where(notices.c.notice_key == key)).mappings().one_or_none()


def _owed(connection: Connection, key: str) -> set[str]:
    found = select(notices.c.notice_key).where(notices.c.notice_key.startswith(key + SLASH))
    return set(connection.execute(found).scalars())


def _keep(connection: Connection, row_key: str, notice: Notice, body: str) -> None:
    values = notice.model_dump(mode="python", exclude={"key", "body"})
    connection.execute(
        insert(notices).values(**values | {"notice_key": row_key, "level": notice.level.value, "body": body})
    )


def _set_sent(connection: Connection, key: str, at: datetime | None) -> None:
    connection.execute(update(notices).where(notices.c.notice_key == key).values(sent_at=at))


def _notice(row: RowMapping) -> Notice:
    return Notice(
        key=row["notice_key"],
        level=NoticeLevel(row["level"]),
        title=row["title"],
        body=row["body"],
        correlation_id=row["correlation_id"],
        created_at=row["created_at"],
    )
