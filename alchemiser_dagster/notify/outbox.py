"""Which notices there are, and which deliveries are still owed: the table `notices`.

A notice is one row under its key; `sent_at` is set when every sink has it. A delivery that is owed is a row
of its own, under the key, a slash and the sink's name, whose body says why it failed; it is gone once the
sink has the notice. Whoever makes a delivery claims it first, by noting in the row's `sent_at` when; a claim
that is two minutes old was made by a process that died, and may be taken over. A delivery that failed is due
again after a while, twice as long each time, until it is given up: then it stays owed, and shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, desc, or_, select, update

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.insertion import Value, insert_all_missing, insert_missing
from alchemiser_dagster.ledger.tables import notices
from alchemiser_dagster.notify.notice import Notice, NoticeLevel

SLASH = "/"
NOT_TRIED = "not tried yet"
CLAIM_LASTS = timedelta(minutes=2)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
MOST_DOUBLINGS = 6


@dataclass(frozen=True)
class Owed:
    """A delivery that was not made.

    Parameters
    ----------
    reason
        Why the last attempt failed, or that there was none.
    due_at
        When it is tried again; None where it was not tried.
    claimed_at
        When somebody began to make it; None where nobody is making it.
    """

    notice_key: str
    sink: str
    title: str
    reason: str
    attempts: int
    owed_since: datetime
    due_at: datetime | None
    claimed_at: datetime | None

    def is_first_try(self, at: datetime) -> bool:
        """Return whether the first attempt is under way, so that nothing is wrong yet."""
        return self.attempts == 0 and self.claimed_at is not None and at < self.claimed_at + CLAIM_LASTS


class Outbox:
    """The notices kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register(self, notice: Notice, sinks: Iterable[str]) -> bool:
        """Keep the notice and owe it to each sink; return False where its key is there already (R-19)."""
        with self._database.transaction() as connection:
            is_new = keep(connection, notice)
            if is_new:
                owe(connection, notice, sinks)
        return is_new

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

    def failed(self, notice: Notice, sink: str, reason: str, at: datetime) -> None:
        """Give the claim back, note why the delivery failed and when it is due again."""
        row = notices.c.notice_key == _delivery(notice, sink)
        with self._database.transaction() as connection:
            before = connection.execute(select(notices.c.attempts).where(row)).scalar_one_or_none() or 0
            changed = {
                "sent_at": None,
                "body": reason,
                "attempts": before + 1,
                "due_at": at + wait_after(before + 1),
            }
            connection.execute(update(notices).where(row).values(changed))

    def settle(self, notice: Notice, sinks: Iterable[str], at: datetime) -> None:
        """Note when the notice was sent, if no sink is owed it; a sink that is no more is owed nothing."""
        present = {_delivery(notice, sink) for sink in sinks}
        with self._database.transaction() as connection:
            owed = set(connection.execute(select(notices.c.notice_key).where(_is_owed(notice))).scalars())
            connection.execute(delete(notices).where(notices.c.notice_key.in_(owed - present)))
            if not owed & present:
                unsent = (notices.c.notice_key == notice.key) & notices.c.sent_at.is_(None)
                connection.execute(update(notices).where(unsent).values(sent_at=at))

    def forget(self) -> int:
        """Owe nobody what was tried and failed any more; return how many deliveries that were."""
        with self._database.transaction() as connection:
            tried = notices.c.notice_key.contains(SLASH) & notices.c.attempts.is_not(None)
            return connection.execute(delete(notices).where(tried)).rowcount

    def unsent(self) -> tuple[Notice, ...]:
        """Return the notices that some sink does not have, oldest first."""
        statement = (
            select(notices)
            .where(notices.c.sent_at.is_(None), ~notices.c.notice_key.contains(SLASH))
            .order_by(notices.c.created_at, notices.c.notice_key)
        )
        with self._database.reading() as connection:
            return tuple(_notice(row) for row in connection.execute(statement).mappings())

    def newest(self) -> Notice | None:
        """Return the notice that was kept last, or None where there is none."""
        statement = select(notices).where(~notices.c.notice_key.contains(SLASH))
        newest_first = statement.order_by(desc(notices.c.created_at), notices.c.notice_key).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(newest_first).mappings().one_or_none()
        return None if row is None else _notice(row)

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
        return {owed.sink: owed.reason for owed in self._owed(_is_owed(notice))}

    def owed(self) -> tuple[Owed, ...]:
        """Return every delivery that was not made, oldest first."""
        return self._owed(notices.c.notice_key.contains(SLASH))

    def owed_of(self, notice: Notice) -> tuple[Owed, ...]:
        """Return the deliveries of the notice that were not made."""
        return self._owed(_is_owed(notice))

    def _owed(self, which: ColumnElement[bool]) -> tuple[Owed, ...]:
        statement = select(notices).where(which).order_by(notices.c.created_at, notices.c.notice_key)
        with self._database.reading() as connection:
            return tuple(_owed(row) for row in connection.execute(statement).mappings())


def wait_after(attempts: int) -> timedelta:
    """Return how long a delivery rests that failed so often: a minute, then twice as long, up to an hour."""
    doubled = 1 << min(attempts - 1, MOST_DOUBLINGS)
    return min(LONGEST_WAIT, FIRST_WAIT * doubled)


def keep(connection: Connection, notice: Notice) -> bool:
    """Keep the notice, owed to nobody; return False where its key is there already (R-19)."""
    return insert_missing(connection, notices, {**_row(notice, notice.key), "picture": notice.picture})


def owe(connection: Connection, notice: Notice, sinks: Iterable[str]) -> None:
    """Keep what the notice says by now, and owe it to each sink."""
    said = update(notices).where(notices.c.notice_key == notice.key).values(body=notice.body)
    connection.execute(said)
    deliveries = [{**_row(notice, _delivery(notice, sink)), "body": NOT_TRIED} for sink in sinks]
    insert_all_missing(connection, notices, deliveries)


def _delivery(notice: Notice, sink: str) -> str:
    return f"{notice.key}{SLASH}{sink}"


def _is_owed(notice: Notice) -> ColumnElement[bool]:
    return notices.c.notice_key.startswith(notice.key + SLASH, autoescape=True)


def _row(notice: Notice, key: str) -> dict[str, Value]:
    return {
        "notice_key": key,
        "correlation_id": notice.correlation_id,
        "level": notice.level.value,
        "title": notice.title,
        "body": notice.body,
        "created_at": notice.created_at,
        "session": notice.session,
    }


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


def _owed(row: RowMapping) -> Owed:
    key, _, sink = row["notice_key"].partition(SLASH)
    return Owed(
        notice_key=key,
        sink=sink,
        title=row["title"],
        reason=row["body"],
        attempts=row["attempts"] or 0,
        owed_since=row["created_at"],
        due_at=row["due_at"],
        claimed_at=row["sent_at"],
    )
