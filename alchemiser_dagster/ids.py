"""Identities: new ones from an injected source, derived ones from what they stand for (R-13, R-19)."""

from __future__ import annotations

import hashlib
import uuid
from datetime import date
from typing import Protocol


class IdSource(Protocol):
    """Where new identities come from."""

    def new_id(self) -> str:
        """Return an identity that nobody else has."""
        ...


class RandomIds:
    """Random identities (UUID version 4)."""

    def new_id(self) -> str:
        """Return 32 hexadecimal digits."""
        return uuid.uuid4().hex


class CountingIds:
    """Identities in a row, the same in every run: for tests and for replays."""

    def __init__(self, prefix: str = "id") -> None:
        self._prefix = prefix
        self._count = 0

    def new_id(self) -> str:
        """Return the prefix and the next number, six digits wide."""
        self._count += 1
        return f"{self._prefix}-{self._count:06d}"


def derived_id(*parts: str, length: int = 32) -> str:
    """Return an identity that depends on the parts alone: the first digits of their SHA-256.

    Parts are joined with a separator that none of them contains, so ("a", "bc") and ("ab", "c") differ.
    """
    joined = "\x1f".join(parts)
    return hashlib.sha256(joined.encode()).hexdigest()[:length]


def scheduled_correlation(account: str, session: date) -> str:
    """Return the correlation id of the session's scheduled trading run, known before it begins (R-11)."""
    return derived_id("scheduled", account, session.isoformat())
