"""Whether a session has its trading run already: asked of the ledger, then of Dagster."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import dagster as dg

from alchemiser_dagster.assets.names import LANE_TAG, PARTITION_TAG, TRADING_LANE
from alchemiser_dagster.assets.run_identity import correlation_of
from alchemiser_dagster.automation.sensors import desk_of
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import ConfigurationError
from alchemiser_dagster.ledger.executions import ExecutionState

UNDER_WAY = (
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)


def run_before(desk: TradingDesk, instance: dg.DagsterInstance, session: date) -> str | None:
    """Return which run has the session already, in words; None where it is free."""
    return (
        _plan_begun(desk, session) or run_under_way(desk, instance, session) or _done(desk, instance, session)
    )


def run_under_way(desk: TradingDesk, instance: dg.DagsterInstance, session: date) -> str | None:
    """Return which trading run of the session is under way, in words; None where none is."""
    found = next(_runs(desk, instance, session, UNDER_WAY), None)
    return f"session {session} is being traded by run {correlation_of(found)}" if found else None


def _plan_begun(desk: TradingDesk, session: date) -> str | None:
    begun = desk.executions.last_begun(desk.settings.account, session)
    if begun is None:
        return None
    if begun.state is ExecutionState.OPEN:
        return f"session {session} was begun by run {begun.correlation_id}, and its plan is open"
    return f"session {session} was traded already by run {begun.correlation_id}"


def _done(desk: TradingDesk, instance: dg.DagsterInstance, session: date) -> str | None:
    found = next(_runs(desk, instance, session, (dg.DagsterRunStatus.SUCCESS,)), None)
    return f"session {session} was traded already by run {correlation_of(found)}" if found else None


def _runs(
    desk: TradingDesk, instance: dg.DagsterInstance, session: date, statuses: tuple[dg.DagsterRunStatus, ...]
) -> Iterator[dg.DagsterRun]:
    """Yield the trading runs of the session for the desk's account."""
    tags = {PARTITION_TAG: session.isoformat(), LANE_TAG: TRADING_LANE}
    for run in instance.get_runs(dg.RunsFilter(tags=tags, statuses=list(statuses))):
        if _is_for(desk.settings.account, run):
            yield run


def _is_for(account: str, run: dg.DagsterRun) -> bool:
    """Return whether the run is for the account; one whose settings are gone is for none."""
    try:
        with desk_of(run) as desk:
            return desk.settings.account == account
    except ConfigurationError:
        return False
