"""Which correlation ids an account has, and which of them traded: so that a story can be asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Connection, func, select

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.run_tables import runs
from alchemiser_dagster.ledger.safety_tables import run_ends
from alchemiser_dagster.ledger.tables import journal, notices

TRADING_KINDS = frozenset({"account_snapshot", "rebalance_plan", "execution_result"})
TRADING_JOBS = frozenset({"trading_job", "flatten_job", "approved_job", "resume_job"})
PREVIEW_PREFIX = "preview-"

Ordered = TypeVar("Ordered", date, datetime)


@dataclass(frozen=True)
class KnownStory:
    """A correlation id, and what is known of it at a glance.

    Parameters
    ----------
    session
        The latest session of its runs; None where none is known.
    is_trading
        Whether one of its runs traded, or was to.
    entry
        Its last entry in the journal; 0 where it has none.
    at
        When it was last heard of, by the clock that it was traded by; None where that is not known.
    told_at
        The same by the real clock.
    """

    correlation_id: str
    session: date | None = None
    is_trading: bool = False
    entry: int = 0
    at: datetime | None = None
    told_at: datetime | None = None

    def with_part(self, other: KnownStory) -> KnownStory:
        """Return what both say together."""
        return KnownStory(
            self.correlation_id,
            _later(self.session, other.session),
            self.is_trading or other.is_trading,
            max(self.entry, other.entry),
            _later(self.at, other.at),
            _later(self.told_at, other.told_at),
        )

    def is_after(self, other: KnownStory) -> bool:
        """Whether it is known to be newer, by the journal or by a clock that both have."""
        if self.entry and other.entry:
            return self.entry > other.entry
        if self.told_at and other.told_at:
            return self.told_at >= other.told_at
        return bool(self.at and other.at and self.at >= other.at)


def known_stories(database: Database, account: str) -> tuple[KnownStory, ...]:
    """Return every story of the account, newest first; previews trade nothing, and are none."""
    found: dict[str, KnownStory] = {}
    with database.reading() as connection:
        for part in (*_parts(connection, account), *_told(connection, account)):
            known = found.get(part.correlation_id)
            found[part.correlation_id] = known.with_part(part) if known else part
    real = (story for story in found.values() if not story.correlation_id.startswith(PREVIEW_PREFIX))
    return tuple(_newest_first(real))


def _newest_first(stories: Iterable[KnownStory]) -> list[KnownStory]:
    """Order by the journal; a story that left nothing there stands before the first that it came after."""
    ordered: list[KnownStory] = []
    for story in sorted(stories, key=lambda found: -found.entry):
        place = next((number for number, other in enumerate(ordered) if story.is_after(other)), len(ordered))
        ordered.insert(place, story)
    return ordered


def _parts(connection: Connection, account: str) -> Iterator[KnownStory]:
    kept = (
        select(
            journal.c.correlation_id,
            journal.c.kind,
            func.max(journal.c.session),
            func.max(journal.c.entry),
            func.max(journal.c.created_at, type_=journal.c.created_at.type),
        )
        .where(journal.c.account == account)
        .group_by(journal.c.correlation_id, journal.c.kind)
    )
    for name, kind, session, entry, at in connection.execute(kept):
        yield KnownStory(name, session, kind in TRADING_KINDS, entry, at)
    for row in connection.execute(select(runs).where(runs.c.account == account)):
        yield KnownStory(row.correlation_id, row.session, row.job in TRADING_JOBS, at=row.began_at)
    for row in connection.execute(select(run_ends).where(run_ends.c.account == account)):
        yield KnownStory(row.correlation_id, row.session, is_trading=True, told_at=row.at)


def _told(connection: Connection, account: str) -> Iterator[KnownStory]:
    """Yield what notices alone say: a run that failed before anything was kept is known by its notice."""
    others = {
        name
        for table in (journal, runs, run_ends)
        for name in connection.execute(
            select(table.c.correlation_id).where(table.c.account != account).distinct()
        ).scalars()
    }
    for row in connection.execute(select(notices).where(~notices.c.notice_key.contains("/"))):
        if row.correlation_id not in others:
            is_final = row.notice_key == derived_id("notice", row.correlation_id, "final")
            yield KnownStory(row.correlation_id, row.session, is_final, told_at=row.created_at)


def _later(one: Ordered | None, other: Ordered | None) -> Ordered | None:
    return max((found for found in (one, other) if found is not None), default=None)
