"""Entries of the journal as they stand there, with their hashes, to be taken elsewhere and checked there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC

from pydantic import ValidationError
from sqlalchemy import select

from alchemiser_dagster.errors import StorageError
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.hashing import EntryContent, chain_hash
from alchemiser_dagster.ledger.tables import journal
from alchemiser_dagster.records.envelope import Frozen, Record
from alchemiser_dagster.records.registry import RECORD_KINDS


class KeptEntry(Frozen):
    """An entry, each field as the text that was hashed; `hash` follows from `previous_hash` and the rest."""

    entry: str
    record_id: str
    kind: str
    schema_version: str
    name: str
    session: str
    account: str
    correlation_id: str
    causation_id: str
    run_id: str
    source: str
    created_at: str
    payload: str
    previous_hash: str
    hash: str

    @property
    def is_intact(self) -> bool:
        """Whether the entry is what was written, by its hash."""
        said = self.model_dump(exclude={"previous_hash", "hash"})
        return chain_hash(self.previous_hash, EntryContent(**said)) == self.hash

    def record(self) -> Record:
        """Return the record that the entry holds; raise `StorageError` where it can't be read."""
        kind = RECORD_KINDS.get(self.kind)
        where = f"journal entry {self.entry}"
        if kind is None:
            raise StorageError(f"nothing here reads records of the kind {self.kind!r}", where=where)
        try:
            return kind.model_validate_json(self.payload)
        except ValidationError as error:
            raise StorageError(
                f"the {self.kind} can't be read: {error.error_count()} errors", where=where
            ) from error


def entries_of(database: Database, record_ids: Collection[str]) -> tuple[KeptEntry, ...]:
    """Return the entries of the records, in the order of the journal."""
    wanted = select(journal).where(journal.c.record_id.in_(record_ids)).order_by(journal.c.entry)
    with database.reading() as connection:
        rows = connection.execute(wanted).mappings().all()
    return tuple(
        KeptEntry(
            **{
                **{name: str(row[name]) for name in KeptEntry.model_fields},
                "created_at": row["created_at"].astimezone(UTC).isoformat(),
            }
        )
        for row in rows
    )
