"""What was approved, as the journal has it."""

from __future__ import annotations

from datetime import date

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.records.approval import Approval, ApprovalScope


class ApprovalBook:
    """The approvals kept in a database."""

    def __init__(self, database: Database) -> None:
        self._journal = Journal(database)

    def give(self, approval: Approval) -> None:
        """Keep an approval."""
        self._journal.append(approval)

    def of_subject(
        self, account: str, session: date, scope: ApprovalScope, subject_id: str
    ) -> Approval | None:
        """Return the newest approval of exactly this subject in the session, or None."""
        given = self.of_session(account, session, scope)
        return next((one for one in given if one.subject_id == subject_id), None)

    def of_session(self, account: str, session: date, scope: ApprovalScope) -> tuple[Approval, ...]:
        """Return what was approved in the session, newest first."""
        given = self._journal.newest_first(Approval, RecordQuery(session=session, account=account))
        return tuple(one for one in given if one.scope is scope)
