"""The run that follows another one: same correlation id, the other as its cause, the same configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import dagster as dg

from alchemiser_dagster.assets.names import (
    AGAIN_TAG,
    CAUSATION_TAG,
    CORRELATION_TAG,
    PARTITION_TAG,
    TRIGGER_TAG,
)
from alchemiser_dagster.assets.run_identity import correlation_of
from alchemiser_dagster.records.values import Trigger

FollowUp = dg.RunRequest | dg.SkipReason


def following(
    run: dg.DagsterRun, *, key: str | None = None, job: str | None = None, cause: str | None = None
) -> dg.RunRequest:
    """Return the request for the run that follows.

    Parameters
    ----------
    key
        What it happens once for; by default the run that it follows (R-19).
    job
        Which job; None where the sensor has one alone.
    cause
        What caused it; by default the run that it follows (R-12).
    """
    return dg.RunRequest(
        run_key=key or run.run_id,
        job_name=job,
        partition_key=run.tags[PARTITION_TAG],
        tags={**caused_tags(correlation_of(run), cause or run.run_id), **carried_tags(run)},
        run_config={"resources": resources_of(run)},
    )


def caused_tags(correlation_id: str, causation_id: str, trigger: Trigger = Trigger.SENSOR) -> dict[str, str]:
    """Return the tags by which a run knows what it belongs to, what caused it and what launched it."""
    return {CORRELATION_TAG: correlation_id, CAUSATION_TAG: causation_id, TRIGGER_TAG: trigger.value}


def carried_tags(run: dg.DagsterRun | None) -> dict[str, str]:
    """Return what a person said to the run that also holds for the one that goes on with it."""
    return {tag: text for tag, text in run.tags.items() if tag == AGAIN_TAG} if run else {}


def resources_of(run: dg.DagsterRun | None) -> Mapping[str, Any]:
    """Return how the run's resources were configured; nothing where there is no run."""
    return cast("Mapping[str, Any]", run.run_config.get("resources", {})) if run else {}
