"""Sensors: what follows a trading run that has ended, however it ended."""

from __future__ import annotations

from datetime import date

import dagster as dg

from alchemiser_dagster.assets.names import (
    CAUSATION_TAG,
    CORRELATION_TAG,
    PARTITION_TAG,
    RECONCILED_BY_TAG,
)
from alchemiser_dagster.automation.failures import StepFailure, step_failure
from alchemiser_dagster.automation.hooks import correlation_of, session_of


def follow_up(run: dg.DagsterRun, today: date) -> dg.RunRequest | dg.SkipReason:
    """Return the reconciliation that follows a trading run of today, under the same correlation id."""
    if RECONCILED_BY_TAG in run.tags:
        return dg.SkipReason(f"run {run.run_id} is reconciled by whoever launched it")
    if session_of(run) != today:
        return dg.SkipReason(f"run {run.run_id} was not for today's session, {today}: it can't have traded")
    return dg.RunRequest(
        run_key=run.run_id,
        partition_key=run.tags[PARTITION_TAG],
        tags={CORRELATION_TAG: correlation_of(run), CAUSATION_TAG: run.run_id},
        run_config={"resources": run.run_config.get("resources", {})},
    )


def failure_of(context: dg.RunFailureSensorContext) -> StepFailure:
    """Return why the run failed: its first failed step, or the run itself where its process died."""
    failed = next(iter(context.get_step_failure_events()), None)
    if failed is None:
        return StepFailure("run", context.failure_event.message or "the run's process died", "unexpected")
    return step_failure(str(failed.step_key), failed)
