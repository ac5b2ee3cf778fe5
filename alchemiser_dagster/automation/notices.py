"""Which notice a run ends in: composed from what the journal holds, sent once (R-41)."""

from __future__ import annotations

from datetime import date
from itertools import takewhile

from alchemiser_dagster.automation.circumstances import circumstances_of, orders_sent
from alchemiser_dagster.automation.day_drawing import with_picture
from alchemiser_dagster.automation.failures import StepFailure
from alchemiser_dagster.automation.late import told_late
from alchemiser_dagster.automation.run_ends import count_end, end_of_failure, end_of_result
from alchemiser_dagster.automation.troubles import send_end, trouble_of_breaks, trouble_of_failure
from alchemiser_dagster.automation.waiting import waiting_notice
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.notify.compose_break import compose_break
from alchemiser_dagster.notify.compose_failure import Failure, Skip, compose_failure, compose_skip
from alchemiser_dagster.notify.compose_recovery import RESUMED, retold
from alchemiser_dagster.notify.compose_trading import compose_trading
from alchemiser_dagster.notify.notice import Notice
from alchemiser_dagster.notify.trading_records import TradingReasons, TradingRecords
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.reconciliation import ReconciliationReport, Severity
from alchemiser_dagster.records.recovery import Resumption
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.reports.explanation_summary import closest_first, fragile_decisions, reasons_of


def send_result(desk: TradingDesk, correlation_id: str) -> None:
    """Tell the person how a trading run ended, or what a comparison without one found to differ."""
    query = RecordQuery(account=desk.settings.account, correlation_id=correlation_id)
    snapshot = desk.journal.latest(AccountSnapshot, query)
    plan = desk.journal.latest(RebalancePlan, query)
    result = desk.journal.latest(ExecutionResult, query)
    if snapshot is None or plan is None or result is None:
        _send_break(desk, query, plan)
        return
    count_end(desk, end_of_result(desk, result))
    report = _report_on(result, desk)
    circumstances = circumstances_of(desk, correlation_id, result.envelope.run_id, report)
    records = TradingRecords(snapshot, plan, result, report, _reasons(desk, query), circumstances)
    notice = with_picture(desk, compose_trading(records, desk.wall_clock.now()))
    told = retold(notice, RESUMED, "Resumed") if _was_resumed(desk, query, plan) else notice
    send_end(desk, told_late(desk, told), result, report)


def _send_break(desk: TradingDesk, query: RecordQuery, plan: RebalancePlan | None) -> None:
    """Tell the person what differs, and of a halt that it brought.

    While a plan waits for its recovery, what it lacks is told there; only what nothing explains is told here.
    """
    report = desk.journal.latest(ReconciliationReport, query)
    if report is None:
        return
    is_critical = any(found.severity is Severity.CRITICAL for found in report.breaks)
    notice = compose_break(report, desk.settings.mode, desk.wall_clock.now())
    if notice is not None and (is_critical or plan is None):
        desk.notifier.send(notice, trouble_of_breaks(report))
    count_end(desk, None)


def _report_on(result: ExecutionResult, desk: TradingDesk) -> ReconciliationReport | None:
    """Return the comparison that was made after the result; one from before it says nothing of it."""
    records = desk.journal.story(result.envelope.correlation_id)
    later = takewhile(lambda record: record != result, reversed(records))
    return next((record for record in later if isinstance(record, ReconciliationReport)), None)


def _was_resumed(desk: TradingDesk, query: RecordQuery, plan: RebalancePlan) -> bool:
    resumption = desk.journal.latest(Resumption, query)
    return resumption is not None and resumption.plan_id == plan.plan_id


def _reasons(desk: TradingDesk, query: RecordQuery) -> TradingReasons:
    newest: dict[str, StrategySignal] = {}
    for signal in desk.journal.newest_first(StrategySignal, query):
        newest.setdefault(signal.strategy, signal)
    signals = closest_first(newest.values())
    return TradingReasons(reasons_of(signals), fragile_decisions(signals))


def send_failure(
    desk: TradingDesk,
    correlation_id: str,
    session: date | None,
    failure: StepFailure,
    trading_run: str | None,
) -> None:
    """Tell the person that a run failed; one that another run made needless was skipped.

    `trading_run` is the run whose end this is; None where the failure is about none, so that none is counted.
    """
    end = end_of_failure(desk, trading_run, correlation_id, session, failure) if trading_run else None
    count_end(desk, end)
    waiting = waiting_notice(desk, correlation_id, failure)
    if waiting is not None:
        desk.notifier.send(told_late(desk, waiting))
        return
    notice = failure_notice(desk, correlation_id, session, failure)
    desk.notifier.send(told_late(desk, notice), trouble_of_failure(failure))


def failure_notice(
    desk: TradingDesk, correlation_id: str, session: date | None, failure: StepFailure
) -> Notice:
    """Return the final notice of a run that failed, or that sent nothing because another had the account."""
    mode, now = desk.settings.mode, desk.wall_clock.now()
    if failure.is_refusal:
        return compose_skip(Skip(correlation_id, mode, session, failure.message), now)
    failed = Failure(
        correlation_id=correlation_id,
        mode=mode,
        session=session,
        step=failure.step,
        message=failure.message,
        code=failure.code,
        orders_sent=orders_sent(desk, correlation_id),
    )
    return with_picture(desk, compose_failure(failed, now))
