"""Spans over a real socket to a collector: the ids of the ledger, one trace a day, and nothing that hurts."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest
from support.collector import Collector, Received, collecting
from support.days import SETTINGS, Day

from alchemiser_dagster.automation.follow_up import caused_tags
from alchemiser_dagster.broker.call_records import calls_of
from alchemiser_dagster.errors import ConfigurationError
from alchemiser_dagster.ledger.run_book import RunBook
from alchemiser_dagster.settings import checks, load_settings
from alchemiser_dagster.telemetry.chosen_tracer import tracer_for
from alchemiser_dagster.telemetry.otlp_tracer import OtlpTracer
from alchemiser_dagster.telemetry.span_ids import span_of_run, trace_of
from alchemiser_dagster.telemetry.tracer import SilentTracer, Span

NOWHERE = "http://127.0.0.1:9"
SPAN = Span(
    name="market_data",
    trace_id=trace_of("day"),
    span_id=span_of_run("run"),
    parent_id=None,
    began_at=datetime(2024, 11, 29, 17, 45, 0, 123456, tzinfo=UTC),
    seconds=0.25,
    attributes={"step": "market_data", "attempt": 1},
    error="no bars",
)


def settings_for(endpoint: str) -> str:
    return f'{SETTINGS}\n[telemetry]\notlp_endpoint = "{endpoint}"\n'


def parts(collector: Collector) -> dict[str, Received]:
    return {span.span_id: span for span in collector.spans}


def exporters() -> int:
    return sum("Otel" in thread.name or thread.name == "telemetry" for thread in threading.enumerate())


def test_a_day_is_one_trace_with_the_ids_of_the_ledger(day: Day) -> None:
    #
    with collecting() as collector:
        day.settings_file.write_text(settings_for(collector.address))
        trading = day.run()
        day.run("reconciliation_job", tags=caused_tags("correlation", trading.run_id))
    found = parts(collector)
    book = RunBook(day.desk.database)
    assert set(collector.paths) == {"/v1/traces"}
    assert {span.trace_id for span in collector.spans} == {trace_of("correlation")}
    for run in book.of_correlation("correlation"):
        told = found[span_of_run(run.run_id)]
        is_first = run.run_id == trading.run_id
        assert (told.name, told.parent_id) == (run.job, None if is_first else span_of_run(trading.run_id))
        for call in calls_of(day.desk.settings.data_dir, day.session, run.run_id):
            assert (found[call.call_id].name, found[call.call_id].parent_id) == (call.call, call.span_id)
    for step in book.steps_of("correlation"):
        span = found[step.span_id]
        assert (span.name, span.parent_id) == (step.step, span_of_run(step.run_id))
        assert span.attributes["correlation_id"] == "correlation"
        assert span.attributes["session"] == str(day.session)
        assert (span.ended - span.began) / 1e9 == pytest.approx(step.duration_seconds)
    assert exporters() == 0


def test_no_secret_goes_out(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    #
    monkeypatch.setenv("ALCHEMISER_ALPACA__SECRET_KEY", "sesame-of-alpaca")
    monkeypatch.setenv("ALCHEMISER_ALPACA__KEY_ID", "PKSESAMESESAMESESAME")
    with collecting() as collector:
        day.settings_file.write_text(settings_for(collector.address))
        day.run()
    assert collector.bodies
    assert not any(b"sesame" in body.lower() for body in collector.bodies)


def test_a_failed_step_and_its_run_are_told_as_failed(day: Day) -> None:
    with collecting() as collector:
        day.settings_file.write_text(settings_for(collector.address))
        result = day.run("reconciliation_job", partition=datetime(2024, 11, 27, tzinfo=UTC).date())
    assert not result.success
    errors = {span.name: span.error for span in collector.spans}
    assert "can't be made for session 2024-11-27" in errors["reconciliation_report"]
    assert errors["reconciliation_job"] == errors["reconciliation_report"]


@pytest.mark.parametrize("trouble", ["down", "hangs", "refuses"])
def test_a_collector_in_trouble_changes_nothing_of_the_day(day: Day, trouble: str) -> None:
    #
    with collecting(hangs=trouble == "hangs", status=500) as collector:
        day.settings_file.write_text(settings_for(NOWHERE if trouble == "down" else collector.address))
        assert day.run().success
    assert collector.spans == []


def test_a_span_arrives_as_it_was_told() -> None:
    with collecting() as collector:
        tracer = OtlpTracer(collector.address)
        tracer.tell(SPAN)
        tracer.close()
    (span,) = collector.spans
    assert (span.trace_id, span.span_id, span.parent_id) == (SPAN.trace_id, SPAN.span_id, None)
    assert span.began == int(SPAN.began_at.timestamp()) * 10**9 + 123_456_000
    assert span.ended - span.began == 250_000_000
    assert (span.error, span.attributes) == ("no bars", {"step": "market_data", "attempt": 1})


def test_the_end_waits_for_a_hanging_collector_for_a_while_only() -> None:
    # the join that bounds it is on a thread that never comes back while the collector hangs
    with collecting(hangs=True) as collector:
        tracer = OtlpTracer(collector.address)
        tracer.tell(SPAN)
        tracer.close()
        assert collector.bodies
        assert collector.spans == []
        tracer.tell(SPAN)


def test_switched_off_nothing_of_it_is_imported() -> None:
    code = (
        "import sys, alchemiser_dagster.definitions, alchemiser_dagster.assets.recording\n"
        "from alchemiser_dagster.settings.tree import Settings\n"
        "from alchemiser_dagster.telemetry.chosen_tracer import tracer_for\n"
        "tracer = tracer_for(Settings())\n"
        "assert not tracer.listens\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    shown = subprocess.run(  # noqa: S603 - this very Python
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert shown.stdout.strip().splitlines()[-1] == "[]"


def test_switched_off_nothing_is_put_together(day: Day) -> None:
    tracer = tracer_for(day.desk.settings)
    assert isinstance(tracer, SilentTracer)
    assert day.run().success
    assert exporters() == 0


def test_a_missing_extra_is_said_with_its_remedy(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    #
    day.settings_file.write_text(settings_for(NOWHERE))
    monkeypatch.setattr(checks, "TELEMETRY_PACKAGES", ("a-package-that-nobody-has",))
    with pytest.raises(ConfigurationError, match=r"pip install 'alchemiser-dagster\[telemetry\]'"):
        load_settings(day.settings_file)


@pytest.mark.parametrize("address", ["collector:4318", "ftp://collector", "http://user:secret@collector"])
def test_what_is_no_address_is_refused(day: Day, address: str) -> None:
    #
    day.settings_file.write_text(settings_for(address))
    with pytest.raises(ConfigurationError, match="otlp_endpoint") as refused:
        load_settings(day.settings_file)
    assert "secret" not in str(refused.value)


def test_a_variable_that_opentelemetry_can_not_read_costs_the_spans_alone(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    #
    monkeypatch.setenv("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "many")
    day.settings_file.write_text(settings_for(NOWHERE))
    assert isinstance(tracer_for(load_settings(day.settings_file)), SilentTracer)
