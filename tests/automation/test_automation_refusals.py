"""A run that stands aside for another one: told as skipped, and not reconciled (R-20)."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import pytest
from filelock import FileLock
from support.days import SESSION, Day

from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.records.plan import RebalancePlan


@pytest.fixture
def day(tmp_path: Path) -> Day:
    return Day.in_folder(tmp_path)


def titles(day: Day) -> list[str]:
    file = day.folder / ".alchemiser" / "notices.log"
    return [json.loads(line)["title"] for line in file.read_text().splitlines()] if file.exists() else []


def answer_to_failure(day: Day, result: dg.ExecuteInProcessResult) -> object:
    failed = next(event for event in result.all_events if event.is_run_failure)
    desk = DeskResource(settings_file=str(day.settings_file), session=str(SESSION), console_notices=False)
    sensor = day.definitions.resolve_sensor_def("recover_after_failure")
    with dg.build_run_status_sensor_context(
        sensor_name=sensor.name,
        dagster_instance=day.instance,
        dagster_run=result.dagster_run,
        dagster_event=failed,
        resources={"desk": desk},
    ) as context:
        return sensor(context.for_run_failure())


def test_the_account_is_not_looked_at_while_another_run_trades_it(day: Day) -> None:
    account = day.desk.settings.account
    folder = day.desk.lock_folder
    folder.mkdir(parents=True)
    with FileLock(folder / f"account-{derived_id(account, length=16)}.lock"):
        result = day.run()
    failed = [event.step_key for event in result.all_events if event.is_step_failure]
    assert failed == ["account_snapshot"]
    assert titles(day) == [f"Skipped (simulated, session {SESSION})"]
    answer = answer_to_failure(day, result)
    assert isinstance(answer, dg.SkipReason)
    assert "the run that had the account goes on" in str(answer.skip_message)
    assert titles(day) == [f"Skipped (simulated, session {SESSION})"]


def test_a_plan_that_another_run_carried_out_is_not_claimed_as_ones_own(day: Day) -> None:
    assert day.run().success
    fills = day.desk.fills.of_session(day.desk.settings.account, SESSION)
    again = day.definitions.resolve_job_def("trading_job").execute_in_process(
        partition_key=str(SESSION),
        run_config=config_of(day),
        asset_selection=[dg.AssetKey("execution_result")],
        tags={"alchemiser/correlation_id": "other"},
        instance=day.instance,
        raise_on_error=False,
    )
    assert not again.success
    assert titles(day) == [f"Skipped (simulated, session {SESSION})"]
    assert day.desk.fills.of_session(day.desk.settings.account, SESSION) == fills


def test_of_a_plan_that_was_never_begun_nothing_is_due(day: Day) -> None:
    #
    assert day.run().success
    desk = day.desk
    plan = desk.journal.latest(RebalancePlan, RecordQuery(session=SESSION))
    assert plan is not None
    lines = tuple(line.model_copy(update={"line_id": f"other-{line.line_id}"}) for line in plan.lines)
    envelope = plan.envelope.model_copy(update={"record_id": "never-begun", "correlation_id": "other"})
    desk.journal.append(plan.model_copy(update={"envelope": envelope, "plan_id": "other", "lines": lines}))
    reconciled = day.run("reconciliation_job")
    checks = reconciled.get_asset_check_evaluations()
    assert {check.passed for check in checks} == {True}


def config_of(day: Day) -> dict[str, object]:
    desk = {"settings_file": str(day.settings_file), "session": str(day.session), "console_notices": False}
    return {
        "resources": {"desk": {"config": desk}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
