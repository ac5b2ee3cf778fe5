"""Failures that go on: told once per quiet time, counted meanwhile, and over with a success (R-43).

Each change is made inside the transaction that keeps the notice of it, so that of two processes that report
the same failure at once just one tells of it (R-22).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, select, update

from alchemiser_dagster.ledger.insertion import insert_missing
from alchemiser_dagster.ledger.run_tables import incidents
from alchemiser_dagster.notify.notice import Notice, NoticeLevel
from alchemiser_dagster.notify.trouble import Incident, Trouble


@dataclass(frozen=True)
class Sighting:
    """A failure as it was just seen; `is_told` says whether services hear of it now."""

    incident: Incident
    is_told: bool


class IncidentBook:
    """The failures of one account.

    Parameters
    ----------
    quiet
        How long services are told of the same failure once.
    """

    def __init__(self, account: str, quiet: timedelta) -> None:
        self._account = account
        self._quiet = quiet

    def seen(self, connection: Connection, trouble: Trouble, notice: Notice, at: datetime) -> Sighting:
        """Count the failure that the notice tells of."""
        first = self._first(trouble, notice, at)
        is_new = insert_missing(connection, incidents, {**asdict(first), "level": first.level.value})
        row = select(incidents).where(self._is(trouble.fingerprint)).with_for_update()
        known = _incident(connection.execute(row).mappings().one())
        sighting = Sighting(first, is_told=True)
        if not is_new and known.closed_at is None:
            sighting = self._again(known, notice, at)
        self._keep(connection, sighting.incident)
        return sighting

    def closed(self, connection: Connection, scope: str, at: datetime) -> tuple[Incident, ...]:
        """End the failures that a success speaks against, and return them, oldest first."""
        going_on = self._is_open() & (incidents.c.scope == scope)
        found = _all(connection, going_on, for_update=True)
        connection.execute(update(incidents).where(going_on).values(closed_at=at))
        return tuple(replace(incident, closed_at=at) for incident in found)

    def going_on(self, connection: Connection) -> tuple[Incident, ...]:
        """Return the failures that are not over, oldest first."""
        return _all(connection, self._is_open())

    def _again(self, known: Incident, notice: Notice, at: datetime) -> Sighting:
        is_quiet = timedelta(0) <= at - known.last_told_at < self._quiet
        counted = replace(
            known,
            title=notice.title,
            correlation_id=notice.correlation_id,
            last_seen_at=at,
            last_told_at=known.last_told_at if is_quiet else at,
            count=known.count + 1,
        )
        return Sighting(counted, is_told=not is_quiet)

    def _first(self, trouble: Trouble, notice: Notice, at: datetime) -> Incident:
        return Incident(
            account=self._account,
            fingerprint=trouble.fingerprint,
            scope=trouble.scope,
            level=notice.level,
            title=notice.title,
            correlation_id=notice.correlation_id,
            opened_at=at,
            last_seen_at=at,
            last_told_at=at,
            count=1,
            closed_at=None,
        )

    def _keep(self, connection: Connection, incident: Incident) -> None:
        values = {**asdict(incident), "level": incident.level.value}
        connection.execute(update(incidents).where(self._is(incident.fingerprint)).values(values))

    def _is(self, fingerprint: str) -> ColumnElement[bool]:
        return (incidents.c.account == self._account) & (incidents.c.fingerprint == fingerprint)

    def _is_open(self) -> ColumnElement[bool]:
        return (incidents.c.account == self._account) & incidents.c.closed_at.is_(None)


def _all(
    connection: Connection, which: ColumnElement[bool], *, for_update: bool = False
) -> tuple[Incident, ...]:
    statement = select(incidents).where(which).order_by(incidents.c.opened_at, incidents.c.fingerprint)
    if for_update:
        statement = statement.with_for_update()
    return tuple(_incident(row) for row in connection.execute(statement).mappings())


def _incident(row: RowMapping) -> Incident:
    return Incident(**{**row, "level": NoticeLevel(row["level"])})
