"""Entries of the account's books: what an account holds, as far as we can explain it, is their sum."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import Instant, Money, Symbol


class PostingKind(StrEnum):
    """Why the books changed."""

    OPENING = "opening"
    FILL = "fill"
    ACTIVITY = "activity"
    ROUNDING = "rounding"
    ACCEPTED = "accepted"


class Posting(Frozen):
    """One change of the books, by its subject: what is posted under a subject is posted once (R-19).

    Parameters
    ----------
    subject
        What it stands for, see `opening_subject`, `fill_subject`, `activity_subject`.
    symbol, quantity
        Shares that came (positive) or went (negative); None and 0 where none did.
    amount
        Money that came (positive) or went (negative), in dollars.
    occurred_at
        When the account changed.
    """

    subject: str = Field(min_length=1)
    kind: PostingKind
    symbol: Symbol | None
    quantity: Money
    amount: Money
    description: str
    occurred_at: Instant


def opening_subject(symbol: str | None) -> str:
    """Return the subject of what was there at the start: of a symbol's shares, or of cash."""
    return f"opening {symbol}" if symbol else "opening"


def fill_subject(fill_id: str) -> str:
    """Return the subject of a fill."""
    return f"fill {fill_id}"


def activity_subject(activity_id: str) -> str:
    """Return the subject of an activity."""
    return f"activity {activity_id}"
