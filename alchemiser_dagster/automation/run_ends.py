"""Count how trading runs end, halt trading after too many failures in a row, and tell of it."""

from __future__ import annotations

from datetime import date

import dagster as dg

from alchemiser_dagster.assets.names import CAUSATION_TAG, LANE_TAG, TRADING_LANE, TRIGGER_TAG
from alchemiser_dagster.automation.failures import StepFailure
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import ConfigurationError, StorageError
from alchemiser_dagster.ledger.run_ends import RunEnd, RunEnds
from alchemiser_dagster.logs import logger_named
from alchemiser_dagster.notify.compose_halt import compose_halt
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.values import Outcome, Trigger
from alchemiser_dagster.risk.tripping import trip_after_failures

NO_ERROR = "none"
NOT_COUNTED = frozenset({"busy", "superseded", "halted", "approval", "sanity", "session", "configuration"})
LOG = logger_named(__name__)


def trading_run_of(run: dg.DagsterRun) -> str | None:
    """Return the trading run that the run is, or follows; None where it is about none."""
    if run.tags.get(LANE_TAG) == TRADING_LANE:
        return run.run_id
    is_scheduled = run.tags.get(TRIGGER_TAG) == Trigger.SCHEDULE.value
    return None if is_scheduled else run.tags.get(CAUSATION_TAG)


def end_of_result(desk: TradingDesk, result: ExecutionResult) -> RunEnd:
    """Return the end of a run that came to a result."""
    return RunEnd(
        run_id=result.envelope.run_id,
        correlation_id=result.envelope.correlation_id,
        account=result.envelope.account,
        session=result.session,
        outcome=result.outcome,
        code="order" if result.outcome is Outcome.FAILED else NO_ERROR,
        at=desk.wall_clock.now(),
    )


def end_of_failure(
    desk: TradingDesk, run_id: str, correlation_id: str, session: date | None, failure: StepFailure
) -> RunEnd:
    """Return the end of a run that failed; a refused one, or one at a wrong time, was skipped."""
    return RunEnd(
        run_id=run_id,
        correlation_id=correlation_id,
        account=desk.settings.account,
        session=session,
        outcome=Outcome.SKIPPED if failure.code in NOT_COUNTED else Outcome.FAILED,
        code=failure.code,
        at=desk.wall_clock.now(),
    )


def count_end(desk: TradingDesk, end: RunEnd | None) -> None:
    """Keep the end, halt trading where it was one failure too many, and tell of a halt that tripped.

    Never raises for want of a ledger: what happened must be told all the same (R-42).
    """
    try:
        if end is not None:
            RunEnds(desk.database).record(end)
            limit = desk.settings.risk.max_failed_runs
            trip_after_failures(desk.database, desk.settings.account, limit, desk.code_version)
        held = desk.halt
    except (ConfigurationError, StorageError) as error:
        LOG.warning("end of a run not counted", error=str(error))
        return
    if held is not None and held.is_tripped:
        desk.notifier.send(compose_halt(held, desk.settings.mode, desk.wall_clock.now()))
