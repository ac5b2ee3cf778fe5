"""Jobs and sensors, assembled for the assets."""

import dagster as dg

from alchemiser_dagster.assets.graph import TradingAssets
from alchemiser_dagster.assets.names import LANE_TAG, TRADING_LANE
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.automation.hooks import correlation_of, notify_failure, notify_result, session_of
from alchemiser_dagster.automation.notices import send_failure
from alchemiser_dagster.automation.sensors import failure_of, follow_up

TRADING_JOB = "trading_job"
RECONCILIATION_JOB = "reconciliation_job"
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
        monitored_jobs=[trading_job],
        request_job=reconciliation_job,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reconcile after a trading run that succeeded.",
    )
    def reconcile_after_success(
        context: dg.RunStatusSensorContext, desk: DeskResource
    ) -> dg.RunRequest | dg.SkipReason:
        return follow_up(context.dagster_run, desk.desk().today)

    @dg.run_failure_sensor(
        monitored_jobs=[trading_job],
        request_job=reconciliation_job,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tell the person about a trading run that failed or died, then reconcile.",
    )
    def reconcile_after_failure(
        context: dg.RunFailureSensorContext, desk: DeskResource
    ) -> dg.RunRequest | dg.SkipReason:
        run = context.dagster_run
        failure = failure_of(context)
        send_failure(desk.desk(), correlation_of(run), session_of(run), failure)
        if failure.is_refusal:
            return dg.SkipReason(f"run {run.run_id} sent nothing: the run that had the account is reconciled")
        return follow_up(run, desk.desk().today)

    return dg.Definitions(
        jobs=[trading_job, reconciliation_job],
        sensors=[reconcile_after_success, reconcile_after_failure],
    )
