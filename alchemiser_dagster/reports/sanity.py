"""What looked strange about a decision, as a table."""

from __future__ import annotations

from alchemiser_dagster.records.sanity import SanityReport
from alchemiser_dagster.reports.table import Table


def sanity_table(report: SanityReport) -> Table:
    """Show one line a finding, what blocks first."""
    rows = tuple(
        (finding.severity, finding.kind.replace("_", " "), finding.message, finding.limit)
        for finding in report.findings
    )
    return Table(f"Sanity: {_state(report)}", ("severity", "what", "found", "expected"), rows)


def _state(report: SanityReport) -> str:
    if report.is_blocked:
        return f"blocked, {len(report.blocking)} to approve"
    if report.approved_by is not None:
        return f"approved by {report.approved_by}"
    return f"{len(report.findings)} warnings" if report.findings else "nothing looks strange"
