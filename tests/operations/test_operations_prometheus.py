"""What is written for Prometheus is what Prometheus's own client reads."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import inf, isnan, nan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from operations.operations_bench import MONDAY, Measured, at
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from support.filled_ledger import CALENDAR, Filling, end_row, fill

from alchemiser_dagster.ledger.tables import run_ends
from alchemiser_dagster.operations.exposition import Family, Sample, exposition
from alchemiser_dagster.operations.prometheus import PREFIX, prometheus_text

NASTY = st.sampled_from('an\\"\n{}, =#é')
UNITS = ("_seconds", "_dollars", "_basis_points", "_ratio", "_total")
COUNTS = ("_due", "_without_result", "_unresolved", "_open", "_owed", "_halted")


def read(text: str) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(text)}


def value(families: dict[str, Metric], name: str, **labels: str) -> float:
    (found,) = (
        sample.value
        for family in families.values()
        for sample in family.samples
        if sample.name == PREFIX + name and sample.labels == labels
    )
    return float(found)


@pytest.fixture
def ledger(tmp_path: Path) -> Measured:
    return Measured(tmp_path)


def test_a_history_is_read_back_number_by_number(ledger: Measured) -> None:
    sessions = CALENDAR.between(date(2024, 11, 18), date(2024, 11, 22))
    fill(ledger.database, sessions, Filling(orders=2))
    failed = end_row("late", MONDAY, at(MONDAY), outcome="failed", code="data", correlation_id="late")
    ledger.write(run_ends, failed)
    history = ledger.history()
    found, measures = read(prometheus_text(history)), history.measures
    assert value(found, "trading_runs_total", outcome="traded") == 5
    assert value(found, "trading_runs_total", outcome="failed") == 1
    assert value(found, "launches_total", trigger="schedule") == 5
    assert value(found, "success_ratio") == pytest.approx(5 / 6)
    assert value(found, "sessions_without_result") == 1
    assert measures.run_seconds is not None
    assert value(found, "run_duration_seconds", quantile="0.95") == measures.run_seconds.p95
    assert value(found, "run_duration_seconds_count") == 5
    assert value(found, "run_duration_seconds_sum") == measures.run_seconds.total
    assert value(found, "step_duration_seconds", step="market_data", quantile="0.5") == (
        measures.step_seconds["market_data"].median
    )
    assert value(found, "first_order_seconds", quantile="1.0") == 10.0
    assert value(found, "orders_filled_total") == 10
    assert value(found, "slippage_dollars") == 5.0
    assert value(found, "equity_dollars") == 100000.12
    assert value(found, "last_result_timestamp_seconds") == at(sessions[-1]).timestamp()
    assert value(found, "halted") == 0


def test_every_family_has_help_a_type_and_a_unit_in_its_name(ledger: Measured) -> None:
    fill(ledger.database, (MONDAY,))
    text = prometheus_text(ledger.history())
    families = read(text).values()
    told = [line.split()[2] for line in text.splitlines() if line.startswith("# HELP ")]
    typed = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")]
    assert told == typed
    assert len(set(told)) == len(told) == len(families) > 20
    for family in families:
        assert family.documentation.endswith(".")
        is_counter = family.type == "counter"
        name = family.name + ("_total" if is_counter else "")
        assert name.startswith(PREFIX)
        assert name.endswith(UNITS + COUNTS)
        assert name.endswith("_total") == is_counter


def test_what_is_not_known_has_no_line(ledger: Measured) -> None:
    # a zero would say that trading cost nothing
    text = prometheus_text(ledger.history())
    for name in (
        "success_ratio",
        "slippage_dollars",
        "run_duration_seconds",
        "equity_dollars",
        "last_result",
    ):
        assert PREFIX + name not in text
    assert value(read(text), "orders_placed_total") == 0


@given(st.text(NASTY, max_size=20), st.text(NASTY, max_size=20))
def test_labels_and_help_are_escaped(label: str, help_text: str) -> None:
    text = exposition([Family("a_seconds", "gauge", f"x{help_text}x", [Sample(1.5, {"of": label})])])
    assert text.count("\n") == 3
    (family,) = text_string_to_metric_families(text)
    (sample,) = family.samples
    assert (sample.labels, sample.value) == ({"of": label}, 1.5)
    assert family.documentation == f"x{help_text}x"


@pytest.mark.parametrize("number", [0, -3, 2.5, 1e-9, 1e22, inf, -inf, Decimal("100000.120")])
def test_numbers_are_read_back(number: float | Decimal) -> None:
    (family,) = text_string_to_metric_families(exposition([Family("a", "gauge", "x", [Sample(number)])]))
    assert family.samples[0].value == float(number)


def test_no_number_is_told_as_what_it_is() -> None:
    (family,) = text_string_to_metric_families(exposition([Family("a", "gauge", "x", [Sample(nan)])]))
    assert isnan(family.samples[0].value)


def test_a_family_without_samples_is_left_out() -> None:
    assert exposition([Family("a", "gauge", "x", [])]) == ""
