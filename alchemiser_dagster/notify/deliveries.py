"""Deliveries that were not made, in words: for the check, the status and the command."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.notify.notifier import Notifier
from alchemiser_dagster.notify.outbox import Owed

COLUMNS = ("since (UTC)", "notice", "to", "tried", "next (UTC)", "why")
GIVEN_UP = "given up"


@dataclass(frozen=True)
class Deliveries:
    """Whether everybody has every notice.

    Parameters
    ----------
    rows
        The deliveries that were not made, in the columns of `COLUMNS`.
    given_up
        How many of them are not tried again by themselves.
    mark
        Another text whenever there is another notice, or something else is owed.
    """

    rows: tuple[tuple[str, ...], ...]
    given_up: int
    mark: str

    @property
    def are_made(self) -> bool:
        """Whether nothing is owed."""
        return not self.rows

    @property
    def in_words(self) -> str:
        """One sentence of what is owed."""
        if self.are_made:
            return "every notice is delivered"
        count = "1 delivery is" if len(self.rows) == 1 else f"{len(self.rows)} deliveries are"
        later = f"; {self.given_up} of them given up" if self.given_up else ""
        return f"{count} owed{later}; the oldest: {self.rows[0][1]} to {self.rows[0][2]}: {self.rows[0][-1]}"


def deliveries_of(notifier: Notifier) -> Deliveries:
    """Return what is owed now; raise `StorageError` where the ledger can't be read."""
    owed, newest = notifier.owed(), notifier.newest()
    late = {id(one) for one in owed if notifier.has_given_up(one)}
    rows = tuple(_row(one, is_given_up=id(one) in late) for one in owed)
    return Deliveries(rows, len(late), _mark(newest.key if newest else "", owed, len(late)))


def _row(owed: Owed, *, is_given_up: bool) -> tuple[str, ...]:
    due = f"{owed.due_at:%Y-%m-%d %H:%M}" if owed.due_at else "now"
    return (
        f"{owed.owed_since:%Y-%m-%d %H:%M}",
        owed.title,
        owed.sink,
        str(owed.attempts),
        GIVEN_UP if is_given_up else due,
        " ".join(owed.reason.split()),
    )


def _mark(newest: str, owed: Iterable[Owed], given_up: int) -> str:
    """Return the mark; "" where there was never a notice."""
    if not newest:
        return ""
    return derived_id(newest, *(f"{one.notice_key} {one.sink}" for one in owed), str(given_up))
