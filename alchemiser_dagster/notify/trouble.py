"""What goes wrong, in a form by which the same failure is known again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.notify.notice import NoticeLevel

RUN_SCOPE = "run"
CHANGING = re.compile(r"[0-9a-f]{8,}(?:-[0-9a-f]{4,})*|\d+(?:[.,:-]\d+)*", re.IGNORECASE)
FINGERPRINT_LENGTH = 32


@dataclass(frozen=True)
class Trouble:
    """A failure, apart from when it happened.

    Parameters
    ----------
    step
        What failed: the name of a step, or of what is watched.
    code
        The code of its typed error.
    message
        The error's words; numbers, times and ids in them don't tell one failure from another.
    scope
        What has to succeed for the failure to be over: by default a trading run.
    """

    step: str
    code: str
    message: str
    scope: str = RUN_SCOPE

    @property
    def fingerprint(self) -> str:
        """The same text for the same failure."""
        return derived_id(
            "trouble", self.scope, self.step, self.code, steady(self.message), length=FINGERPRINT_LENGTH
        )


@dataclass(frozen=True)
class Incident:
    """A failure that goes on, or is over.

    Parameters
    ----------
    level
        How much its first notice mattered.
    title
        The title of its newest notice.
    correlation_id
        The run that it was seen in last.
    opened_at
        When it was seen first; after a success it begins anew.
    last_told_at
        When services were told of it last; console and file are told each time.
    count
        How often it was seen since.
    closed_at
        When a success ended it; None while it goes on.
    """

    account: str
    fingerprint: str
    scope: str
    level: NoticeLevel
    title: str
    correlation_id: str
    opened_at: datetime
    last_seen_at: datetime
    last_told_at: datetime
    count: int
    closed_at: datetime | None

    @property
    def times(self) -> str:
        """How often it was seen, in words."""
        return "once" if self.count == 1 else f"{self.count} times"


def steady(message: str) -> str:
    """Return the words of a message without what changes from one time to the next."""
    return " ".join(CHANGING.sub("#", message).lower().split())
