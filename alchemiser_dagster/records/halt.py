"""Trading that is stopped, or bound to get out: by a person, or by a limit that tripped."""

from __future__ import annotations

from datetime import UTC
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from alchemiser_dagster.records.envelope import Record

HALTED_WORDS = "trading is halted"
"""How every refusal begins that a halt is the reason of."""


class HaltLevel(StrEnum):
    """What may still be ordered.

    `HALT`: nothing. `REDUCE_ONLY`: sells of what is held. `FLATTEN`: nothing but the sale of everything.
    """

    NONE = "none"
    REDUCE_ONLY = "reduce only"
    FLATTEN = "flatten"
    HALT = "halt"

    @property
    def allows_sells(self) -> bool:
        """Whether what is held may be sold."""
        return self is not HaltLevel.HALT

    @property
    def allows_buys(self) -> bool:
        """Whether anything may be bought."""
        return self is HaltLevel.NONE


class HaltChange(Record):
    """A new level of the account, in force until the next one; the first level of an account is none.

    Parameters
    ----------
    by
        Who set it: a person's name, or the limit that tripped.
    reason
        Why; a resumption has one too.
    is_tripped
        Whether the system set it by itself.
    """

    kind: ClassVar[str] = "halt_change"

    level: HaltLevel
    by: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    is_tripped: bool

    @property
    def origin(self) -> str:
        """Since when, by whom and why, in one line."""
        since = self.envelope.created_at.astimezone(UTC)
        return f"since {since:%Y-%m-%d %H:%M} UTC by {self.by}: {self.reason}"

    @property
    def in_words(self) -> str:
        """The level and its origin."""
        return f"{self.level.value} {self.origin}"


def level_of(held: HaltChange | None) -> HaltLevel:
    """Return what may be ordered under the change that holds an account back, or under none."""
    return held.level if held else HaltLevel.NONE


def halt_in_words(held: HaltChange | None) -> str:
    """Return what holds an account back, or "none"."""
    return held.in_words if held else HaltLevel.NONE.value
