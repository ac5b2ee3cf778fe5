"""What a reader of the journal looks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class RecordQuery:
    """Which record is wanted; None leaves a field open."""

    session: date | None = None
    account: str | None = None
    name: str | None = None
    correlation_id: str | None = None
