"""Which failure a notice tells of, so that the same one does not page again and again, and what ends it."""

from __future__ import annotations

from alchemiser_dagster.automation.failures import StepFailure
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.notify.notice import Notice
from alchemiser_dagster.notify.trouble import Trouble
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.records.values import Outcome

BOOKS_SCOPE = "books"


def trouble_of_failure(failure: StepFailure) -> Trouble | None:
    """Return the failure of a step; None where the run was refused and nothing is wrong."""
    return None if failure.is_refusal else Trouble(failure.step, failure.code, failure.message)


def trouble_of_breaks(report: ReconciliationReport) -> Trouble:
    """Return the failure that books and broker differ in just this way."""
    differences = sorted(f"{found.kind.value} {found.symbol or ''}" for found in report.breaks)
    return Trouble("reconciliation_report", "break", "; ".join(differences), BOOKS_SCOPE)


def send_end(
    desk: TradingDesk, notice: Notice, result: ExecutionResult, report: ReconciliationReport | None
) -> None:
    """Send the final notice of a run that came to a result, and say which failures it ends.

    Told again, the result ends nothing: what failed since is not over by it.
    """
    failed = result.outcome is Outcome.FAILED
    trouble = Trouble("execution_result", "order", result.reason) if failed else None
    if not desk.notifier.send(notice, trouble):
        return
    if result.outcome.is_success:
        desk.notifier.recovered(notice)
    if report is not None and report.is_clean:
        desk.notifier.recovered(notice, BOOKS_SCOPE)
