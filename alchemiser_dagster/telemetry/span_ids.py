"""Names of spans, derived from what they stand for: the same in the ledger, in the log of calls, in a trace.

A trace has 32 hexadecimal digits and a span 16, as OpenTelemetry has it.
"""

from __future__ import annotations

from typing import Final

from alchemiser_dagster.ids import derived_id

SPAN_DIGITS: Final = 16


def trace_of(correlation_id: str) -> str:
    """Return the trace of all runs that share the id (R-11)."""
    return derived_id("trace", correlation_id)


def span_of_run(run_id: str) -> str:
    """Return the span of a run."""
    return derived_id("run", run_id, length=SPAN_DIGITS)


def span_of_step(run_id: str, step: str, attempt: int) -> str:
    """Return the span of one attempt at a step."""
    return derived_id("step", run_id, step, str(attempt), length=SPAN_DIGITS)


def span_of_call(step_span: str, number: int) -> str:
    """Return the span of a call, the how-manieth in its step."""
    return derived_id("call", step_span, str(number), length=SPAN_DIGITS)
