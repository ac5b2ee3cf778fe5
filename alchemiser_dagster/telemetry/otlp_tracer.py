"""Spans to an OpenTelemetry collector, over HTTP, from a thread of their own."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Lock, Thread
from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from alchemiser_dagster import __version__
from alchemiser_dagster.logs import logger_named
from alchemiser_dagster.telemetry.tracer import Span

LOG = logger_named(__name__)
TRACES: Final = "/v1/traces"
SERVICE: Final = {"service.name": "alchemiser", "service.version": __version__}
EXPORT_SECONDS: Final = 2.0
CLOSE_SECONDS: Final = 2.0
MOST_WAITING: Final = 10_000
BATCH: Final = 512
BETWEEN_BATCHES_MILLISECONDS: Final = 2_000
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


class OtlpTracer:
    """Sends spans on when they are over, under the ids that they were given.

    A collector that is down or hangs costs spans and nothing else: what waits is bounded, and at the end it
    is waited for two seconds.
    """

    def __init__(self, endpoint: str) -> None:
        self._ids = _GivenIds()
        self._exporter = _Exporter(_address(endpoint))
        self._provider = TracerProvider(
            sampler=ALWAYS_ON, resource=Resource(SERVICE), shutdown_on_exit=False, id_generator=self._ids
        )
        self._provider.add_span_processor(
            BatchSpanProcessor(
                self._exporter,
                max_queue_size=MOST_WAITING,
                schedule_delay_millis=BETWEEN_BATCHES_MILLISECONDS,
                max_export_batch_size=BATCH,
            )
        )
        self._tracer = self._provider.get_tracer("alchemiser_dagster", __version__)
        self._lock = Lock()

    @property
    def listens(self) -> bool:
        """Return that spans go somewhere."""
        return True

    def tell(self, span: Span) -> None:
        """Take a span to send on."""
        began = (span.began_at - EPOCH) // MICROSECOND * 1_000
        with self._lock:
            self._ids.give(span)
            sent = self._tracer.start_span(
                span.name,
                context=_context_of(span),
                kind=SpanKind.CLIENT if span.is_request else SpanKind.INTERNAL,
                attributes=dict(span.attributes),
                start_time=began,
            )
        if span.error is not None:
            sent.set_status(Status(StatusCode.ERROR, span.error))
        sent.end(began + round(span.seconds * 1e9))

    def close(self) -> None:
        """Send what is left, for two seconds at most."""
        closing = Thread(target=self._provider.shutdown, name="telemetry", daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)
        self._exporter.shutdown()


class _GivenIds(IdGenerator):
    """Gives a new span the ids that it was told of under."""

    def __init__(self) -> None:
        self._trace = self._span = 0

    def give(self, span: Span) -> None:
        self._trace, self._span = int(span.trace_id, 16), int(span.span_id, 16)

    def generate_span_id(self) -> int:
        return self._span

    def generate_trace_id(self) -> int:
        return self._trace


class _Exporter(SpanExporter):
    """Sends batches; says once that they don't arrive; sends nothing more once it is over."""

    def __init__(self, address: str) -> None:
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # failures are told once, below
        self._inner = OTLPSpanExporter(
            endpoint=address, timeout=EXPORT_SECONDS, compression=Compression.NoCompression
        )
        self._is_over = self._has_told = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if self._is_over:
            return SpanExportResult.FAILURE
        result = self._inner.export(spans)
        if result is not SpanExportResult.SUCCESS and not self._has_told:
            self._has_told = True
            LOG.warning("spans did not reach the collector")
        return result

    def shutdown(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._inner.shutdown()  # type: ignore[no-untyped-call]


def _address(endpoint: str) -> str:
    return endpoint if endpoint.endswith(TRACES) else endpoint.rstrip("/") + TRACES


def _context_of(span: Span) -> Context:
    """Return the context in which the span begins: inside its parent, whoever has told of that."""
    if span.parent_id is None:
        return Context()
    parent = SpanContext(
        int(span.trace_id, 16), int(span.parent_id, 16), is_remote=True, trace_flags=TraceFlags(1)
    )
    return set_span_in_context(NonRecordingSpan(parent), Context())
