"""What is said of a recovery and of a resumed run: each under a key of its own, once (R-41)."""

from __future__ import annotations

import dagster as dg

from alchemiser_dagster.assets.run_identity import correlation_of, session_of
from alchemiser_dagster.automation.failures import StepFailure
from alchemiser_dagster.automation.names import RECOVERY_JOB, RESUME_JOB
from alchemiser_dagster.automation.notices import failure_notice, send_failure
from alchemiser_dagster.automation.run_ends import count_end, end_of_failure, trading_run_of
from alchemiser_dagster.automation.troubles import trouble_of_failure
from alchemiser_dagster.day_report import keep_day_report
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.notify.compose_recovery import RECOVERY, RESUMED, compose_recovery, retold
from alchemiser_dagster.records.recovery import RecoveryReport


def send_recovery(desk: TradingDesk, correlation_id: str) -> None:
    """Tell the person what a recovery found; say nothing where there was nothing to recover."""
    query = RecordQuery(account=desk.settings.account, correlation_id=correlation_id)
    report = desk.journal.latest(RecoveryReport, query)
    if report is not None and report.was_needed:
        desk.notifier.send(compose_recovery(report, desk.settings.mode, desk.wall_clock.now()))


def tell_of_failure(desk: TradingDesk, run: dg.DagsterRun, failure: StepFailure) -> None:
    """Tell the person that a run failed, in words that say what it was for."""
    correlation_id, session = correlation_of(run), session_of(run)
    match run.job_name:
        case name if name == RESUME_JOB:
            count_end(desk, end_of_failure(desk, run.run_id, correlation_id, session, failure))
            notice = failure_notice(desk, correlation_id, session, failure)
            desk.notifier.send(retold(notice, RESUMED, "Resumed"), trouble_of_failure(failure))
        case name if name == RECOVERY_JOB:
            notice = failure_notice(desk, correlation_id, session, failure)
            told = retold(notice, f"{RECOVERY} {run.run_id}", "Recovery")
            desk.notifier.send(told, trouble_of_failure(failure))
        case _:
            send_failure(desk, correlation_id, session, failure, trading_run_of(run))
    keep_day_report(desk, correlation_id)
