"""Sensors: what follows a trading run that has ended, however it ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

import dagster as dg

from alchemiser_dagster.assets.names import RECONCILED_BY_TAG
from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.assets.run_identity import session_of
from alchemiser_dagster.automation.follow_up import FollowUp, following, resources_of

if TYPE_CHECKING:
    from alchemiser_dagster.desk import TradingDesk


def follow_success(context: dg.RunStatusSensorContext) -> FollowUp:
    """Ask for the reconciliation of a trading run that succeeded."""
    run = context.dagster_run
    with desk_of(run) as desk:
        return _reconciliation(run, desk.today)


def going_on(context: dg.SensorEvaluationContext, resource: DeskResource) -> FollowUp:
    """Ask for the rest of a run that a person has approved."""
    from alchemiser_dagster.automation.going_on import go_on

    return go_on(resource.desk(), context.instance)


@contextmanager
def desk_of(run: dg.DagsterRun) -> Iterator[TradingDesk]:
    """Yield the desk that the run worked at: its own configuration says which session was its today."""
    desk = DeskResource(**resources_of(run).get("desk", {}).get("config", {})).desk()
    try:
        yield desk
    finally:
        desk.close()


def _reconciliation(run: dg.DagsterRun, today: date) -> FollowUp:
    """Return the reconciliation that follows a trading run of today, under the same correlation id."""
    if RECONCILED_BY_TAG in run.tags:
        return dg.SkipReason(f"run {run.run_id} is reconciled by whoever launched it")
    if session_of(run) != today:
        return dg.SkipReason(f"run {run.run_id} was not for today's session, {today}: it can't have traded")
    return following(run)
