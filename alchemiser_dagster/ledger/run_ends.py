"""How trading runs ended, one row a run, so that runs that fail one after the other can be counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import takewhile

from sqlalchemy import desc, select

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.insertion import insert_missing
from alchemiser_dagster.ledger.safety_tables import run_ends
from alchemiser_dagster.records.values import Outcome


@dataclass(frozen=True)
class RunEnd:
    """The end of a run that had started.

    Parameters
    ----------
    session
        The session that it was for, or None where it is not known.
    outcome
        Failed, or anything else; a run that was refused is skipped.
    code
        The code of its error; "none" where it had none.
    at
        When, by the real clock.
    """

    run_id: str
    correlation_id: str
    account: str
    session: date | None
    outcome: Outcome
    code: str
    at: datetime


class RunEnds:
    """The ends kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, end: RunEnd) -> bool:
        """Keep the end of a run; return False where one is kept already, which stays as it is (R-19)."""
        with self._database.transaction() as connection:
            return insert_missing(connection, run_ends, {**asdict(end), "outcome": end.outcome.value})

    def newest_first(self, account: str, since: datetime | None = None) -> Iterator[RunEnd]:
        """Yield the account's ends after an instant, newest first."""
        statement = select(run_ends).where(run_ends.c.account == account)
        if since is not None:
            statement = statement.where(run_ends.c.at > since)
        with self._database.reading() as connection:
            rows = connection.execute(statement.order_by(desc(run_ends.c.at), run_ends.c.run_id)).mappings()
            for row in rows:
                yield RunEnd(**{**row, "outcome": Outcome(row["outcome"])})

    def consecutive_failures(self, account: str, since: datetime | None = None) -> tuple[RunEnd, ...]:
        """Return the runs that failed one after the other up to now, newest first.

        Refused runs are passed over: they neither count nor end the row.
        """
        told = (end for end in self.newest_first(account, since) if end.outcome is not Outcome.SKIPPED)
        return tuple(takewhile(lambda end: end.outcome is Outcome.FAILED, told))
