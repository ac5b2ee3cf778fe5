"""Which plans were begun, and what became of them: one row per plan, one plan per place in a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, func, select, update

from alchemiser_dagster.errors import SessionError, StorageError, SupersededError
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.insertion import insert_missing
from alchemiser_dagster.ledger.tables import executions
from alchemiser_dagster.ledger.wishes import keep_wishes
from alchemiser_dagster.records.plan import RebalancePlan


class ExecutionState(StrEnum):
    """How far the execution of a plan is; abandoned means that a later run settled what it left."""

    OPEN = "open"
    CLOSED = "closed"
    ABANDONED = "abandoned"


@dataclass(frozen=True)
class Execution:
    """The execution of one plan.

    `result_record_id` names the result in the journal; None until the execution is closed.
    """

    plan_id: str
    account: str
    session: date
    sequence: int
    state: ExecutionState
    plan_record_id: str
    correlation_id: str
    opened_at: datetime
    closed_at: datetime | None
    result_record_id: str | None


class ExecutionBook:
    """The executions kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, plan: RebalancePlan, opened_at: datetime) -> Execution:
        """Begin the plan's execution, or return the one that was begun before (R-19).

        What each strategy wants of the plan's lines is kept beside it, before anything is sent.

        Raises
        ------
        SupersededError
            If another plan took the plan's place in its session.
        """
        with self._database.transaction() as connection:
            insert_missing(
                connection,
                executions,
                {
                    "plan_id": plan.plan_id,
                    "account": plan.envelope.account,
                    "session": plan.session,
                    "sequence": plan.sequence,
                    "state": ExecutionState.OPEN.value,
                    "plan_record_id": plan.envelope.record_id,
                    "correlation_id": plan.envelope.correlation_id,
                    "opened_at": opened_at,
                },
            )
            begun = _begun(connection, plan)
            keep_wishes(connection, plan)
        if begun is None:
            raise StorageError("the execution was not kept", where=f"plan {plan.plan_id}")
        return begun

    def begun(self, plan: RebalancePlan) -> Execution | None:
        """Return the plan's execution, or None where its place in the session is free.

        Raises
        ------
        SupersededError
            If another plan took the place.
        """
        with self._database.reading() as connection:
            return _begun(connection, plan)

    def close(
        self, plan_id: str, *, result_record_id: str, closed_at: datetime, connection: Connection
    ) -> None:
        """Close an open execution with its result, within the transaction that keeps the result."""
        self._end(
            connection,
            plan_id,
            {
                "state": ExecutionState.CLOSED.value,
                "result_record_id": result_record_id,
                "closed_at": closed_at,
            },
        )

    def abandon(self, plan_id: str, closed_at: datetime) -> None:
        """End an open execution whose orders were settled by a later run."""
        with self._database.transaction() as connection:
            self._end(connection, plan_id, {"state": ExecutionState.ABANDONED.value, "closed_at": closed_at})

    def find(self, plan_id: str) -> Execution | None:
        """Return the plan's execution, or None where it was never begun."""
        return next(iter(self._where(executions.c.plan_id == plan_id)), None)

    def open_for(self, account: str, session: date) -> Execution | None:
        """Return the session's execution that was begun and not ended: the one to resume."""
        found = self._where(
            executions.c.account == account,
            executions.c.session == session,
            executions.c.state == ExecutionState.OPEN.value,
        )
        return found[-1] if found else None

    def last_begun(self, account: str, session: date) -> Execution | None:
        """Return the session's execution that was begun last, or None where none was."""
        found = self._where(executions.c.account == account, executions.c.session == session)
        return found[-1] if found else None

    def begun_between(self, account: str, first: date, last: date) -> tuple[Execution, ...]:
        """Return every execution of the sessions from the first to the last, oldest first."""
        in_range = executions.c.session.between(first, last)
        return self._where(executions.c.account == account, in_range)

    def all_open(self, account: str) -> tuple[Execution, ...]:
        """Return every execution of the account that was begun and not ended, oldest first."""
        return self._where(executions.c.account == account, executions.c.state == ExecutionState.OPEN.value)

    def require_none_after(self, account: str, session: date) -> None:
        """Raise `SessionError` if the account has traded a later session: its books only go forward."""
        later = self._where(executions.c.account == account, executions.c.session > session)
        if later:
            raise SessionError(
                f"the account has traded session {later[-1].session} already, which is later",
                where=f"session {session}",
                remedy="Run a session from that one on, or set `account` to a new name for another account",
            )

    def count(self, account: str, session: date) -> int:
        """Return how many plans were begun for the account in the session."""
        with self._database.reading() as connection:
            counted = connection.execute(
                select(func.count())
                .select_from(executions)
                .where(executions.c.account == account, executions.c.session == session)
            ).scalar_one()
        return int(counted)

    def _where(self, *conditions: ColumnElement[bool]) -> tuple[Execution, ...]:
        with self._database.reading() as connection:
            return _select(connection, *conditions)

    def _end(self, connection: Connection, plan_id: str, values: dict[str, str | datetime]) -> None:
        ended = connection.execute(
            update(executions)
            .where(executions.c.plan_id == plan_id, executions.c.state == ExecutionState.OPEN.value)
            .values(values)
        )
        if ended.rowcount != 1:
            raise StorageError(
                "the execution is not open, so it can't be ended",
                where=f"plan {plan_id}",
                remedy="Another process ended it; `alchemiser status` shows what it did",
            )


def _begun(connection: Connection, plan: RebalancePlan) -> Execution | None:
    found = _select(
        connection,
        executions.c.account == plan.envelope.account,
        executions.c.session == plan.session,
        executions.c.sequence == plan.sequence,
    )
    if found and found[0].plan_id != plan.plan_id:
        raise SupersededError(
            f"another plan was begun as number {plan.sequence} of session {plan.session}",
            where=f"plan {plan.plan_id}",
            remedy="Nothing was sent for this one; run again to plan from the account as it is now",
        )
    return found[0] if found else None


def _select(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[Execution, ...]:
    statement = select(executions).where(*conditions)
    ordered = statement.order_by(executions.c.session, executions.c.sequence)
    rows = connection.execute(ordered).mappings()
    return tuple(Execution(**{**row, "state": ExecutionState(row["state"])}) for row in rows)
