"""The fourteen days, and what is done to each: two pieces of one autumn with a clock change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum


class Trouble(Enum):
    """What happens to a day."""

    NOTHING = "an ordinary session"
    CLOCK_CHANGE = "the first session after the clocks went back"
    WEEKEND = "weekend"
    DOUBLE = "a second tick and a click in the UI"
    OUTAGE = "the broker is out from 15:45 to 15:49"
    CRASH = "the run is killed while its orders work"
    ASLEEP = "the machine sleeps from 15:40 to 15:58"
    HOLIDAY = "Thanksgiving"
    EARLY_CLOSE = "an early close at 13:00"
    LONG_OUTAGE = "the broker is out from 15:40 until after the close"
    NO_DAEMON = "the daemon is dead from 15:30 on; cron runs `alchemiser doctor --watch`"


@dataclass(frozen=True)
class Day:
    """A calendar day, what happens on it, and how it is to end.

    Parameters
    ----------
    finals
        How many final notices it ends in: one a run, and one where none began.
    says
        How the final notice may begin, any of them.
    """

    date: date
    trouble: Trouble
    finals: int = 1
    says: tuple[str, ...] = ("Traded", "Nothing to do")


FORTNIGHT = (
    Day(date(2025, 10, 31), Trouble.NOTHING),
    Day(date(2025, 11, 1), Trouble.WEEKEND, 0),
    Day(date(2025, 11, 2), Trouble.WEEKEND, 0),
    Day(date(2025, 11, 3), Trouble.CLOCK_CHANGE),
    Day(date(2025, 11, 4), Trouble.DOUBLE, 2),
    Day(date(2025, 11, 24), Trouble.OUTAGE),
    Day(date(2025, 11, 25), Trouble.CRASH, says=("Failed", "Traded")),
    Day(date(2025, 11, 26), Trouble.ASLEEP, says=("No result",)),
    Day(date(2025, 11, 27), Trouble.HOLIDAY, 0),
    Day(date(2025, 11, 28), Trouble.EARLY_CLOSE),
    Day(date(2025, 11, 29), Trouble.WEEKEND, 0),
    Day(date(2025, 12, 1), Trouble.LONG_OUTAGE, says=("Failed", "No result")),
    Day(date(2025, 12, 2), Trouble.NO_DAEMON, says=("No result",)),
    Day(date(2025, 12, 3), Trouble.NOTHING),
)
