"""Whether a recovery is followed by a run that trades the rest: asked once more, and claimed once (R-19)."""

from __future__ import annotations

from dataclasses import dataclass

from alchemiser_dagster.assets.recovery_report import resume_guards
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.ledger.resumptions import ResumptionBook
from alchemiser_dagster.records.envelope import RunIdentity
from alchemiser_dagster.records.recovery import RecoveryReport, Resumption
from alchemiser_dagster.settings.choices import AfterFailure

SOURCE = "resumption"


@dataclass(frozen=True)
class Answer:
    """The plan whose rest is to be traded; None where it is not, with the reason."""

    plan_id: str | None
    reason: str = ""


def claim_resumption(desk: TradingDesk, recovery_run: RunIdentity) -> Answer:
    """Claim the rest of the plan for the recovery that has ended, where nothing speaks against it now.

    Asking again for the same recovery gives the same answer; another one is told that the plan was resumed.
    """
    if desk.settings.trading.after_failure is not AfterFailure.RESUME:
        return Answer(None, "trading.after_failure is stop")
    account = desk.settings.account
    query = RecordQuery(desk.today, account, None, recovery_run.correlation_id)
    report = desk.journal.latest(RecoveryReport, query)
    if report is None or report.plan_id is None:
        return Answer(None, "there is no plan to resume")
    book, claim = ResumptionBook(desk.database), _claim(desk, report.plan_id, recovery_run)
    held = book.of_plan(account, report.plan_id)
    if held is not None and held.envelope.causation_id == recovery_run.run_id:
        return Answer(report.plan_id)
    hindrances = resume_guards(desk).hindrances(account, desk.today)
    if hindrances:
        return Answer(None, "; ".join(hindrances))
    return Answer(report.plan_id) if book.claim(claim) else Answer(None, "the plan was resumed once already")


def _claim(desk: TradingDesk, plan_id: str, recovery_run: RunIdentity) -> Resumption:
    envelope = desk.envelope(recovery_run, SOURCE, [recovery_run.run_id])
    record_id = derived_id(SOURCE, desk.settings.account, plan_id)
    return Resumption(
        envelope=envelope.model_copy(update={"record_id": record_id}), session=desk.today, plan_id=plan_id
    )
