"""Hooks: what is said when a step ends. They don't fire when a process dies; the sensors do."""

from __future__ import annotations

import dagster as dg

from alchemiser_dagster.assets.run_identity import correlation_of
from alchemiser_dagster.automation.failures import raised_failure
from alchemiser_dagster.logs import bind_run

COMPARED, RECOVERED = "reconciliation_report", "recovery_report"


@dg.failure_hook(required_resource_keys={"desk"})
def notify_failure(context: dg.HookContext) -> None:
    """Tell the person which step failed, and why."""
    from alchemiser_dagster.automation.recovery_notices import tell_of_failure

    run = context.instance.get_run_by_id(context.run_id)
    if run is not None:
        failure = raised_failure(context.step_key, context.op_exception)
        with bind_run(correlation_of(run), run.run_id):
            tell_of_failure(context.resources.desk.desk(), run, failure)


@dg.success_hook(required_resource_keys={"desk"})
def notify_result(context: dg.HookContext) -> None:
    """Tell the person how the trading run ended, once the books were compared with the broker."""
    from alchemiser_dagster.automation.notices import send_result
    from alchemiser_dagster.day_report import keep_day_report

    run = context.instance.get_run_by_id(context.run_id)
    if run is not None and context.step_key == COMPARED:
        with bind_run(correlation_of(run), run.run_id):
            desk = context.resources.desk.desk()
            send_result(desk, correlation_of(run))
            keep_day_report(desk, correlation_of(run))


@dg.success_hook(required_resource_keys={"desk"})
def notify_recovery(context: dg.HookContext) -> None:
    """Tell the person what a recovery found and settled."""
    from alchemiser_dagster.automation.recovery_notices import send_recovery

    run = context.instance.get_run_by_id(context.run_id)
    if run is not None and context.step_key == RECOVERED:
        with bind_run(correlation_of(run), run.run_id):
            send_recovery(context.resources.desk.desk(), correlation_of(run))
