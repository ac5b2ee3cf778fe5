"""A recovery from the command line: for a run of today whose process is gone, or that failed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import dagster as dg

from alchemiser_dagster.automation.failures import UNEXPECTED_CODE, StepFailure
from alchemiser_dagster.automation.instance import open_instance
from alchemiser_dagster.automation.launch import LaunchedRun, Launcher, LaunchRequest
from alchemiser_dagster.automation.names import RECOVERY_JOB
from alchemiser_dagster.automation.notices import send_failure
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.recovery import RecoveryReport

GONE = StepFailure("run", "the run ended before its work was done", UNEXPECTED_CODE)


@dataclass(frozen=True)
class LaunchedRecovery:
    """The run of a recovery, and what it found; None where it failed before it knew."""

    run: LaunchedRun
    report: RecoveryReport | None


@dataclass(frozen=True)
class OpenRun:
    """The run that began the plan that is still open."""

    run_id: str
    correlation_id: str


def open_run(desk: TradingDesk) -> OpenRun | None:
    """Return the run whose plan of today is open, or None where none is."""
    begun = desk.executions.open_for(desk.settings.account, desk.today)
    if begun is None:
        return None
    envelope = desk.journal.record_of(RebalancePlan, begun.plan_record_id).envelope
    return OpenRun(envelope.run_id, begun.correlation_id)


def run_recovery(definitions: dg.Definitions, desk: TradingDesk, request: LaunchRequest) -> LaunchedRecovery:
    """Recover from the run whose plan is open, under its correlation id; tell of its end once (R-41)."""
    failed = open_run(desk)
    if failed is not None:
        request = replace(request, correlation_id=failed.correlation_id, causation_id=failed.run_id)
    with open_instance(desk.lock_folder) as instance:
        run = Launcher(definitions, instance, desk.today).launch(RECOVERY_JOB, request)
    if failed is not None and run.failure is None:
        send_failure(desk, failed.correlation_id, desk.today, GONE, failed.run_id)
    query = RecordQuery(desk.today, desk.settings.account, None, request.correlation_id)
    reports = desk.journal.newest_first(RecoveryReport, query)
    return LaunchedRecovery(
        run, next((report for report in reports if report.envelope.run_id == run.run_id), None)
    )
