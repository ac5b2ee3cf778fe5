"""Whether a decision may be planned on: nothing blocks it, or a person approved exactly what does."""

from __future__ import annotations

from alchemiser_dagster.errors import SanityError
from alchemiser_dagster.ledger.approvals import ApprovalBook
from alchemiser_dagster.records.approval import Approval, ApprovalScope
from alchemiser_dagster.records.sanity import SanityReport


def approval_of(report: SanityReport, approvals: ApprovalBook) -> Approval | None:
    """Return the approval of exactly what blocks; None where there is none, or nothing blocks."""
    if not report.blocking:
        return None
    account, subject = report.envelope.account, report.subject_id
    return approvals.of_subject(account, report.session, ApprovalScope.SANITY, subject)


def require_cleared(report: SanityReport | None, comparison_id: str, approvals: ApprovalBook) -> None:
    """Raise `SanityError` unless the comparison was looked at, and nothing blocks it or was left unapproved.

    The approval is asked for anew: what the report says of it is not relied on.
    """
    if report is None or report.comparison_id != comparison_id:
        raise SanityError(
            "nobody has looked at whether this decision is sane",
            where="allocation_comparison",
            remedy="Materialise allocation_comparison again, or launch trading_job as a whole",
        )
    if report.blocking and approval_of(report, approvals) is None:
        raise SanityError(
            "; ".join(finding.message for finding in report.blocking),
            where=f"session {report.session}",
            remedy="Nothing was planned. If it is right as it is, type "
            f"`alchemiser approve {report.session} --by NAME --reason TEXT`, then run again",
        )
