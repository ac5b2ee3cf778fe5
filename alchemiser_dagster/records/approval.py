"""What a person has approved, by name, with a reason."""

from __future__ import annotations

from datetime import UTC
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from alchemiser_dagster.records.envelope import Record


class ApprovalScope(StrEnum):
    """What is approved: a decision that looked strange, a plan that waits, or the limits at their review."""

    SANITY = "sanity"
    PLAN = "plan"
    LIMITS = "limits"


class Approval(Record):
    """A person's word that something may go on, in one session.

    `subject_id` names exactly what was seen: the subject of a sanity report, or the id of a plan.
    """

    kind: ClassVar[str] = "approval"

    scope: ApprovalScope
    subject_id: str = Field(min_length=1)
    by: str = Field(min_length=1)
    reason: str = Field(min_length=1)

    @property
    def in_words(self) -> str:
        """Who approved, when and why, in one line."""
        when = self.envelope.created_at.astimezone(UTC)
        return f"approved by {self.by} on {when:%Y-%m-%d %H:%M} UTC ({self.reason})"
