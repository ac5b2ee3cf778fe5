"""Jobs and sensors, assembled for the assets."""

import dagster as dg

from alchemiser_dagster.assets.graph import TradingAssets
from alchemiser_dagster.assets.names import FLATTEN_TAG, LANE_TAG, TRADING_LANE
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.automation.hooks import notify_failure, notify_result
from alchemiser_dagster.automation.sensors import (
    FollowUp,
    follow_failure,
    follow_success,
    going_on,
)

TRADING_JOB = "trading_job"
FLATTEN_JOB = "flatten_job"
PREVIEW_JOB = "preview_job"
APPROVED_JOB = "approved_job"
RECONCILIATION_JOB = "reconciliation_job"
GETTING_OUT = ("account_snapshot", "allocation_comparison", "rebalance_plan", "execution_result")
APPROVED = ("rebalance_plan", "execution_result")
NEVER_AGAIN = {"dagster/max_runtime": "1800", "dagster/max_retries": "0"}


def automation_definitions(assets: TradingAssets) -> dg.Definitions:
    """Return the jobs, and the sensors that follow a trading run."""
    trading_job = dg.define_asset_job(
        TRADING_JOB,
        selection=dg.AssetSelection.assets(*assets.trading_day),
        description="One trading day: bars, signals, target, account, comparison, plan, execution. "
        "Never retried.",
        tags={LANE_TAG: TRADING_LANE, **NEVER_AGAIN},
        executor_def=dg.in_process_executor,
        hooks={notify_failure},
    )
    flatten_job = dg.define_asset_job(
        FLATTEN_JOB,
        selection=dg.AssetSelection.assets(*GETTING_OUT),
        description="Sell everything that is held, without bars, signals or strategies. Only at the level "
        "flatten. Never retried.",
        tags={LANE_TAG: TRADING_LANE, FLATTEN_TAG: "everything", **NEVER_AGAIN},
        executor_def=dg.in_process_executor,
        hooks={notify_failure},
    )
    preview_job = dg.define_asset_job(
        PREVIEW_JOB,
        selection=dg.AssetSelection.assets(*assets.trading_day)
        - dg.AssetSelection.assets("execution_result"),
        description="A trading day up to its plan. Sends nothing.",
        tags=NEVER_AGAIN,
        executor_def=dg.in_process_executor,
    )
    approved_job = dg.define_asset_job(
        APPROVED_JOB,
        selection=dg.AssetSelection.assets(*APPROVED),
        description="The rest of a trading day that a person has approved: plan, execution. Never retried.",
        tags={LANE_TAG: TRADING_LANE, **NEVER_AGAIN},
        executor_def=dg.in_process_executor,
        hooks={notify_failure},
    )
    reconciliation_job = dg.define_asset_job(
        RECONCILIATION_JOB,
        selection=dg.AssetSelection.assets(*assets.aftermath),
        description="Compare orders, fills, positions and cash with the broker, then send the final notice.",
        tags=NEVER_AGAIN,
        executor_def=dg.in_process_executor,
        hooks={notify_failure, notify_result},
    )

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        monitored_jobs=[trading_job, flatten_job, approved_job],
        request_job=reconciliation_job,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reconcile after a trading run that succeeded.",
    )
    def reconcile_after_success(context: dg.RunStatusSensorContext) -> FollowUp:
        return follow_success(context)

    @dg.run_failure_sensor(
        monitored_jobs=[trading_job, flatten_job, approved_job],
        request_job=reconciliation_job,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tell the person about a trading run that failed or died, then reconcile.",
    )
    def reconcile_after_failure(context: dg.RunFailureSensorContext) -> FollowUp:
        return follow_failure(context)

    @dg.sensor(
        job=approved_job,
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=30,
        description="Go on with what a person has approved, under the stopped run's correlation id.",
    )
    def go_on_after_approval(context: dg.SensorEvaluationContext, desk: DeskResource) -> FollowUp:
        return going_on(context, desk)

    return dg.Definitions(
        jobs=[trading_job, flatten_job, preview_job, approved_job, reconciliation_job],
        sensors=[reconcile_after_success, reconcile_after_failure, go_on_after_approval],
    )
