from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from support.days import SESSION, Day

from alchemiser_dagster.assets.names import CAUSATION_TAG, CORRELATION_TAG, PARTITION_TAG, RECONCILED_BY_TAG
from alchemiser_dagster.automation.failures import first_failure, raised_failure

YESTERDAY = date(2024, 11, 27)


def notices(day: Day) -> list[dict[str, str]]:
    file = day.folder / ".alchemiser" / "notices.log"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def success_context(
    day: Day, run: dg.DagsterRun, event: dg.DagsterEvent, sensor: str
) -> dg.RunStatusSensorContext:
    return dg.build_run_status_sensor_context(
        sensor_name=sensor,
        dagster_instance=day.instance,
        dagster_run=run,
        dagster_event=event,
    )


def asked_by(day: Day, result: dg.ExecuteInProcessResult) -> dg.RunRequest | dg.SkipReason:
    sensor = "reconcile_after_success" if result.success else "recover_after_failure"
    definition = day.definitions.resolve_sensor_def(sensor)
    event = next(
        event
        for event in result.all_events
        if event.event_type
        is (dg.DagsterEventType.RUN_SUCCESS if result.success else dg.DagsterEventType.RUN_FAILURE)
    )
    with success_context(day, result.dagster_run, event, sensor) as context:
        answer = definition(context if result.success else context.for_run_failure())
    assert isinstance(answer, dg.RunRequest | dg.SkipReason)
    return answer


def test_a_reconciliation_follows_a_trading_run_under_the_same_correlation_id(day: Day) -> None:
    #
    result = day.run()
    request = asked_by(day, result)
    assert isinstance(request, dg.RunRequest)
    assert request.run_key == result.run_id
    assert request.partition_key == str(SESSION)
    assert request.tags[CORRELATION_TAG] == "correlation"
    assert request.tags[CAUSATION_TAG] == result.run_id
    assert request.run_config == {"resources": result.dagster_run.run_config["resources"]}


def test_without_a_tag_the_run_itself_is_the_correlation(day: Day) -> None:
    #
    result = day.run(tags={CORRELATION_TAG: ""})
    request = asked_by(day, result)
    assert isinstance(request, dg.RunRequest)
    assert request.tags[CORRELATION_TAG] == result.run_id


def test_a_run_that_the_command_reconciles_itself_is_left_to_it(day: Day) -> None:
    #
    answer = asked_by(day, day.run(tags={RECONCILED_BY_TAG: "command"}))
    assert isinstance(answer, dg.SkipReason)
    assert "is reconciled by whoever launched it" in str(answer.skip_message)


def test_a_run_for_another_session_is_told_of_but_not_reconciled(day: Day) -> None:
    #
    answer = asked_by(day, day.run(partition=YESTERDAY))
    assert isinstance(answer, dg.SkipReason)
    assert "was not for today's session, 2024-11-29" in str(answer.skip_message)
    (notice,) = notices(day)
    assert notice["title"] == "Failed at account_snapshot (simulated, session 2024-11-27)"


def test_hook_and_sensor_tell_of_a_failure_once(day: Day) -> None:
    #
    result = day.run(partition=YESTERDAY)
    assert len(notices(day)) == 1
    asked_by(day, result)
    asked_by(day, result)
    (notice,) = notices(day)
    assert notice["level"] == "error"
    assert "code: session" in notice["body"]
    assert "correlation id: correlation" in notice["body"]
    assert "Traceback" not in notice["body"]


def test_a_day_ends_in_one_notice_of_what_was_done(day: Day) -> None:
    #
    day.run()
    assert notices(day) == []
    day.run("reconciliation_job")
    day.run("reconciliation_job")
    (notice,) = notices(day)
    assert notice["title"].startswith("Traded: 2 of 2 trades filled, ")
    assert "reconciliation: clean" in notice["body"]
    assert "fragile decisions: none" in notice["body"]
    assert "why two_funds: Wants 60 % SPY and 40 % TLT" in notice["body"]


def test_a_reconciliation_on_its_own_says_nothing(day: Day) -> None:
    assert day.run("reconciliation_job").success
    assert notices(day) == []


def test_an_error_that_nobody_foresaw_is_told_without_its_text() -> None:
    #
    failure = raised_failure("market_data", KeyError("secret"))
    assert (failure.message, failure.code) == ("unexpected KeyError", "unexpected")


def test_a_run_that_went_well_has_no_failure(day: Day) -> None:
    assert first_failure(day.run().all_events) is None


def test_the_trading_job_is_in_its_lane_and_never_retried(day: Day) -> None:
    #
    tags = day.definitions.resolve_job_def("trading_job").tags
    assert tags["alchemiser/lane"] == "trading"
    assert tags["dagster/max_retries"] == "0"


@pytest.mark.parametrize("asset", ["account_snapshot", "execution_result", "reconciliation_report"])
def test_whoever_talks_to_the_broker_waits_in_its_pool(day: Day, asset: str) -> None:
    #
    definition = day.definitions.resolve_assets_def(dg.AssetKey(asset))
    assert definition.op.pool == "broker"


def test_the_instance_allows_one_trading_run_at_a_time() -> None:
    #
    text = (Path(__file__).parents[2] / "dagster.yaml").read_text()
    assert "key: alchemiser/lane\n        value: trading\n        limit: 1" in text
    assert PARTITION_TAG == "dagster/partition"
