"""What the weekly tick launches: the run that keeps the house."""

from __future__ import annotations

from datetime import timedelta

import dagster as dg

from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.automation.follow_up import FollowUp, caused_tags
from alchemiser_dagster.automation.tick_desk import Tick, desk_at
from alchemiser_dagster.automation.trading_ticks import CAUSE
from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.records.values import Trigger

OLDEST = timedelta(days=6)


def weekly_tick(tick: Tick, resource: DeskResource) -> FollowUp:
    """Return the run that keeps the house, late too; a tick whose next one is due has had its time."""
    with desk_at(tick, resource) as desk:
        late = desk.wall_clock.now() - tick.at
        if late > OLDEST:
            return dg.SkipReason(f"{late.days} days late: the next one is due")
        key = derived_id(tick.schedule, desk.settings.account, tick.at.date().isoformat())
        return dg.RunRequest(run_key=key, tags=caused_tags(key, CAUSE, Trigger.SCHEDULE))
