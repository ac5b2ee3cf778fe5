"""Which run it is: what it belongs to, what caused it, what launched it, which session it is for."""

from __future__ import annotations

from datetime import date

import dagster as dg

from alchemiser_dagster.assets.names import (
    CAUSATION_TAG,
    CORRELATION_TAG,
    PARTITION_TAG,
    SCHEDULE_TAG,
    SENSOR_TAG,
    TRIGGER_TAG,
)
from alchemiser_dagster.records.values import Trigger


def correlation_of(run: dg.DagsterRun) -> str:
    """Return the id that ties the run to those before and after it; that of its first try if run again."""
    return run.tags.get(CORRELATION_TAG) or run.root_run_id or run.run_id


def causation_of(run: dg.DagsterRun) -> str:
    """Return the record or run that caused the run; its own id where a person or a schedule began it."""
    return run.tags.get(CAUSATION_TAG) or run.parent_run_id or run.run_id


def trigger_of(run: dg.DagsterRun) -> Trigger:
    """Return what launched the run; one that is run again has its tags from the run before it."""
    if run.parent_run_id is not None:
        return Trigger.PERSON
    named = run.tags.get(TRIGGER_TAG)
    if named is not None and named in set(Trigger):
        return Trigger(named)
    if SCHEDULE_TAG in run.tags:
        return Trigger.SCHEDULE
    return Trigger.SENSOR if SENSOR_TAG in run.tags else Trigger.PERSON


def session_of(run: dg.DagsterRun) -> date | None:
    """Return the session that the run is for, or None where it is for none."""
    key = run.tags.get(PARTITION_TAG)
    return date.fromisoformat(key) if key else None
