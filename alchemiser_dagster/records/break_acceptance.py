"""A person's word that a difference is known and may stay."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from alchemiser_dagster.records.envelope import Record
from alchemiser_dagster.records.posting import Posting


class BreakAcceptance(Record):
    """A break that a person has accepted; what was posted makes the books agree with the broker."""

    kind: ClassVar[str] = "break_acceptance"

    break_id: str = Field(min_length=1)
    by: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    posted: tuple[Posting, ...]
