"""A run as a trace: a span for the run, inside it one for each step, inside these one for each call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from alchemiser_dagster.broker.call_records import CallRecord
from alchemiser_dagster.ledger.run_book import RunRow, StepRow, StepState
from alchemiser_dagster.telemetry.span_ids import span_of_run, trace_of
from alchemiser_dagster.telemetry.tracer import Span, Tracer

Attributes = dict[str, str | int | float | bool]


@dataclass(frozen=True)
class RunBegun:
    """A run whose spans are told, and the run that caused it; None where no run did."""

    row: RunRow
    caused_by_run: str | None


class RunSpans:
    """Tells a tracer of one run, part by part; where nobody listens, nothing is put together."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._begun: RunBegun | None = None
        self._ends_at: datetime | None = None
        self._error: str | None = None

    @property
    def listens(self) -> bool:
        """Whether anybody is told."""
        return self._tracer.listens

    def begin(self, begun: RunBegun) -> None:
        """Take that the run began; that of its first step counts."""
        self._begun = self._begun or begun

    def step(self, row: StepRow) -> None:
        """Tell of a step that is over."""
        if not self.listens:
            return
        seconds = row.duration_seconds or 0.0
        self._ends_at = row.began_at + timedelta(seconds=seconds)
        self._error = self._error if row.state is StepState.ENDED else _error_of(row)
        attributes: Attributes = {"attempt": row.attempt, "state": row.state.value}
        self._tracer.tell(
            Span(
                name=row.step,
                trace_id=trace_of(row.correlation_id),
                span_id=row.span_id,
                parent_id=span_of_run(row.run_id),
                began_at=row.began_at,
                seconds=seconds,
                attributes={**_identity(row), **attributes, "step": row.step},
                error=None if row.state is StepState.ENDED else _error_of(row),
            )
        )

    def call(self, record: CallRecord) -> None:
        """Tell of a call that is over."""
        begun = self._begun
        if begun is None or not self.listens:
            return
        attributes: Attributes = {"call": record.call}
        if record.status is not None:
            attributes["status"] = record.status
        self._tracer.tell(
            Span(
                name=record.call,
                trace_id=trace_of(begun.row.correlation_id),
                span_id=record.call_id,
                parent_id=record.span_id,
                began_at=record.at - timedelta(seconds=record.seconds),
                seconds=record.seconds,
                attributes={**_identity(begun.row), **attributes},
                error=record.error,
                is_request=True,
            )
        )

    def close(self) -> None:
        """Tell of the run as a whole, and send what is left."""
        begun, ends_at = self._begun, self._ends_at
        if begun is not None and ends_at is not None:
            self._tracer.tell(_run_span(begun, ends_at, self._error))
        self._tracer.close()


def _run_span(begun: RunBegun, ends_at: datetime, error: str | None) -> Span:
    row = begun.row
    return Span(
        name=row.job,
        trace_id=trace_of(row.correlation_id),
        span_id=span_of_run(row.run_id),
        parent_id=span_of_run(begun.caused_by_run) if begun.caused_by_run else None,
        began_at=row.began_at,
        seconds=(ends_at - row.began_at).total_seconds(),
        attributes={**_identity(row), "job": row.job, "trigger": row.trigger.value},
        error=error,
    )


def _identity(row: RunRow | StepRow) -> Attributes:
    session = {} if row.session is None else {"session": row.session.isoformat()}
    return {"correlation_id": row.correlation_id, "run_id": row.run_id, **session}


def _error_of(row: StepRow) -> str:
    return f"{row.step}: {row.message or row.state.value}"
