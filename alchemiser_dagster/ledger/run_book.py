"""Which runs there were, and what became of each of their steps (R-14, R-45)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from importlib import import_module
from typing import Any, Final

from sqlalchemy import Connection, Select, Table, func, select

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.insertion import insert_missing
from alchemiser_dagster.ledger.run_tables import run_steps, runs
from alchemiser_dagster.records.values import Trigger

NUMBER: Final = "number"


class StepState(StrEnum):
    """What is known of a step; one that says "started" for long was left by a process that died."""

    STARTED = "started"
    ENDED = "ended"
    FAILED = "failed"
    REPEATED = "repeated"


@dataclass(frozen=True)
class RunRow:
    """A run that has begun.

    Parameters
    ----------
    causation_id
        The record or run that caused it; its own id where nothing did.
    session
        The session that it is for, or None where it is for none, or for several.
    launched_at
        When it was asked for, or None where that is not known; it waits for its turn until `began_at`.
    """

    run_id: str
    job: str
    correlation_id: str
    causation_id: str
    account: str
    session: date | None
    trigger: Trigger
    launched_at: datetime | None
    began_at: datetime


@dataclass(frozen=True)
class StepRow:
    """One attempt at a step of a run.

    Parameters
    ----------
    attempt
        From 1.
    span_id
        Its name in a trace: 16 hexadecimal digits.
    duration_seconds
        On a clock that never goes back; None until it is over.
    code, message
        Those of its error, without secrets; None where there was none.
    """

    run_id: str
    step: str
    attempt: int
    correlation_id: str
    account: str
    session: date | None
    span_id: str
    began_at: datetime
    duration_seconds: float | None = None
    state: StepState = StepState.STARTED
    code: str | None = None
    message: str | None = None


class RunBook:
    """The runs kept in a database. Writing the same again changes nothing (R-19)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def began(self, run: RunRow, step: StepRow | None = None) -> None:
        """Keep the run, and with it the step that begins; a run that is kept already stays as it is."""
        with self._database.transaction() as connection:
            insert_missing(
                connection, runs, {**asdict(run), NUMBER: _next(connection, runs, run.correlation_id)}
            )
            if step is not None:
                _put(connection, step)

    def step_began(self, step: StepRow) -> None:
        """Keep that a step began."""
        self._write(step)

    def step_ended(self, step: StepRow) -> None:
        """Keep how a step ended, also where its beginning could not be kept."""
        self._write(step)

    def of_run(self, run_id: str) -> RunRow | None:
        """Return the run, or None where it is not known."""
        return next(iter(self._runs(select(runs).where(runs.c.run_id == run_id))), None)

    def of_correlation(self, correlation_id: str) -> tuple[RunRow, ...]:
        """Return the runs that share the id, in the order in which they began."""
        return self._runs(select(runs).where(runs.c.correlation_id == correlation_id))

    def since(self, account: str, instant: datetime) -> tuple[RunRow, ...]:
        """Return the account's runs that began at or after the instant, in their order."""
        return self._runs(select(runs).where(runs.c.account == account, runs.c.began_at >= instant))

    def steps_of(self, correlation_id: str) -> tuple[StepRow, ...]:
        """Return the steps of all runs that share the id, in the order in which they began."""
        return self._steps(select(run_steps).where(run_steps.c.correlation_id == correlation_id))

    def steps_since(self, account: str, instant: datetime) -> tuple[StepRow, ...]:
        """Return the account's steps that began at or after the instant, in their order."""
        return self._steps(
            select(run_steps).where(run_steps.c.account == account, run_steps.c.began_at >= instant)
        )

    def _write(self, step: StepRow) -> None:
        with self._database.transaction() as connection:
            _put(connection, step)

    def _runs(self, statement: Select[Any]) -> tuple[RunRow, ...]:
        found = self._rows(statement.order_by(runs.c.began_at, runs.c.number))
        return tuple(RunRow(**{**row, "trigger": Trigger(row["trigger"])}) for row in found)

    def _steps(self, statement: Select[Any]) -> tuple[StepRow, ...]:
        found = self._rows(statement.order_by(run_steps.c.began_at, run_steps.c.number))
        return tuple(StepRow(**{**row, "state": StepState(row["state"])}) for row in found)

    def _rows(self, statement: Select[Any]) -> list[dict[str, Any]]:
        with self._database.reading() as connection:
            rows = connection.execute(statement).mappings().all()
        return [{name: row[name] for name in row if name != NUMBER} for row in rows]


def _next(connection: Connection, table: Table, correlation_id: str) -> int:
    """Return the place of a new row among those that share its id: a clock that stands tells none."""
    place = select(func.max(table.c[NUMBER])).where(table.c.correlation_id == correlation_id)
    return int(connection.execute(place).scalar() or 0) + 1


def _put(connection: Connection, step: StepRow) -> None:
    """Write the row, over the one that it continues; an attempt that is over never begins again."""
    dialect = import_module(f"sqlalchemy.dialects.{connection.dialect.name}")
    key = [column.name for column in run_steps.primary_key]
    values = asdict(step)
    statement = dialect.insert(run_steps).values(
        {**values, NUMBER: _next(connection, run_steps, step.correlation_id)}
    )
    news = {name: statement.excluded[name] for name in values if name not in key}
    is_going_on = run_steps.c.state == StepState.STARTED.value
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=news, where=is_going_on))
