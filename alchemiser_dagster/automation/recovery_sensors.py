"""What follows a failed run and a recovery; and the watch for runs whose process is gone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from alchemiser_dagster.assets.names import CAUSATION_TAG, RECONCILED_BY_TAG
from alchemiser_dagster.assets.remedies import WHOLE_RUN
from alchemiser_dagster.assets.run_identity import correlation_of, session_of
from alchemiser_dagster.automation.after_failure import orders_may_exist
from alchemiser_dagster.automation.failures import StepFailure, step_failure
from alchemiser_dagster.automation.follow_up import FollowUp, following
from alchemiser_dagster.automation.names import RECOVERY_JOB
from alchemiser_dagster.automation.sensors import desk_of
from alchemiser_dagster.logs import bind_run
from alchemiser_dagster.records.envelope import RunIdentity
from alchemiser_dagster.watch.run_life import forget, has_vanished

if TYPE_CHECKING:
    from alchemiser_dagster.desk import TradingDesk

MOST_RECOVERIES = 3
GONE = "the run's process is gone"
DIED = WHOLE_RUN


def follow_failure(context: dg.RunFailureSensorContext) -> FollowUp:
    """Tell the person about a run that failed or died, then ask for its recovery."""
    from alchemiser_dagster.automation.recovery_notices import tell_of_failure

    run = context.dagster_run
    failure = failure_of(context)
    with desk_of(run) as desk, bind_run(correlation_of(run), run.run_id):
        tell_of_failure(desk, run, failure)
        if failure.is_refusal:
            return dg.SkipReason(f"run {run.run_id} sent nothing: the run that had the account goes on")
        return recovery_after(run, failure, desk, context.instance)


def failure_of(context: dg.RunFailureSensorContext) -> StepFailure:
    """Return why the run failed: its first failed step, or the run itself where its process died."""
    failed = next(iter(context.get_step_failure_events()), None)
    if failed is None:
        return StepFailure(DIED, context.failure_event.message or GONE, "unexpected")
    return step_failure(str(failed.step_key), failed)


def recovery_after(
    run: dg.DagsterRun, failure: StepFailure, desk: TradingDesk, instance: dg.DagsterInstance
) -> FollowUp:
    """Return the recovery that follows a failed run of today, under the same correlation id.

    A recovery whose own process died is begun again, a few times; one that failed is left to the person.
    """
    if RECONCILED_BY_TAG in run.tags:
        return dg.SkipReason(f"run {run.run_id} is recovered by whoever launched it")
    if session_of(run) != desk.today:
        return dg.SkipReason(
            f"run {run.run_id} was not for today's session, {desk.today}: it can't have traded"
        )
    if run.job_name == RECOVERY_JOB and failure.step != DIED:
        return dg.SkipReason(f"recovery {run.run_id} failed: `alchemiser recover` begins it again")
    if not orders_may_exist(desk, failure):
        return dg.SkipReason(f"run {run.run_id} ordered nothing: it ended with {failure.code}")
    return recovery_request(run, instance)


def recovery_request(run: dg.DagsterRun, instance: dg.DagsterInstance) -> FollowUp:
    """Return the request for the recovery of a run; its key is the run, so that it happens once."""
    cause = run.tags[CAUSATION_TAG] if run.job_name == RECOVERY_JOB else run.run_id
    begun = instance.get_runs(dg.RunsFilter(job_name=RECOVERY_JOB, tags={CAUSATION_TAG: cause}))
    if len(begun) >= MOST_RECOVERIES:
        return dg.SkipReason(f"{len(begun)} recoveries of run {cause} were begun: it is left to the person")
    return following(run, job=RECOVERY_JOB, cause=cause)


def resume_after(run: dg.DagsterRun) -> FollowUp:
    """Return the run that trades the rest after a recovery, once a plan; or say why there is none."""
    from alchemiser_dagster.automation.resumption import claim_resumption

    if RECONCILED_BY_TAG in run.tags:
        return dg.SkipReason(f"recovery {run.run_id} is followed up by whoever launched it")
    identity = RunIdentity(run_id=run.run_id, correlation_id=correlation_of(run))
    with desk_of(run) as desk, bind_run(identity.correlation_id, run.run_id):
        if session_of(run) != desk.today:
            return dg.SkipReason(f"recovery {run.run_id} was not for today's session, {desk.today}")
        answer = claim_resumption(desk, identity)
    if answer.plan_id is None:
        return dg.SkipReason(f"the rest is not traded: {answer.reason}")
    return following(run, key=f"resume-{answer.plan_id}")


def watch(instance: dg.DagsterInstance, watched: Sequence[str], cursor: str | None) -> dg.SensorResult:
    """Mark the runs as failed whose process was found gone at this look and the one before.

    The failure sensor then follows them as any failed run. Those that a command launched it does not see:
    the person is told here, and their recovery asked for.
    """
    seen = set(json.loads(cursor)) if cursor else set()
    gone = {run.run_id: run for run in _gone(instance, watched)}
    requests = []
    for run_id in sorted(seen & gone.keys()):
        _mark(instance, gone[run_id])
        requests.append(_followed(instance, gone[run_id]))
    return dg.SensorResult(
        run_requests=[request for request in requests if isinstance(request, dg.RunRequest)],
        cursor=json.dumps(sorted(gone.keys() - seen)),
    )


def _gone(instance: dg.DagsterInstance, watched: Sequence[str]) -> Iterator[dg.DagsterRun]:
    for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])):
        if run.job_name in watched:
            with desk_of(run) as desk:
                if has_vanished(desk.lock_folder, run.run_id):
                    yield run


def _mark(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    instance.report_run_failed(run, GONE)
    with desk_of(run) as desk:
        forget(desk.lock_folder, run.run_id)


def _followed(instance: dg.DagsterInstance, run: dg.DagsterRun) -> FollowUp:
    from alchemiser_dagster.automation.recovery_notices import tell_of_failure

    if RECONCILED_BY_TAG not in run.tags:
        return dg.SkipReason(f"run {run.run_id} is followed by the failure sensor")
    with desk_of(run) as desk, bind_run(correlation_of(run), run.run_id):
        tell_of_failure(desk, run, StepFailure(DIED, GONE, "unexpected"))
        if session_of(run) != desk.today:
            return dg.SkipReason(f"run {run.run_id} was not for today's session")
    return recovery_request(run, instance)
