"""Jobs and sensors, assembled for the assets."""

import dagster as dg

from alchemiser_dagster.assets.graph import TradingAssets
from alchemiser_dagster.assets.names import FLATTEN_TAG, LANE_TAG, TRADING_LANE
from alchemiser_dagster.automation.hooks import notify_failure, notify_result
from alchemiser_dagster.automation.sensors import FollowUp, follow_failure, follow_success

TRADING_JOB = "trading_job"
FLATTEN_JOB = "flatten_job"
RECONCILIATION_JOB = "reconciliation_job"
GETTING_OUT = ("account_snapshot", "allocation_comparison", "rebalance_plan", "execution_result")
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
        monitored_jobs=[trading_job, flatten_job],
        request_job=reconciliation_job,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reconcile after a trading run that succeeded.",
    )
    def reconcile_after_success(context: dg.RunStatusSensorContext) -> FollowUp:
        return follow_success(context)

    @dg.run_failure_sensor(
        monitored_jobs=[trading_job, flatten_job],
        request_job=reconciliation_job,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tell the person about a trading run that failed or died, then reconcile.",
    )
    def reconcile_after_failure(context: dg.RunFailureSensorContext) -> FollowUp:
        return follow_failure(context)

    return dg.Definitions(
        jobs=[trading_job, flatten_job, reconciliation_job],
        sensors=[reconcile_after_success, reconcile_after_failure],
    )
