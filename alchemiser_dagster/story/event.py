"""One line of a timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Tone = Literal["plain", "strong", "faint", "good", "bad", "warning"]


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Parameters
    ----------
    at
        When; None where it is told beside what happened, or by another clock.
    seconds
        How long it took; None where that is not known, or it took no time.
    depth
        How far it is told within something else.
    """

    text: str
    at: datetime | None = None
    seconds: float | None = None
    depth: int = 0
    tone: Tone = "plain"
