"""The journal: every record, in the order in which it was made, append-only, chained by hashes.

Nothing is overwritten: making a record again adds an entry. Appending the same record twice changes nothing
(R-19). `verify` recomputes the chain and finds a changed byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import Connection, RowMapping, desc, insert, select

from alchemiser_dagster.errors import StorageError
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.hashing import GENESIS, EntryContent, chain_hash
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.ledger.tables import journal
from alchemiser_dagster.records.envelope import Record
from alchemiser_dagster.records.registry import RECORD_KINDS

RecordType = TypeVar("RecordType", bound=Record)

PAGE = 1_000


@dataclass(frozen=True)
class JournalHead:
    """The last entry of the journal: its number and hash; 0 and zeros where the journal is empty."""

    entry: int
    hash: str


class Journal:
    """The journal kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, record: Record, *, name: str = "", connection: Connection | None = None) -> int:
        """Add a record and return its entry number.

        Parameters
        ----------
        record
            What to keep. A record whose id is there already is not added again.
        name
            Tells records of one kind and session apart: the strategy of a signal.
        connection
            A transaction to take part in; without one the append is a transaction of its own.

        Raises
        ------
        StorageError
            If the journal holds another record under the same id.
        """
        with self._joined(connection) as open_connection:
            kept = open_connection.execute(
                select(journal.c.entry, journal.c.payload).where(
                    journal.c.record_id == record.envelope.record_id
                )
            ).one_or_none()
            if kept is None:
                return _append(open_connection, record, name)
        if kept.payload != record.model_dump_json():
            raise StorageError(
                f"record {record.envelope.record_id} is there already and says something else",
                where=f"journal entry {kept.entry}",
            )
        return int(kept.entry)

    def latest(self, kind: type[RecordType], query: RecordQuery) -> RecordType | None:
        """Return the newest record of a kind that fits the query, or None."""
        return next(self.newest_first(kind, query), None)

    def newest_first(self, kind: type[RecordType], query: RecordQuery) -> Iterator[RecordType]:
        """Yield the records of a kind that fit the query, newest first."""
        statement = select(journal).where(journal.c.kind == kind.kind).order_by(desc(journal.c.entry))
        for column in ("session", "account", "name", "correlation_id"):
            wanted = getattr(query, column)
            if wanted is not None:
                statement = statement.where(journal.c[column] == wanted)
        with self._database.reading() as connection:
            for row in connection.execute(statement).mappings():
                record = _decode(row)
                if isinstance(record, kind):
                    yield record

    def sessions_with(self, kind: type[Record], account: str, first: date, last: date) -> tuple[date, ...]:
        """Return the sessions from the first to the last of which the account has a record of the kind."""
        statement = (
            select(journal.c.session)
            .where(
                journal.c.kind == kind.kind,
                journal.c.account == account,
                journal.c.session.between(first, last),
            )
            .distinct()
            .order_by(journal.c.session)
        )
        with self._database.reading() as connection:
            return tuple(connection.execute(statement).scalars())

    def story(self, correlation_id: str) -> tuple[Record, ...]:
        """Return all records of one correlation id, in the order in which they were made (R-45)."""
        statement = (
            select(journal).where(journal.c.correlation_id == correlation_id).order_by(journal.c.entry)
        )
        with self._database.reading() as connection:
            return tuple(_decode(row) for row in connection.execute(statement).mappings())

    def has(self, record_id: str) -> bool:
        """Return whether there is a record with the id."""
        with self._database.reading() as connection:
            found = connection.execute(select(journal.c.entry).where(journal.c.record_id == record_id))
            return found.one_or_none() is not None

    def record(self, record_id: str) -> Record:
        """Return the record with the id; raise `StorageError` where there is none."""
        with self._database.reading() as connection:
            row = (
                connection.execute(select(journal).where(journal.c.record_id == record_id))
                .mappings()
                .one_or_none()
            )
        if row is None:
            raise StorageError(f"there is no record {record_id}", where="journal")
        return _decode(row)

    def record_of(self, kind: type[RecordType], record_id: str) -> RecordType:
        """Return the record with the id; raise `StorageError` where there is none of that kind."""
        record = self.record(record_id)
        if not isinstance(record, kind):
            raise StorageError(f"record {record_id} is a {record.kind}, not a {kind.kind}", where="journal")
        return record

    def head(self) -> JournalHead:
        """Return the last entry."""
        with self._database.reading() as connection:
            return _head(connection)

    def verify(self) -> JournalHead:
        """Recompute every hash from the first entry to the last and return the last.

        Raises
        ------
        StorageError
            At the first entry that is missing or is not what was written.
        """
        previous = JournalHead(0, GENESIS)
        statement = select(journal).order_by(journal.c.entry)
        with self._database.reading() as connection:
            rows = connection.execution_options(yield_per=PAGE).execute(statement).mappings()
            for row in rows:
                previous = _verified(row, previous)
        return previous

    @contextmanager
    def _joined(self, connection: Connection | None) -> Iterator[Connection]:
        if connection is not None:
            yield connection
            return
        with self._database.transaction() as own:
            yield own


def _head(connection: Connection) -> JournalHead:
    last = connection.execute(
        select(journal.c.entry, journal.c.hash).order_by(desc(journal.c.entry)).limit(1)
    ).one_or_none()
    return JournalHead(int(last.entry), str(last.hash)) if last else JournalHead(0, GENESIS)


def _append(connection: Connection, record: Record, name: str) -> int:
    head = _head(connection)
    envelope = record.envelope
    values = {
        "entry": head.entry + 1,
        "record_id": envelope.record_id,
        "kind": record.kind,
        "schema_version": record.schema_version,
        "name": name,
        "session": record.session,
        "account": envelope.account,
        "correlation_id": envelope.correlation_id,
        "causation_id": envelope.causation_id,
        "run_id": envelope.run_id,
        "source": envelope.source,
        "created_at": envelope.created_at,
        "payload": record.model_dump_json(),
    }
    digest = chain_hash(head.hash, _content(values))
    connection.execute(insert(journal).values(**values, previous_hash=head.hash, hash=digest))
    return head.entry + 1


def _content(row: Mapping[Any, Any]) -> EntryContent:
    texts = {name: str(row[name]) for name in EntryContent.__dataclass_fields__ if name != "created_at"}
    return EntryContent(created_at=row["created_at"].astimezone(UTC).isoformat(), **texts)


def _verified(row: RowMapping, previous: JournalHead) -> JournalHead:
    entry = int(row["entry"])
    remedy = "Restore the ledger from a backup; nothing after this entry can be trusted"
    if entry != previous.entry + 1 or row["previous_hash"] != previous.hash:
        raise StorageError(f"an entry is missing before entry {entry}", where="journal", remedy=remedy)
    if chain_hash(previous.hash, _content(row)) != row["hash"]:
        raise StorageError(f"entry {entry} is not what was written", where="journal", remedy=remedy)
    return JournalHead(entry, str(row["hash"]))


def _decode(row: RowMapping) -> Record:
    where = f"journal entry {row['entry']}"
    kind = RECORD_KINDS.get(row["kind"])
    if kind is None:
        raise StorageError(f"nothing here reads records of the kind {row['kind']!r}", where=where)
    try:
        return kind.model_validate_json(row["payload"])
    except ValidationError as error:
        raise StorageError(f"the {row['kind']} can't be read: {error}", where=where) from error
