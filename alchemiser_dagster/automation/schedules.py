"""What happens by itself: schedules on New York's time, off until a person switches them on.

Their times of the day are those of every open and close that the calendar knows; each tick asks the calendar
whether it is the session's moment.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import dagster as dg

from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.automation.daily_ticks import data_after_tick, data_before_tick, reconciliation_tick
from alchemiser_dagster.automation.follow_up import FollowUp
from alchemiser_dagster.automation.jobs import Jobs
from alchemiser_dagster.automation.tick_desk import Tick
from alchemiser_dagster.automation.timetables import (
    Timetable,
    data_after_timetable,
    data_before_timetable,
    housekeeping_cron,
    next_housekeeping,
    reconciliation_timetable,
    trading_timetable,
)
from alchemiser_dagster.automation.trading_ticks import flatten_tick, trading_tick
from alchemiser_dagster.automation.weekly_tick import weekly_tick
from alchemiser_dagster.sessions import NEW_YORK, TradingCalendar
from alchemiser_dagster.settings import Settings
from alchemiser_dagster.watch.heartbeats import TRADING_SCHEDULE

FLATTEN_SCHEDULE = "flatten_schedule"
DATA_AFTER_SCHEDULE = "data_after_close_schedule"
DATA_BEFORE_SCHEDULE = "data_before_open_schedule"
RECONCILIATION_SCHEDULE = "reconciliation_schedule"
HOUSEKEEPING_SCHEDULE = "housekeeping_schedule"
SCHEDULES = (
    TRADING_SCHEDULE,
    FLATTEN_SCHEDULE,
    DATA_BEFORE_SCHEDULE,
    RECONCILIATION_SCHEDULE,
    DATA_AFTER_SCHEDULE,
    HOUSEKEEPING_SCHEDULE,
)

Evaluation = Callable[[Tick, DeskResource, dg.DagsterInstance], FollowUp]
TimetableOf = Callable[[Settings, TradingCalendar], Timetable]


@dataclass(frozen=True)
class Plan:
    """One schedule: what it launches, when it ticks, what a tick decides."""

    name: str
    job: dg.JobDefinition
    crons: Sequence[str]
    evaluation: Evaluation
    description: str


def schedules_for(jobs: Jobs, settings: Settings) -> list[dg.ScheduleDefinition]:
    """Return every schedule, at the times of the day that the settings say."""
    return [_schedule(plan, settings) for plan in _plans(jobs, settings)]


def _plans(jobs: Jobs, settings: Settings) -> tuple[Plan, ...]:
    def crons(timetable_of: TimetableOf) -> tuple[str, ...]:
        return timetable_of(settings, TradingCalendar()).crons

    trading = crons(trading_timetable)
    return (
        Plan(
            TRADING_SCHEDULE,
            jobs.trading,
            trading,
            trading_tick,
            "Trade each session once, before its close; early closes and holidays by the calendar.",
        ),
        Plan(
            FLATTEN_SCHEDULE,
            jobs.flatten,
            trading,
            flatten_tick,
            "Sell everything in place of the trading run, while a person asks for that.",
        ),
        Plan(
            DATA_BEFORE_SCHEDULE,
            jobs.market_data,
            crons(data_before_timetable),
            lambda tick, desk, _: data_before_tick(tick, desk),
            "Store the bars that are missing before the open; tell of a holiday and of an early close.",
        ),
        Plan(
            RECONCILIATION_SCHEDULE,
            jobs.reconciliation,
            crons(reconciliation_timetable),
            reconciliation_tick,
            "Compare books and broker before the open: late fills, dividends, what somebody else did.",
        ),
        Plan(
            DATA_AFTER_SCHEDULE,
            jobs.market_data,
            crons(data_after_timetable),
            lambda tick, desk, _: data_after_tick(tick, desk),
            "Store the session's own bars after its close.",
        ),
        Plan(
            HOUSEKEEPING_SCHEDULE,
            jobs.housekeeping,
            (housekeeping_cron(settings),),
            lambda tick, desk, _: weekly_tick(tick, desk),
            "Check and back up the ledger, tidy the tables, remove what is old.",
        ),
    )


def _schedule(plan: Plan, settings: Settings) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=plan.name,
        job=plan.job,
        cron_schedule=list(plan.crons),
        execution_timezone=str(NEW_YORK),
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description=plan.description,
    )
    def scheduled(context: dg.ScheduleEvaluationContext, desk: DeskResource) -> FollowUp:
        tick = Tick(plan.name, context.scheduled_execution_time, settings)
        return plan.evaluation(tick, desk, context.instance)

    return scheduled


def next_moments(settings: Settings, calendar: TradingCalendar) -> dict[str, Callable[[datetime], datetime]]:
    """Return, by the schedule's name, what says the next instant at which it begins something."""
    trading = trading_timetable(settings, calendar).next_begin
    return {
        TRADING_SCHEDULE: trading,
        FLATTEN_SCHEDULE: trading,
        DATA_BEFORE_SCHEDULE: data_before_timetable(settings, calendar).next_begin,
        RECONCILIATION_SCHEDULE: reconciliation_timetable(settings, calendar).next_begin,
        DATA_AFTER_SCHEDULE: data_after_timetable(settings, calendar).next_begin,
        HOUSEKEEPING_SCHEDULE: lambda now: next_housekeeping(settings, now),
    }
