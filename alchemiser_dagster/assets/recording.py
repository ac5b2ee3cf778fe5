"""Keep that a step began and how it ended: in the ledger, in the log of calls, in a trace.

Nothing of it may disturb the step: what can't be kept is logged, and the step goes on (R-42).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from types import TracebackType
from typing import TYPE_CHECKING

import dagster as dg
from sqlalchemy.exc import SQLAlchemyError

from alchemiser_dagster.assets.names import CORRELATION_TAG
from alchemiser_dagster.assets.run_identity import causation_of, correlation_of, trigger_of
from alchemiser_dagster.assets.spans import RunBegun, RunSpans
from alchemiser_dagster.broker.call_log import CallPlace
from alchemiser_dagster.errors import AlchemiserError, BrokerError, ConfigurationError, StorageError
from alchemiser_dagster.ledger.run_book import RunBook, RunRow, StepRow, StepState
from alchemiser_dagster.logs import logger_named
from alchemiser_dagster.settings.secrets import mask
from alchemiser_dagster.telemetry.span_ids import span_of_step

if TYPE_CHECKING:
    from alchemiser_dagster.desk import TradingDesk

LOG = logger_named(__name__)
NOT_KEPT = (ConfigurationError, StorageError, BrokerError)
UNEXPECTED = "unexpected"

StageContext = dg.AssetExecutionContext | dg.AssetCheckExecutionContext


@dataclass(frozen=True)
class StepEnd:
    """How a step ended: its state, and the code and words of its error."""

    state: StepState
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True)
class StepPlace:
    """Where a step stands: its run, its desk, the one session that it is for (None for none or several)."""

    context: StageContext
    desk: TradingDesk
    spans: RunSpans
    name: str
    session: date | None

    @property
    def run(self) -> dg.DagsterRun:
        """The run, as it was launched."""
        return self.context.run

    @property
    def attempt(self) -> int:
        """The how-manieth try at the step it is, from 1."""
        repetitions: int = self.context.op_execution_context.retry_number
        return repetitions + 1

    @property
    def span_id(self) -> str:
        """The step's name in a trace."""
        return span_of_step(self.run.run_id, self.name, self.attempt)

    def step_row(self, began_at: datetime) -> StepRow:
        """Return the row of the step that begins."""
        return StepRow(
            run_id=self.run.run_id,
            step=self.name,
            attempt=self.attempt,
            correlation_id=correlation_of(self.run),
            account=self.desk.settings.account,
            session=self.session,
            span_id=self.span_id,
            began_at=began_at,
        )

    def run_row(self, began_at: datetime) -> RunRow:
        """Return the row of the run, which begins with this step."""
        return RunRow(
            run_id=self.run.run_id,
            job=self.run.job_name,
            correlation_id=correlation_of(self.run),
            causation_id=causation_of(self.run),
            account=self.desk.settings.account,
            session=self.session,
            trigger=trigger_of(self.run),
            launched_at=self._launched_at(began_at),
            began_at=began_at,
        )

    def _launched_at(self, now: datetime) -> datetime | None:
        """Return when the run was asked for: as long ago as the real clock says, where another rules too."""
        record = self.context.instance.get_run_record_by_id(self.run.run_id)
        return now - (self.desk.wall_clock.now() - record.create_timestamp) if record else None


class recorded:  # noqa: N801 - used as a verb: `with recorded(place):`
    """Keep that the step began, and how it ended, whatever becomes of it."""

    def __init__(self, place: StepPlace) -> None:
        self._place = place
        self._step = place.step_row(_present(place.desk))
        self._began = place.desk.wall_clock.monotonic()

    def __enter__(self) -> None:
        place, step = self._place, self._step
        _keep_beginning(place, step)
        place.desk.calls.begin(CallPlace(place.session, step.run_id, step.span_id), place.spans.call)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        desk = self._place.desk
        end = StepEnd(StepState.ENDED) if error is None else _end_by(error)
        desk.calls.end()
        _keep_end(self._place, _ended(self._step, end, desk, desk.wall_clock.monotonic() - self._began))


def _present(desk: TradingDesk) -> datetime:
    """Return what time it is for whoever reads of it; the real one where another can't be asked for."""
    try:
        return desk.present.now()
    except NOT_KEPT:
        return desk.wall_clock.now()


def _ended(step: StepRow, end: StepEnd, desk: TradingDesk, seconds: float) -> StepRow:
    message = None if end.message is None else mask(end.message, desk.settings.secrets)
    return replace(step, duration_seconds=round(seconds, 6), state=end.state, code=end.code, message=message)


def _end_by(error: BaseException) -> StepEnd:
    """Return how an exception ends a step; only what the system raised itself is told in its own words."""
    if isinstance(error, dg.RetryRequested):
        cause = error.__cause__
        told = StepEnd(StepState.FAILED) if cause is None else _end_by(cause)
        return replace(told, state=StepState.REPEATED)
    if isinstance(error, AlchemiserError):
        return StepEnd(StepState.FAILED, error.code, str(error))
    return StepEnd(StepState.FAILED, UNEXPECTED, f"unexpected {type(error).__name__}")


def _keep_beginning(place: StepPlace, step: StepRow) -> None:
    try:
        book = RunBook(place.desk.database)
        known = book.of_run(step.run_id)
        run = known or place.run_row(step.began_at)
        _begin_spans(place, run)
        if known is None:
            book.began(run, step)
            _tag(place, run.correlation_id)
        else:
            book.step_began(step)
    except (*NOT_KEPT, SQLAlchemyError) as error:
        LOG.warning("the beginning of a step is not kept", step=step.step, error=type(error).__name__)


def _keep_end(place: StepPlace, step: StepRow) -> None:
    place.spans.step(step)
    try:
        RunBook(place.desk.database).step_ended(step)
    except NOT_KEPT as error:
        LOG.warning("the end of a step is not kept", step=step.step, error=type(error).__name__)


def _begin_spans(place: StepPlace, run: RunRow) -> None:
    if place.spans.listens:
        cause = place.context.instance.get_run_by_id(run.causation_id) if _is_caused(run) else None
        place.spans.begin(RunBegun(run, cause.run_id if cause else None))


def _is_caused(run: RunRow) -> bool:
    return run.causation_id != run.run_id


def _tag(place: StepPlace, correlation_id: str) -> None:
    """Give a run that was launched without an id the one that it goes by, so that lists can be searched."""
    if CORRELATION_TAG not in place.run.tags:
        place.context.instance.add_run_tags(place.run.run_id, {CORRELATION_TAG: correlation_id})
