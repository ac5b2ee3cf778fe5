"""What follows a run that failed: its recovery, the one run that trades the rest, and a notice of each."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import pytest
from support.days import SESSION, SETTINGS, Day, failure_text

from alchemiser_dagster.assets.names import CAUSATION_TAG, CORRELATION_TAG, RECONCILED_BY_TAG
from alchemiser_dagster.automation.follow_up import caused_tags
from alchemiser_dagster.errors import StorageError
from alchemiser_dagster.execution.lock import account_lock
from alchemiser_dagster.execution.order_desk import OrderDesk
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.records.envelope import RunIdentity
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.halt import HaltChange, HaltLevel
from alchemiser_dagster.records.recovery import RecoveryReport
from alchemiser_dagster.records.values import Outcome

RESUME = 'after_failure = "resume"'
EVENTS = {
    dg.DagsterEventType.RUN_SUCCESS: "resume_after_recovery",
    dg.DagsterEventType.RUN_FAILURE: "recover_after_failure",
}


def day_in(folder: Path, after_failure: str = "") -> Day:
    return Day.in_folder(folder, f"[trading]\n{after_failure}\n{SETTINGS}")


def failed_run(day: Day, **tags: str) -> dg.ExecuteInProcessResult:
    """Trade until the second line is to be sent: the ledger fails then."""
    send = OrderDesk.send

    def sent(desk: OrderDesk, order: LedgerOrder) -> LedgerOrder:
        if order.symbol == "TLT":
            raise StorageError("the disk is full")
        return send(desk, order)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OrderDesk, "send", sent)
        result = day.run(tags=tags)
    assert "the disk is full" in failure_text(result)
    return result


def answer(day: Day, result: dg.ExecuteInProcessResult, name: str = "") -> dg.RunRequest | dg.SkipReason:
    event = next(event for event in result.all_events if event.event_type in EVENTS)
    sensor = day.definitions.resolve_sensor_def(name or EVENTS[event.event_type])
    with dg.build_run_status_sensor_context(
        sensor_name=sensor.name,
        dagster_instance=day.instance,
        dagster_run=result.dagster_run,
        dagster_event=event,
    ) as context:
        given = sensor(context if result.success else context.for_run_failure())
    assert isinstance(given, dg.RunRequest | dg.SkipReason)
    return given


def recovered(day: Day, failed: dg.ExecuteInProcessResult) -> dg.ExecuteInProcessResult:
    result = day.run("recovery_job", tags={CAUSATION_TAG: failed.run_id})
    assert result.success, failure_text(result)
    return result


def skipped(given: dg.RunRequest | dg.SkipReason) -> str:
    assert isinstance(given, dg.SkipReason)
    return str(given.skip_message)


def titles(day: Day) -> list[str]:
    file = day.folder / ".alchemiser" / "notices.log"
    return [json.loads(line)["title"] for line in file.read_text().splitlines()]


def report_of(day: Day) -> RecoveryReport:
    report = day.desk.journal.latest(RecoveryReport, RecordQuery(session=SESSION))
    assert report is not None
    return report


def test_a_recovery_follows_a_failed_run_under_the_same_correlation_id(tmp_path: Path) -> None:
    #
    day = day_in(tmp_path)
    failed = failed_run(day)
    asked = answer(day, failed)
    assert isinstance(asked, dg.RunRequest)
    assert (asked.run_key, asked.partition_key) == (failed.run_id, str(SESSION))
    assert (asked.tags[CORRELATION_TAG], asked.tags[CAUSATION_TAG]) == ("correlation", failed.run_id)
    assert asked.job_name == "recovery_job"
    recovered(day, failed)
    report = report_of(day)
    assert (report.failed_run_id, report.lines_remaining) == (failed.run_id, 1)
    assert report.envelope.correlation_id == "correlation"
    assert [order.symbol for order in report.orders if order.filled_quantity] == ["SPY"]
    assert titles(day) == [
        f"Failed at execution_result (simulated, session {SESSION})",
        f"Recovered: own orders are settled, 1 trade left (simulated, session {SESSION})",
    ]


def test_with_stop_nothing_more_follows(tmp_path: Path) -> None:
    #
    day = day_in(tmp_path)
    recovery = recovered(day, failed_run(day))
    assert "trading.after_failure is stop" in skipped(answer(day, recovery))


def test_with_resume_the_rest_is_traded_once(tmp_path: Path) -> None:
    #
    day = day_in(tmp_path, RESUME)
    failed = failed_run(day)
    recovery = recovered(day, failed)
    asked = answer(day, recovery)
    assert isinstance(asked, dg.RunRequest)
    plan_id = report_of(day).plan_id
    assert asked.run_key == f"resume-{plan_id}"
    assert asked.tags == caused_tags("correlation", recovery.run_id)
    assert answer(day, recovery) == asked
    another = recovered(day, failed)
    assert "the plan was resumed once already" in skipped(answer(day, another))
    resumed = day.run("resume_job", tags={CAUSATION_TAG: recovery.run_id})
    assert resumed.success, failure_text(resumed)
    result = day.desk.journal.latest(ExecutionResult, RecordQuery(session=SESSION))
    assert result is not None
    assert (result.plan_id, result.outcome) == (plan_id, Outcome.TRADED)
    follow = answer(day, resumed, "reconcile_after_success")
    assert isinstance(follow, dg.RunRequest)
    day.run("reconciliation_job", tags=follow.tags)
    *_, resumed, over = titles(day)
    assert resumed.startswith("Resumed: Traded: 2 of 2 trades filled, ")
    assert over == f"Recovered: Failed at execution_result (simulated, session {SESSION}), after 1 failure"
    assert len(titles(day)) == 4


def test_a_resumed_run_that_fails_is_recovered_from_and_not_resumed_again(tmp_path: Path) -> None:
    #
    day = day_in(tmp_path, RESUME)
    recovery = recovered(day, failed_run(day))
    assert isinstance(answer(day, recovery), dg.RunRequest)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OrderDesk, "send", lambda *_: fail())
        again = day.run("resume_job", tags={CAUSATION_TAG: recovery.run_id})
    asked = answer(day, again)
    assert isinstance(asked, dg.RunRequest)
    assert asked.job_name == "recovery_job"
    second = recovered(day, again)
    assert "the plan was resumed once already" in skipped(answer(day, second))
    assert f"Resumed: Failed at execution_result (simulated, session {SESSION})" in titles(day)


def fail() -> LedgerOrder:
    raise StorageError("the disk is full")


def test_a_halt_between_recovery_and_resumption_stops_the_resumption(tmp_path: Path) -> None:
    #
    day = day_in(tmp_path, RESUME)
    recovery = recovered(day, failed_run(day))
    desk = day.desk
    envelope = desk.envelope(RunIdentity(run_id="person", correlation_id="person"), "test", [])
    HaltBook(desk.database).change(
        HaltChange(
            envelope=envelope, session=SESSION, level=HaltLevel.HALT, by="Ada", reason="x", is_tripped=False
        )
    )
    assert "trading is held back: halt since" in skipped(answer(day, recovery))


def test_what_a_command_launched_is_followed_by_the_command(tmp_path: Path) -> None:
    #
    day = day_in(tmp_path, RESUME)
    failed = failed_run(day, **{RECONCILED_BY_TAG: "command"})
    assert "recovered by whoever launched it" in skipped(answer(day, failed))
    recovery = day.run("recovery_job", tags={CAUSATION_TAG: failed.run_id, RECONCILED_BY_TAG: "command"})
    assert "followed up by whoever launched it" in skipped(answer(day, recovery))


def test_a_recovery_stands_aside_while_a_run_lives(tmp_path: Path) -> None:
    #
    day = day_in(tmp_path)
    failed = failed_run(day)
    desk = day.desk
    with account_lock(desk.lock_folder, desk.settings.account, "run run-2"):
        result = day.run("recovery_job", tags={CAUSATION_TAG: failed.run_id})
    assert not result.success
    assert "run run-2 is trading the account" in failure_text(result)
    assert titles(day)[-1] == f"Recovery: Skipped (simulated, session {SESSION})"
    assert isinstance(answer(day, result), dg.SkipReason)


def test_a_recovery_that_failed_is_left_to_the_person(tmp_path: Path) -> None:
    #
    day = day_in(tmp_path)
    failed = failed_run(day)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("alchemiser_dagster.recovery.recover.settle_own_orders", lambda *_: fail())
        result = day.run("recovery_job", tags={CAUSATION_TAG: failed.run_id})
    assert "`alchemiser recover` begins it again" in skipped(answer(day, result))
    assert titles(day)[-1] == f"Recovery: Failed at recovery_report (simulated, session {SESSION})"


def test_after_a_day_that_failed_before_its_plan_the_recovery_says_nothing(tmp_path: Path) -> None:
    #
    day = day_in(tmp_path)
    assert day.run("recovery_job").success
    assert report_of(day).was_needed is False
    assert not (day.folder / ".alchemiser" / "notices.log").exists()


def test_recovery_and_resumption_are_never_retried_and_wait_for_the_broker(tmp_path: Path) -> None:
    #
    definitions = day_in(tmp_path).definitions
    for job in ("recovery_job", "resume_job"):
        assert definitions.resolve_job_def(job).tags["dagster/max_retries"] == "0"
    assert definitions.resolve_job_def("resume_job").tags["alchemiser/lane"] == "trading"
    assert definitions.resolve_assets_def(dg.AssetKey("recovery_report")).op.pool == "broker"
