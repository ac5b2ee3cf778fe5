"""What came of computing a traded decision again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from alchemiser_dagster.parity.decisions import KeptDecision
from alchemiser_dagster.parity.difference import DecisionDifference
from alchemiser_dagster.records.market import RestatedHistory


class Reason(StrEnum):
    """Why a decision does not come out again; the last one is the grave one."""

    CODE_CHANGED = "code changed"
    CODE_NOT_KNOWN = "code not known"
    STRATEGY_CHANGED = "strategy changed"
    STRATEGY_GONE = "strategy gone"
    BARS_LOST = "bars lost"
    UNEXPLAINED = "unexplained"


class BarCause(StrEnum):
    """In what the bars known today differ from those of the decision."""

    PROVISIONAL_PRICE = "provisional price"
    BARS_RESTATED = "bars restated"


@dataclass(frozen=True)
class BarEffect:
    """What a difference between the bars of the decision and those known today does to it.

    Parameters
    ----------
    closes
        The symbols that the strategy reads and whose closes differ.
    difference
        What the strategy of today decides differently for it; None where it decides the same.
    """

    cause: BarCause
    closes: tuple[RestatedHistory, ...]
    difference: DecisionDifference | None


@dataclass(frozen=True)
class Hindsight:
    """The decision on the bars as they are known today.

    `official_close_is_known` is False where the session's own close is not kept yet for some symbol: the
    provisional prices then stand in for it on both sides.
    """

    official_close_is_known: bool
    effects: tuple[BarEffect, ...]

    @property
    def is_same(self) -> bool:
        """Whether nothing would be decided differently."""
        return all(effect.difference is None for effect in self.effects)


@dataclass(frozen=True)
class Verdict:
    """Whether a decision comes out again, from the bars it was made on.

    Parameters
    ----------
    reasons
        None where it is equal in every bit. With several, any of them may be the reason: one code can't be
        run beside another.
    changed_since
        What is not as it was, whether it makes a difference or not.
    detail
        Why it could not be computed; empty where it was.
    difference
        What comes out differently; None where nothing does, or nothing could be computed.
    hindsight
        None where the decision could not be computed.
    """

    kept: KeptDecision
    reasons: tuple[Reason, ...]
    changed_since: tuple[Reason, ...] = ()
    detail: str = ""
    difference: DecisionDifference | None = None
    hindsight: Hindsight | None = None

    @property
    def is_equal(self) -> bool:
        """Whether the same decision came out again."""
        return not self.reasons
