"""The differences between books and broker that nobody has explained or accepted yet (R-38)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, insert, select, update

from alchemiser_dagster.errors import ConfigurationError
from alchemiser_dagster.ledger.account_books import post
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.insertion import Value
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.tables import breaks
from alchemiser_dagster.records.break_acceptance import BreakAcceptance
from alchemiser_dagster.records.posting import Posting
from alchemiser_dagster.records.reconciliation import Break, BreakKind, ReconciliationReport, Severity


class BreakState(StrEnum):
    """What became of a break; a note is cleared as soon as it is told."""

    OPEN = "open"
    ACCEPTED = "accepted"
    CLEARED = "cleared"


@dataclass(frozen=True)
class KeptBreak:
    """A break and what became of it.

    Parameters
    ----------
    session
        The session in which it was found first.
    report_id
        The last report that found it.
    resolved_at, resolved_by, reason
        None while it is open.
    """

    break_id: str
    account: str
    session: date
    kind: BreakKind
    severity: Severity
    symbol: str | None
    message: str
    remedy: str
    state: BreakState
    first_seen_at: datetime
    last_seen_at: datetime
    report_id: str
    resolved_at: datetime | None
    resolved_by: str | None
    reason: str | None


class BreakBook:
    """The breaks kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._journal = Journal(database)

    def locked_symbols(self, account: str) -> dict[str, str]:
        """Return the symbols that may not be traded, each with the message of its break."""
        statement = select(breaks.c.symbol, breaks.c.message).where(
            breaks.c.account == account,
            breaks.c.state == BreakState.OPEN.value,
            breaks.c.severity != Severity.NOTE.value,
            breaks.c.symbol.is_not(None),
        )
        with self._database.reading() as connection:
            return {
                row.symbol: row.message for row in connection.execute(statement.order_by(breaks.c.symbol))
            }

    def open_breaks(self, account: str) -> tuple[KeptBreak, ...]:
        """Return the breaks that lock or halt something now, oldest first."""
        return self._where(breaks.c.account == account, breaks.c.state == BreakState.OPEN.value)

    def history(self, account: str) -> tuple[KeptBreak, ...]:
        """Return every break that there ever was, notes included, oldest first."""
        return self._where(breaks.c.account == account)

    def states(self, account: str) -> Mapping[str, BreakState]:
        """Return what became of each break, by its id."""
        statement = select(breaks.c.break_id, breaks.c.state).where(breaks.c.account == account)
        with self._database.reading() as connection:
            return {row.break_id: BreakState(row.state) for row in connection.execute(statement)}

    def find(self, account: str, beginning: str) -> KeptBreak:
        """Return the one break whose id begins like this.

        Raises
        ------
        ConfigurationError
            If there is none, or more than one.
        """
        found = self._where(
            breaks.c.account == account, breaks.c.break_id.startswith(beginning, autoescape=True)
        )
        if len(found) != 1:
            raise ConfigurationError(
                f"{len(found) or 'no'} breaks have an id that begins with {beginning!r}",
                remedy="`alchemiser breaks --all` lists them with their ids",
            )
        return found[0]

    def observe(self, report: ReconciliationReport, connection: Connection) -> tuple[Break, ...]:
        """Keep what a report found, and return the breaks that are new.

        New breaks open, and notes are told; known ones are seen again. An open one that the report compared
        and did not find is cleared.
        """
        kept = _states_of(connection, report.envelope.account)
        new = tuple(found for found in report.breaks if found.break_id not in kept)
        for found in new:
            connection.execute(insert(breaks).values(_row(found, report)))
        for found in report.breaks:
            _see_again(connection, found, report)
        _clear_others(connection, report)
        return new

    def adjustments(self, kept: KeptBreak) -> tuple[Posting, ...]:
        """Return what accepting the break posts: what the last report that found it says."""
        report = self._journal.record_of(ReconciliationReport, kept.report_id)
        return next(
            (found.adjustments for found in report.breaks if found.break_id == kept.break_id),
            (),
        )

    def accept(self, acceptance: BreakAcceptance) -> bool:
        """Accept an open break: journal who and why, and post what makes the books agree.

        Return whether it was open; one that was accepted before is left as it is (R-19).

        Raises
        ------
        ConfigurationError
            If the break has cleared by itself.
        """
        envelope, break_id = acceptance.envelope, acceptance.break_id
        kept = self.find(envelope.account, break_id)
        with self._database.transaction() as connection:
            state = _states_of(connection, envelope.account)[kept.break_id]
            if state is BreakState.CLEARED:
                raise ConfigurationError(
                    f"break {break_id} has cleared by itself", remedy="There is nothing to accept"
                )
            if state is BreakState.ACCEPTED:
                return False
            self._journal.append(acceptance, connection=connection)
            post(connection, envelope.account, acceptance.posted, envelope.created_at)
            _resolve(
                connection,
                breaks.c.break_id == kept.break_id,
                state=BreakState.ACCEPTED.value,
                resolved_at=envelope.created_at,
                resolved_by=acceptance.by,
                reason=acceptance.reason,
            )
        return True

    def _where(self, *conditions: ColumnElement[bool]) -> tuple[KeptBreak, ...]:
        statement = select(breaks).where(*conditions).order_by(breaks.c.first_seen_at, breaks.c.break_id)
        with self._database.reading() as connection:
            return tuple(
                KeptBreak(
                    **{
                        **row,
                        "kind": BreakKind(row["kind"]),
                        "severity": Severity(row["severity"]),
                        "state": BreakState(row["state"]),
                    }
                )
                for row in connection.execute(statement).mappings()
            )


def _states_of(connection: Connection, account: str) -> dict[str, BreakState]:
    rows = connection.execute(select(breaks.c.break_id, breaks.c.state).where(breaks.c.account == account))
    return {row.break_id: BreakState(row.state) for row in rows}


def _row(found: Break, report: ReconciliationReport) -> dict[str, Value]:
    at, is_note = report.envelope.created_at, found.severity is Severity.NOTE
    return {
        "break_id": found.break_id,
        "account": report.envelope.account,
        "session": report.session,
        "kind": found.kind.value,
        "severity": found.severity.value,
        "symbol": found.symbol,
        "message": found.message,
        "remedy": found.remedy,
        "state": BreakState.CLEARED.value if is_note else BreakState.OPEN.value,
        "first_seen_at": at,
        "last_seen_at": at,
        "report_id": report.envelope.record_id,
        "resolved_at": at if is_note else None,
        "resolved_by": "reconciliation" if is_note else None,
        "reason": "explained" if is_note else None,
    }


def _see_again(connection: Connection, found: Break, report: ReconciliationReport) -> None:
    connection.execute(
        update(breaks)
        .where(breaks.c.break_id == found.break_id, breaks.c.state == BreakState.OPEN.value)
        .values(
            severity=found.severity.value,
            message=found.message,
            remedy=found.remedy,
            last_seen_at=report.envelope.created_at,
            report_id=report.envelope.record_id,
        )
    )


def _clear_others(connection: Connection, report: ReconciliationReport) -> None:
    """Clear the open breaks that the report looked for and did not find."""
    kinds = [kind.value for kind in BreakKind if report.compared.cash or not kind.needs_books]
    _resolve(
        connection,
        (breaks.c.account == report.envelope.account)
        & breaks.c.break_id.not_in([found.break_id for found in report.breaks])
        & breaks.c.kind.in_(kinds),
        state=BreakState.CLEARED.value,
        resolved_at=report.envelope.created_at,
        resolved_by="reconciliation",
        reason=f"not found again by report {report.envelope.record_id}",
    )


def _resolve(connection: Connection, which: ColumnElement[bool], **values: Value) -> None:
    connection.execute(update(breaks).where(which, breaks.c.state == BreakState.OPEN.value).values(**values))
