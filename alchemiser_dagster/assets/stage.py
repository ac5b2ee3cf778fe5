"""What every stage does around its one call: identity, logs, typed failures, the journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, TypeVar

import dagster as dg

from alchemiser_dagster.assets.names import CAUSATION_TAG, CORRELATION_TAG
from alchemiser_dagster.assets.recording import StepPlace, recorded
from alchemiser_dagster.assets.repeating import repeated
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.assets.run_identity import causation_of, correlation_of
from alchemiser_dagster.errors import AlchemiserError, DataError, SessionError
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.logs import bind_run, logger_named, step_log
from alchemiser_dagster.records.envelope import Envelope, Record, RunIdentity
from alchemiser_dagster.reports.markdown import to_markdown
from alchemiser_dagster.reports.table import Table

if TYPE_CHECKING:
    from alchemiser_dagster.desk import TradingDesk

RecordType = TypeVar("RecordType", bound=Record)
StageContext = dg.AssetExecutionContext | dg.AssetCheckExecutionContext

ERROR_CODE = "error_code"
EXIT_CODE = "exit_code"


@dataclass(frozen=True)
class Stage:
    """One step of one run: its desk, its identity and the sessions that it is for."""

    name: str
    desk: TradingDesk
    identity: RunIdentity
    causation_id: str
    sessions: tuple[date, ...]
    tags_of_run: Mapping[str, str] = field(default_factory=dict)

    @property
    def session(self) -> date:
        """The one session of a stage that works on one."""
        (session,) = self.sessions
        return session

    def envelope(self, *causes: Record) -> Envelope:
        """Return the envelope of a record that this stage makes out of the causes."""
        ids = [record.envelope.record_id for record in causes] or [self.causation_id]
        return self.desk.envelope(self.identity, self.name, ids)

    def find(self, kind: type[RecordType], session: date, name: str = "") -> RecordType | None:
        """Return the newest record of a kind for the session: this run's own, else any run's."""
        account = self.desk.settings.account
        own = RecordQuery(session, account, name, self.identity.correlation_id)
        any_run = RecordQuery(session, account, name)
        journal = self.desk.journal
        return journal.latest(kind, own) or journal.latest(kind, any_run)

    def require(self, kind: type[RecordType], session: date, name: str = "") -> RecordType:
        """Return what `find` finds; raise `DataError` where there is nothing (R-03)."""
        record = self.find(kind, session, name)
        if record is None:
            raise DataError(
                f"there is no {kind.kind} for session {session}",
                where=f"{kind.kind}/{name}" if name else kind.kind,
                remedy="Materialise it first, or launch trading_job as a whole",
            )
        return record

    def keep(self, record: Record, name: str = "") -> None:
        """Add the record to the journal."""
        self.desk.journal.append(record, name=name)

    def tags(self) -> dict[str, str]:
        """Return the tags of the stage's materialisations."""
        return {CORRELATION_TAG: self.identity.correlation_id, CAUSATION_TAG: self.causation_id}

    def mark(self, result: dg.AssetCheckResult) -> dg.AssetCheckResult:
        """Return what a check found with the ids of the run in its metadata (R-11)."""
        return dg.AssetCheckResult(
            check_name=result.check_name,
            passed=result.passed,
            severity=result.severity,
            description=result.description,
            metadata={**result.metadata, **self._ids},
        )

    def marked(self, *results: dg.AssetCheckResult) -> list[dg.AssetCheckResult]:
        """Return what checks found with the ids of the run in their metadata."""
        return [self.mark(result) for result in results]

    @property
    def _ids(self) -> dict[str, str]:
        return {"correlation_id": self.identity.correlation_id, "run_id": self.identity.run_id}


@contextmanager
def open_stage(context: StageContext, resource: DeskResource, name: str) -> Iterator[Stage]:
    """Yield the stage; log its start, end and duration; turn an understood error into a typed failure."""
    with understood_failures():
        stage = _stage(context, resource, name)
        only = stage.session if len(stage.sessions) == 1 else None
        place = StepPlace(context, stage.desk, resource.spans(), name, only)
        logger = logger_named(f"alchemiser_dagster.assets.{name}")
        with (
            bind_run(stage.identity.correlation_id, stage.identity.run_id, step=name, span_id=place.span_id),
            recorded(place),
            repeated(name, context.op_execution_context.retry_number, stage.desk, stage.sessions),
            step_log(logger, name, stage.desk.clock),
        ):
            yield stage


@contextmanager
def open_trading_stage(
    context: dg.AssetExecutionContext, resource: DeskResource, name: str
) -> Iterator[Stage]:
    """Yield a stage that may only be for the session in which the clock stands."""
    with open_stage(context, resource, name) as stage:
        require_today(stage)
        yield stage


def require_today(stage: Stage) -> None:
    """Raise `SessionError` unless the stage is for today's session alone."""
    today = stage.desk.today
    others = [session for session in stage.sessions if session != today]
    if others:
        raise SessionError(
            f"{stage.name} can't be made for session {others[0]}: it is made only for today's, {today}",
            remedy="For the past use `alchemiser signals` or a backtest: neither reaches a broker",
        )


@contextmanager
def understood_failures() -> Iterator[None]:
    """Turn the system's own errors into Dagster failures that say what, where and what to do."""
    try:
        yield
    except AlchemiserError as error:
        raise dg.Failure(
            description=str(error),
            metadata={ERROR_CODE: error.code, EXIT_CODE: error.exit_code, **_facts(error)},
            allow_retries=False,
        ) from None


def tables(**found: Table) -> dict[str, dg.MetadataValue]:
    """Return tables as metadata that the UI renders in place."""
    return {name: dg.MetadataValue.md(to_markdown(table)) for name, table in found.items()}


def _stage(context: StageContext, resource: DeskResource, name: str) -> Stage:
    run = context.run
    return Stage(
        name=name,
        desk=resource.desk(),
        identity=RunIdentity(run_id=run.run_id, correlation_id=correlation_of(run)),
        causation_id=causation_of(run),
        sessions=_sessions(context),
        tags_of_run=run.tags,
    )


def _sessions(context: StageContext) -> tuple[date, ...]:
    """Return the sessions of the run; none where it is for no partition, as a check that is run by itself."""
    is_partitioned = context.has_partition_key or context.has_partition_key_range
    return tuple(map(date.fromisoformat, context.partition_keys)) if is_partitioned else ()


def _facts(error: AlchemiserError) -> Mapping[str, str]:
    facts = {"where": error.where, "remedy": error.remedy}
    return {name: text for name, text in facts.items() if text}
