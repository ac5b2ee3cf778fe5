"""What ticks before the open and after the close launch, and what a person is told of an unusual day."""

from __future__ import annotations

from datetime import date, datetime

import dagster as dg

from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.automation.follow_up import FollowUp, caused_tags
from alchemiser_dagster.automation.session_runs import run_under_way
from alchemiser_dagster.automation.tick_desk import Tick, day_note, desk_at
from alchemiser_dagster.automation.ticks import SATURDAY, Launch, Skip, clock_time, decide, no_session
from alchemiser_dagster.automation.timetables import (
    Timetable,
    data_after_timetable,
    data_before_timetable,
    reconciliation_timetable,
    trading_timetable,
)
from alchemiser_dagster.automation.trading_ticks import CAUSE
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.notify.compose_schedule import compose_early_close, compose_no_session
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.values import Trigger
from alchemiser_dagster.sessions import NEW_YORK


def data_after_tick(tick: Tick, resource: DeskResource) -> FollowUp:
    """Return the run that stores the bars of the session that has just closed."""
    with desk_at(tick, resource) as desk:
        decision = _decision(data_after_timetable(desk.settings, desk.calendar), tick, desk)
        if isinstance(decision, Launch):
            return _request(tick, desk, decision.session)
        return dg.SkipReason(decision.reason)


def data_before_tick(tick: Tick, resource: DeskResource) -> FollowUp:
    """Return the run that stores what is missing up to the session before; first tell of an unusual day."""
    with desk_at(tick, resource) as desk:
        _tell_of_day(desk, _day(tick.at))
        decision = _decision(data_before_timetable(desk.settings, desk.calendar), tick, desk)
        if isinstance(decision, Launch):
            return _request(tick, desk, desk.calendar.previous(decision.session))
        return dg.SkipReason(decision.reason)


def reconciliation_tick(tick: Tick, resource: DeskResource, instance: dg.DagsterInstance) -> FollowUp:
    """Return the run that compares books and broker before anything is traded; dividends came overnight."""
    with desk_at(tick, resource) as desk:
        decision = _decision(reconciliation_timetable(desk.settings, desk.calendar), tick, desk)
        if isinstance(decision, Skip):
            return dg.SkipReason(decision.reason)
        if desk.today != decision.session:
            return dg.SkipReason(f"the settings have session {desk.today} run, not {decision.session}")
        hindrance = _without_books(desk) or run_under_way(desk, instance, decision.session)
        return dg.SkipReason(hindrance) if hindrance else _request(tick, desk, decision.session)


def _without_books(desk: TradingDesk) -> str | None:
    """Return that there is nothing to compare with the broker yet, or None."""
    first = desk.journal.latest(AccountSnapshot, RecordQuery(account=desk.settings.account))
    return None if first else "the account has no books yet: they begin with its first trading run"


def _decision(timetable: Timetable, tick: Tick, desk: TradingDesk) -> Launch | Skip:
    return decide(timetable, tick.at, desk.present.now())


def _request(tick: Tick, desk: TradingDesk, session: date) -> dg.RunRequest:
    """Return the schedule's run for the session: once a day and account (R-19)."""
    key = derived_id(tick.schedule, desk.settings.account, _day(tick.at).isoformat())
    return dg.RunRequest(
        run_key=key,
        partition_key=session.isoformat(),
        tags=caused_tags(key, CAUSE, Trigger.SCHEDULE),
    )


def _tell_of_day(desk: TradingDesk, day: date) -> None:
    """Tell once, on the very day, that there is no session or that it closes early."""
    calendar, now = desk.calendar, desk.present.now()
    if day != _day(now) or day.weekday() >= SATURDAY:
        return
    note, told_at = day_note(desk, now), desk.wall_clock.now()
    if not calendar.is_session(day):
        following = calendar.following(calendar.latest(day))
        name = calendar.holiday_name(day) or no_session(calendar, day)
        desk.notifier.send(compose_no_session(note, name, following, told_at))
    elif calendar.is_early_close(day) and now < calendar.close_of(day):
        begins = trading_timetable(desk.settings, calendar).begins(day)
        closes = clock_time(calendar.close_of(day))
        desk.notifier.send(compose_early_close(note, closes, clock_time(begins), told_at))


def _day(instant: datetime) -> date:
    return instant.astimezone(NEW_YORK).date()
