"""What the watch finds: something that should have happened and did not, or is about to run out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from alchemiser_dagster.notify.notice import NoticeLevel


class FindingKind(StrEnum):
    """What kind of thing was found; it is the code of the notice."""

    NO_RESULT = "no-result"
    RUN_DIED = "run-died"
    RUN_STUCK = "run-stuck"
    DAEMON_SILENT = "daemon-silent"
    SCHEDULE_SILENT = "schedule-silent"
    SCHEDULE_OFF = "schedule-off"
    LEDGER = "ledger"
    DISK = "disk"
    CALENDAR = "calendar"


@dataclass(frozen=True)
class WatchFinding:
    """One thing that was found.

    Parameters
    ----------
    session
        The session that it is about.
    about
        With the session it makes the key: the same finding is told once.
    sentence
        What is the matter.
    remedy
        What the person can do.
    facts
        What else was seen, by name.
    """

    kind: FindingKind
    session: date
    about: str
    headline: str
    sentence: str
    remedy: str
    facts: Mapping[str, str] = field(default_factory=dict)
    level: NoticeLevel = NoticeLevel.ERROR

    @property
    def is_problem(self) -> bool:
        """Whether somebody has to do something."""
        return self.level is not NoticeLevel.INFO
