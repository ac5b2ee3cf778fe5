"""A notice: what a person is told, under a key that says what it is about."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import Instant

KEY_LENGTH = 32


class NoticeLevel(StrEnum):
    """How much a notice matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Notice(Frozen):
    """Something that a person is told.

    Parameters
    ----------
    key
        Derived from what the notice is about: two notices of one key are the same, and one is sent (R-19).
    title
        One line.
    body
        Lines of "name: value".
    """

    key: str = Field(min_length=1, max_length=KEY_LENGTH)
    level: NoticeLevel
    title: str = Field(min_length=1)
    body: str
    correlation_id: str = Field(min_length=1)
    created_at: Instant

    @property
    def facts(self) -> dict[str, str]:
        """The body's lines by their names; of a text with several lines the first."""
        lines = (line.partition(": ") for line in self.body.splitlines())
        return {name: text for name, _, text in lines}


def notice_key(correlation_id: str, about: str) -> str:
    """Return the key of what is said about a run; "final" is how it ended, said once (R-41)."""
    return derived_id("notice", correlation_id, about, length=KEY_LENGTH)
