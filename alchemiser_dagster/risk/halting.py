"""Put a halt level in force, and refuse what the level in force forbids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from alchemiser_dagster.errors import HaltedError
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.halt import HALTED_WORDS, HaltChange, HaltLevel, level_of

RESUME = "`alchemiser resume --reason TEXT` ends the halt once its cause is gone"
STRICTER = frozenset({HaltLevel.HALT, HaltLevel.FLATTEN})


@dataclass(frozen=True)
class HaltWish:
    """A level that a person asks for, and why."""

    level: HaltLevel
    by: str
    reason: str


@dataclass(frozen=True)
class LevelChange:
    """What was in force before and what is now; both are None where nothing is, and the same if none came."""

    before: HaltChange | None
    after: HaltChange | None


def change_level(database: Database, wish: HaltWish, session: date, envelope: Envelope) -> LevelChange:
    """Put the wished level in force, from the next order on; a level that is in force already stays.

    Raises
    ------
    HaltedError
        If the wish would loosen a stricter level without resuming.
    """
    book = HaltBook(database)
    with database.transaction() as connection:
        held = book.in_force(envelope.account)
        if wish.level is level_of(held):
            return LevelChange(held, held)
        _require_no_loosening(wish, held)
        change = HaltChange(
            envelope=envelope,
            session=session,
            level=wish.level,
            by=wish.by,
            reason=wish.reason,
            is_tripped=False,
        )
        book.change(change, connection)
    return LevelChange(held, None if change.level is HaltLevel.NONE else change)


def require_not_halted(held: HaltChange | None) -> None:
    """Raise `HaltedError` where nothing may be ordered at all."""
    if held is not None and held.level is HaltLevel.HALT:
        raise HaltedError(f"{HALTED_WORDS} {held.origin}", remedy=f"Nothing was sent; {RESUME}")


def _require_no_loosening(wish: HaltWish, held: HaltChange | None) -> None:
    if wish.level is HaltLevel.REDUCE_ONLY and held is not None and held.level in STRICTER:
        raise HaltedError(
            f"the level in force is stricter than reduce only: {held.in_words}",
            remedy="It stays; resume first if it is to be loosened",
        )
