"""The history of an account's runs in numbers: all that is measured, read in one go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.operations.happenings import read_happenings
from alchemiser_dagster.operations.measures import Measures, measures_of
from alchemiser_dagster.operations.orders import measure_by_run
from alchemiser_dagster.operations.readings import Readings, read_readings
from alchemiser_dagster.operations.runs import run_measures
from alchemiser_dagster.operations.sessions import SessionMeasure, session_measures
from alchemiser_dagster.operations.trading import TradingMeasure, trading_measures
from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import Instant, Mode
from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings import Settings


@dataclass(frozen=True)
class HistoryQuery:
    """What is asked for.

    Parameters
    ----------
    since
        Runs that began before it are left out; None asks for all.
    session
        Only runs of this session; None asks for all.
    due
        The last session that is due to have a result; None where none is due, as in a simulation.
    is_real_time
        Whether orders go by the real clock.
    """

    account: str
    since: datetime | None = None
    session: date | None = None
    due: date | None = None
    is_real_time: bool = True


class History(Frozen):
    """Trading runs and sessions, oldest first, and how they went; `since` is None where all are in it."""

    since: Instant | None
    session: date | None
    trading: tuple[TradingMeasure, ...]
    sessions: tuple[SessionMeasure, ...]
    measures: Measures


def usual_query(settings: Settings, calendar: TradingCalendar, now: datetime) -> HistoryQuery:
    """Return the question for all runs of the account; a session is due from its close on."""
    is_real_time = settings.mode is not Mode.SIMULATED
    due = calendar.last_complete(now) if is_real_time else None
    return HistoryQuery(settings.account, due=due, is_real_time=is_real_time)


def read_history(database: Database, calendar: TradingCalendar, query: HistoryQuery) -> History:
    """Return what the ledger tells of the account's runs."""
    readings = _wanted(read_readings(database, query.account, query.since), query)
    runs = run_measures(readings)
    orders = measure_by_run(readings.orders, readings.filled)
    trading = trading_measures(runs, orders, readings, is_real_time=query.is_real_time)
    until = query.session or query.due or date.min
    sessions = session_measures(trading, orders, readings, calendar, until)
    happenings = read_happenings(database, query.account, query.since)
    return History(
        since=query.since,
        session=query.session,
        trading=trading,
        sessions=sessions,
        measures=measures_of(runs, trading, sessions, readings.steps, happenings),
    )


def _wanted(readings: Readings, query: HistoryQuery) -> Readings:
    """Leave out runs of other sessions, and orders that belong to none of the runs."""
    if query.session is not None:
        runs = tuple(run for run in readings.runs if run.session == query.session)
        ends = tuple(end for end in readings.ends if end.session == query.session)
        kept = {run.run_id for run in runs}
        steps = tuple(step for step in readings.steps if step.run_id in kept)
        readings = replace(readings, runs=runs, ends=ends, steps=steps)
    elif query.since is None:
        return readings
    told = {run.correlation_id for run in readings.runs} | {end.correlation_id for end in readings.ends}
    orders = tuple(order for order in readings.orders if order.correlation_id in told)
    return replace(readings, orders=orders)
