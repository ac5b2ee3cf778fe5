"""Whether the watch has told already that a session has no result."""

from __future__ import annotations

from sqlalchemy import select

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.tables import notices
from alchemiser_dagster.notify.notice import Notice
from alchemiser_dagster.watch.finding import FindingKind

MARK = f"code: {FindingKind.NO_RESULT.value}"


def was_missed(database: Database, notice: Notice) -> bool:
    """Return whether the watch has spoken in the place of the notice, which is a run's final one."""
    kept = select(notices.c.body).where(notices.c.notice_key == notice.key)
    with database.reading() as connection:
        body = connection.execute(kept).scalar_one_or_none()
    return body is not None and MARK in body.splitlines()
