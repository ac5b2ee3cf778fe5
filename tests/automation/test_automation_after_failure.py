"""Which failed runs are recovered from: those behind which orders may exist, and no others."""

from __future__ import annotations

import dagster as dg
import pytest
from support.days import Day, failure_text

from alchemiser_dagster.automation.after_failure import orders_may_exist
from alchemiser_dagster.automation.failures import StepFailure
from alchemiser_dagster.errors import StorageError
from alchemiser_dagster.execution.order_desk import OrderDesk
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.records.envelope import RunIdentity
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.risk.halting import HaltWish, change_level


def halt(day: Day) -> None:
    desk = day.desk
    envelope = desk.envelope(RunIdentity(run_id="command", correlation_id="halting"), "test", ())
    change_level(desk.database, HaltWish(HaltLevel.HALT, "anna", "because"), day.session, envelope)


def leave_a_plan_open(day: Day) -> None:
    """Trade until the first order is to be sent: the ledger fails then."""

    def failing(desk: OrderDesk, order: LedgerOrder) -> LedgerOrder:
        del desk, order
        raise StorageError("the disk is full")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OrderDesk, "send", failing)
        assert "the disk is full" in failure_text(day.run())


def follow(day: Day, result: dg.ExecuteInProcessResult) -> dg.RunRequest | dg.SkipReason:
    failed = dg.DagsterEventType.RUN_FAILURE
    event = next(event for event in result.all_events if event.event_type is failed)
    sensor = day.definitions.resolve_sensor_def("recover_after_failure")
    with dg.build_run_status_sensor_context(
        sensor_name=sensor.name,
        dagster_instance=day.instance,
        dagster_run=result.dagster_run,
        dagster_event=event,
    ) as context:
        given = sensor(context.for_run_failure())
    assert isinstance(given, dg.RunRequest | dg.SkipReason)
    return given


def test_no_recovery_follows_a_run_that_was_halted(day: Day) -> None:
    halt(day)
    given = follow(day, day.run())
    assert isinstance(given, dg.SkipReason)
    assert "ordered nothing: it ended with halted" in str(given.skip_message)


def test_a_recovery_follows_where_an_earlier_run_left_its_plan_open(day: Day) -> None:
    # the halted run ordered nothing, and somebody has to settle what was begun before it
    leave_a_plan_open(day)
    halt(day)
    assert isinstance(follow(day, day.run()), dg.RunRequest)


@pytest.mark.parametrize(
    ("code", "step", "is_recovered"),
    [
        ("unexpected", "run", True),
        ("unexpected", "execution_result", True),
        ("broker", "execution_result", True),
        ("broker-unavailable", "execution_result", True),
        ("order", "execution_result", True),
        ("storage", "execution_result", True),
        ("halted", "execution_result", False),
        ("approval", "rebalance_plan", False),
        ("configuration", "market_data", False),
        ("broker-unavailable", "market_data", False),
        ("unexpected", "market_data", False),
        ("busy", "execution_result", False),
    ],
)
def test_what_ended_a_run_says_whether_it_is_recovered_from(
    day: Day, code: str, step: str, *, is_recovered: bool
) -> None:
    assert orders_may_exist(day.desk, StepFailure(step, "x", code)) is is_recovered


def test_whoever_was_refused_leaves_an_open_plan_to_the_run_that_has_the_account(day: Day) -> None:
    #
    leave_a_plan_open(day)
    assert not orders_may_exist(day.desk, StepFailure("execution_result", "x", "busy"))
    assert orders_may_exist(day.desk, StepFailure("market_data", "x", "data"))
