"""`operations_report`: what it shows in the UI, and what follows a comparison."""

from __future__ import annotations

from base64 import b64decode

import dagster as dg
import pytest
from support.days import Day
from support.filled_ledger import CALENDAR, Filling, fill

from alchemiser_dagster.assets.names import CAUSATION_TAG, CORRELATION_TAG, TRIGGER_TAG
from alchemiser_dagster.ledger.run_book import RunBook

PICTURES = {"outcomes", "step_durations", "slippage", "costs", "equity_curve"}
PNG = b"\x89PNG"


def report(day: Day) -> dict[str, object]:
    done = day.definitions.resolve_job_def("operations_job").execute_in_process(
        run_config={
            "resources": {"desk": {"config": {"settings_file": str(day.settings_file)}}},
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
        tags={CORRELATION_TAG: "correlation"},
        instance=day.instance,
    )
    (made,) = done.get_asset_materialization_events()
    materialization = made.step_materialization_data.materialization
    assert materialization.tags[CORRELATION_TAG] == "correlation"
    return {name: value.value for name, value in materialization.metadata.items()}


def test_a_history_is_shown_in_numbers_tables_and_pictures(day: Day) -> None:
    #
    fill(day.desk.database, CALENDAR.between(day.session.replace(day=18), day.session), Filling(orders=1))
    shown = report(day)
    assert shown["success_rate"] == 1.0
    assert shown["trading_runs"] == 9
    assert shown["slippage_basis_points"] == pytest.approx(5.0)
    assert "| success rate | 100.0 % |" in str(shown["measures"])
    assert "market_data" in str(shown["durations"])
    for name in PICTURES:
        head, _, picture = str(shown[name]).partition("base64,")
        assert head == f"![{name}](data:image/png;"
        assert b64decode(picture.removesuffix(")")).startswith(PNG)


def test_without_a_history_nothing_is_claimed_and_nothing_fails(day: Day) -> None:
    #
    shown = report(day)
    assert shown["trading_runs"] == 0
    assert not {"success_rate", "run_seconds_median", "slippage_dollars"} & shown.keys()
    assert set(shown) >= PICTURES


def test_it_follows_a_comparison_under_its_correlation_id(day: Day) -> None:
    #
    compared = day.run("reconciliation_job")
    ended = next(
        event for event in compared.all_events if event.event_type is dg.DagsterEventType.RUN_SUCCESS
    )
    sensor = day.definitions.resolve_sensor_def("measure_after_comparison")
    with dg.build_run_status_sensor_context(
        sensor_name=sensor.name,
        dagster_instance=day.instance,
        dagster_run=compared.dagster_run,
        dagster_event=ended,
    ) as context:
        request = sensor(context)
    assert isinstance(request, dg.RunRequest)
    assert request.run_key == compared.run_id
    assert request.run_config == {"resources": compared.dagster_run.run_config["resources"]}
    assert request.tags[CORRELATION_TAG] == "correlation"
    assert request.tags[CAUSATION_TAG] == compared.run_id
    assert request.tags[TRIGGER_TAG] == "sensor"
    measured = day.definitions.resolve_job_def("operations_job").execute_in_process(
        run_config=dict(request.run_config), tags=dict(request.tags), instance=day.instance
    )
    assert measured.success
    jobs = {run.job for run in RunBook(day.desk.database).of_correlation("correlation")}
    assert jobs == {"reconciliation_job", "operations_job"}
