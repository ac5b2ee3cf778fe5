"""What a tick of the trading schedules launches: one run a session, or nothing with a reason (R-20)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import dagster as dg

from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.automation.follow_up import FollowUp, caused_tags
from alchemiser_dagster.automation.runtime import tag_until_due
from alchemiser_dagster.automation.session_runs import run_before, run_under_way
from alchemiser_dagster.automation.tick_desk import Tick, desk_at
from alchemiser_dagster.automation.ticks import Skip, decide
from alchemiser_dagster.automation.timetables import trading_timetable
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.ids import derived_id, scheduled_correlation
from alchemiser_dagster.records.values import Trigger
from alchemiser_dagster.watch.heartbeats import FOLDER, TRADING_SCHEDULE, beat

CAUSE = "schedule"
Hindrance = Callable[[TradingDesk, dg.DagsterInstance, date], str | None]


def trading_tick(tick: Tick, resource: DeskResource, instance: dg.DagsterInstance) -> FollowUp:
    """Return the session's trading run; another job gets out of everything where that is asked for."""
    with desk_at(tick, resource) as desk:
        now = desk.present.now()
        coming = trading_timetable(desk.settings, desk.calendar).next_begin(now)
        beat(desk.settings.data_dir / FOLDER, TRADING_SCHEDULE, now, coming)
        if desk.is_flattening:
            return dg.SkipReason("everything is to be sold: flatten_schedule launches that")
        return _launched(tick, desk, instance, run_before)


def flatten_tick(tick: Tick, resource: DeskResource, instance: dg.DagsterInstance) -> FollowUp:
    """Return the run that sells everything, while a person asks for that; what is sold is not sold again."""
    with desk_at(tick, resource) as desk:
        if not desk.is_flattening:
            return dg.SkipReason("nobody asked for everything to be sold")
        return _launched(tick, desk, instance, run_under_way)


def _launched(
    tick: Tick, desk: TradingDesk, instance: dg.DagsterInstance, hindrance_of: Hindrance
) -> FollowUp:
    decision = decide(trading_timetable(desk.settings, desk.calendar), tick.at, desk.present.now())
    if isinstance(decision, Skip):
        return dg.SkipReason(decision.reason)
    session = decision.session
    if desk.today != session:
        return dg.SkipReason(f"the settings have session {desk.today} run, not {session}")
    hindrance = hindrance_of(desk, instance, session)
    if hindrance is not None:
        return dg.SkipReason(hindrance)
    return _request(desk, session)


def _request(desk: TradingDesk, session: date) -> dg.RunRequest:
    account = desk.settings.account
    ends = tag_until_due(desk.settings, desk.calendar, session, desk.present.now())
    return dg.RunRequest(
        run_key=derived_id("trading", account, session.isoformat()),
        partition_key=session.isoformat(),
        tags={**caused_tags(scheduled_correlation(account, session), CAUSE, Trigger.SCHEDULE), **ends},
    )
