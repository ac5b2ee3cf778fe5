"""Jobs and sensors, assembled for the assets."""

import dagster as dg

from alchemiser_dagster.assets.graph import TradingAssets
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.automation.follow_up import FollowUp
from alchemiser_dagster.automation.freshness_sensor import freshness_sensor
from alchemiser_dagster.automation.jobs import Jobs, jobs_for
from alchemiser_dagster.automation.measuring import measure_after
from alchemiser_dagster.automation.notice_sensor import notice_sensor
from alchemiser_dagster.automation.recovery_sensors import follow_failure, resume_after, watch
from alchemiser_dagster.automation.schedules import schedules_for
from alchemiser_dagster.automation.sensors import follow_success, going_on
from alchemiser_dagster.automation.watch_sensor import watch_sensor
from alchemiser_dagster.settings import Settings
from alchemiser_dagster.watch.deadlines import longest_ordering_run

LOOK_SECONDS = 30
RUNNING = dg.DefaultSensorStatus.RUNNING


def automation_definitions(assets: TradingAssets, settings: Settings) -> dg.Definitions:
    """Return the jobs, the schedules that launch them, and the sensors that follow a trading run."""
    jobs = jobs_for(assets, longest_ordering_run(settings))
    sensors = [
        *_after_success(jobs),
        *_after_failure(jobs),
        notice_sensor(),
        watch_sensor(),
        freshness_sensor(),
    ]
    return dg.Definitions(jobs=jobs.all, sensors=sensors, schedules=schedules_for(jobs, settings))


def _after_success(jobs: Jobs) -> tuple[dg.SensorDefinition, ...]:
    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        monitored_jobs=jobs.ordering,
        request_job=jobs.reconciliation,
        default_status=RUNNING,
        description="Reconcile after a trading run that succeeded.",
    )
    def reconcile_after_success(context: dg.RunStatusSensorContext) -> FollowUp:
        return follow_success(context)

    @dg.sensor(
        job=jobs.approved,
        default_status=RUNNING,
        minimum_interval_seconds=LOOK_SECONDS,
        description="Go on with what a person has approved, under the stopped run's correlation id.",
    )
    def go_on_after_approval(context: dg.SensorEvaluationContext, desk: DeskResource) -> FollowUp:
        return going_on(context, desk)

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        monitored_jobs=[jobs.reconciliation, jobs.recovery],
        request_job=jobs.operations,
        default_status=RUNNING,
        description="Measure how runs went, after books and broker were compared.",
    )
    def measure_after_comparison(context: dg.RunStatusSensorContext) -> FollowUp:
        return measure_after(context.dagster_run)

    return reconcile_after_success, go_on_after_approval, measure_after_comparison


def _after_failure(jobs: Jobs) -> tuple[dg.SensorDefinition, ...]:
    watched = [job.name for job in (*jobs.ordering, jobs.recovery)]

    @dg.run_failure_sensor(
        monitored_jobs=[*jobs.ordering, jobs.recovery],
        request_job=jobs.recovery,
        default_status=RUNNING,
        description="Tell the person about a trading run that failed or died, then recover from it.",
    )
    def recover_after_failure(context: dg.RunFailureSensorContext) -> FollowUp:
        return follow_failure(context)

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        monitored_jobs=[jobs.recovery],
        request_job=jobs.resume,
        default_status=RUNNING,
        description="Trade the rest of the plan after a recovery, once, where the settings want it and "
        "nothing speaks against it.",
    )
    def resume_after_recovery(context: dg.RunStatusSensorContext) -> FollowUp:
        return resume_after(context.dagster_run)

    @dg.sensor(
        job=jobs.recovery,
        default_status=RUNNING,
        minimum_interval_seconds=LOOK_SECONDS,
        description="Find runs whose process is gone, and see that they are recovered from.",
    )
    def watch_for_vanished_runs(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        return watch(context.instance, watched, context.cursor)

    return recover_after_failure, resume_after_recovery, watch_for_vanished_runs
