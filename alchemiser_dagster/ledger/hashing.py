"""The hash that chains the journal: change a byte of any entry, and every later hash is wrong."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass

GENESIS = "0" * 64


@dataclass(frozen=True)
class EntryContent:
    """All that an entry says, as text, in the order in which it is hashed."""

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


def chain_hash(previous: str, content: EntryContent) -> str:
    """Return the SHA-256 of the previous hash and the entry.

    Each part is preceded by its length, so that moving text from one part to the next changes the hash.
    """
    digest = hashlib.sha256(previous.encode())
    for part in astuple(content):
        digest.update(f"\n{len(part)}:".encode())
        digest.update(part.encode())
    return digest.hexdigest()
