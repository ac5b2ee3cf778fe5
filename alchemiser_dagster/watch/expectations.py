"""What should have happened by now and did not: a pure function of what there is to see.

1. A session that was to be traded has a result some minutes after its close.
2. No run is alive beyond its time, and none died unseen.
3. On the day of a session the daemon and the schedule show signs of life.
4. The ledger can be read, the disk has room, the calendar goes on.

Trading that is switched off is the person's choice: nothing is expected then, and it is said once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from alchemiser_dagster.ledger.known_stories import TRADING_JOBS
from alchemiser_dagster.watch.deadlines import FOLLOW_UP, longest_ordering_run
from alchemiser_dagster.watch.finding import WatchFinding
from alchemiser_dagster.watch.run_life import Life
from alchemiser_dagster.watch.seen import Look, SeenRun
from alchemiser_dagster.watch.wording import (
    calendar_ends,
    daemon_is_silent,
    disk_is_full,
    ledger_is_broken,
    no_result,
    run_died,
    run_is_stuck,
    schedule_is_off,
    schedule_is_silent,
)

BEFORE_OPEN = timedelta(hours=2)
GRACE = timedelta(minutes=2)
MEGABYTE = 1_000_000


def findings(look: Look) -> tuple[WatchFinding, ...]:
    """Return all that should have happened by now and did not, what matters most first."""
    return tuple(_findings(look))


def _findings(look: Look) -> Iterator[WatchFinding]:
    if look.seen.ledger_error is not None:
        yield ledger_is_broken(look, look.seen.ledger_error)
    else:
        yield from _missing_results(look)
        yield from _runs(look)
    yield from _silence(look)
    yield from _running_out(look)


def _missing_results(look: Look) -> Iterator[WatchFinding]:
    for session in _watched_sessions(look):
        is_due = look.now >= look.due(session)
        if is_due and look.is_expected(session) and not look.has_result(session):
            yield no_result(look, session, _runs_of(look, session))


def _watched_sessions(look: Look) -> tuple[date, ...]:
    """Return the session of the day, and until its result is due the one before: a machine may have slept."""
    today = look.session
    return (today,) if look.now >= look.due(today) else (look.calendar.previous(today), today)


def _runs_of(look: Look, session: date) -> tuple[SeenRun, ...]:
    """Return the runs that were to trade the session; what compares or stores bars gives no result."""
    return tuple(run for run in look.seen.runs if run.session == session and run.job in TRADING_JOBS)


def _runs(look: Look) -> Iterator[WatchFinding]:
    for run in look.seen.runs:
        if run.life is Life.LIVING and look.now > _ends_by(look, run) + GRACE:
            yield run_is_stuck(look, run)
        elif run.life is Life.DIED and look.is_silent(look.seen.sensor):
            yield run_died(look, run)


def _ends_by(look: Look, run: SeenRun) -> datetime:
    return run.began_at + max(longest_ordering_run(look.settings), FOLLOW_UP)


def _silence(look: Look) -> Iterator[WatchFinding]:
    switch = look.seen.switch
    if switch is not None and not switch.is_on:
        yield schedule_is_off(look, switch)
    if not look.seen.is_on or not _is_day_of_session(look):
        return
    if look.is_silent(look.seen.sensor):
        yield daemon_is_silent(look, look.seen.sensor)
    elif _is_overdue(look):
        yield schedule_is_silent(look, look.seen.schedule)


def _is_day_of_session(look: Look) -> bool:
    """Return whether it is before the result of a session that is being awaited."""
    opens = look.calendar.open_of(look.session)
    return opens - BEFORE_OPEN <= look.now < look.due(look.session)


def _is_overdue(look: Look) -> bool:
    beat, silence = look.seen.schedule, timedelta(minutes=look.settings.watch.silent_minutes)
    return beat is not None and beat.next_expected is not None and look.now > beat.next_expected + silence


def _running_out(look: Look) -> Iterator[WatchFinding]:
    watch, free = look.settings.watch, look.seen.free_bytes
    if free is not None and free < watch.least_free_megabytes * MEGABYTE:
        yield disk_is_full(look, free // MEGABYTE)
    if look.calendar.last - look.session <= timedelta(days=watch.calendar_days):
        yield calendar_ends(look)
