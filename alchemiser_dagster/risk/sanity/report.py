"""All rules together, and the report that they make."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from alchemiser_dagster.ledger.approvals import ApprovalBook
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.sanity import SanityFinding, SanityReport, subject_of
from alchemiser_dagster.risk.sanity.bars import restatements, stale_prices, suspicious_bars
from alchemiser_dagster.risk.sanity.book import concentration, flips, leverage
from alchemiser_dagster.risk.sanity.clearance import approval_of
from alchemiser_dagster.risk.sanity.facts import DecisionFacts
from alchemiser_dagster.risk.sanity.familiarity import new_symbols
from alchemiser_dagster.risk.sanity.firmness import fragile_decisions
from alchemiser_dagster.risk.sanity.turnover import turnovers
from alchemiser_dagster.settings.sanity import SanitySettings

Rule = Callable[[DecisionFacts, SanitySettings], Iterator[SanityFinding]]

RULES: tuple[Rule, ...] = (
    flips,
    turnovers,
    concentration,
    leverage,
    stale_prices,
    restatements,
    suspicious_bars,
    new_symbols,
    fragile_decisions,
)


def findings_of(facts: DecisionFacts, settings: SanitySettings) -> tuple[SanityFinding, ...]:
    """Return everything strange about a decision: what blocks first, else in the order of the rules."""
    found = [finding for rule in RULES for finding in rule(facts, settings)]
    return tuple(sorted(found, key=lambda finding: not finding.is_blocking))


def sanity_report(
    facts: DecisionFacts, settings: SanitySettings, approvals: ApprovalBook, envelope: Envelope
) -> SanityReport:
    """Return the report on a decision, with the approval that covers exactly what blocks, if there is one."""
    found = findings_of(facts, settings)
    report = SanityReport(
        envelope=envelope,
        session=facts.comparison.session,
        comparison_id=facts.comparison.envelope.record_id,
        findings=found,
        subject_id=subject_of(found),
    )
    approval = approval_of(report, approvals)
    if approval is None:
        return report
    given = {"approval_id": approval.envelope.record_id, "approved_by": approval.by}
    return report.model_copy(update=given)
