"""The gate between a decision and its plan: what looks strange stops the day until a person approves it."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from alchemiser_dagster.assets.stage import Stage
from alchemiser_dagster.ledger.approvals import ApprovalBook
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.market_data.quality import BarFlaw, blocking
from alchemiser_dagster.market_data.session_data import decision_flaws
from alchemiser_dagster.records.allocation import AllocationComparison, TargetAllocation
from alchemiser_dagster.records.approval import Approval
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.sanity import SanityReport, subject_of
from alchemiser_dagster.records.signal import StrategySignal
from alchemiser_dagster.risk.sanity.clearance import approval_of, require_cleared
from alchemiser_dagster.risk.sanity.facts import BarInputs, DecisionFacts, SuspiciousBar
from alchemiser_dagster.risk.sanity.past import past_of
from alchemiser_dagster.risk.sanity.report import sanity_report

SANE_CHECK = "decision_is_sane"
MOST_NAMED = 10


def sane_spec() -> dg.AssetCheckSpec:
    """Return the check that stops a day on a decision that looks strange."""
    return dg.AssetCheckSpec(
        SANE_CHECK,
        asset="allocation_comparison",
        blocking=True,
        description="The decision looks like those before it, or a person approved what is strange (R-32).",
    )


def look_at(comparison: AllocationComparison, target: TargetAllocation, stage: Stage) -> SanityReport:
    """Return the report on a comparison, and keep it; nothing is strange where nobody decided anything."""
    desk = stage.desk
    if desk.is_flattening and not target.strategies:
        report = SanityReport(
            envelope=stage.envelope(comparison),
            session=stage.session,
            comparison_id=comparison.envelope.record_id,
            findings=(),
            subject_id=subject_of(()),
        )
        stage.keep(report)
        return report
    facts = DecisionFacts(
        comparison=comparison,
        signals=tuple(
            desk.journal.record_of(StrategySignal, chosen.signal_id) for chosen in target.strategies
        ),
        shares={chosen.strategy: chosen.share for chosen in target.strategies},
        past=past_of(
            desk.database,
            desk.settings.account,
            stage.session,
            desk.settings.sanity.turnover_sessions,
        ),
    )
    if target.strategies:
        facts = _with_bars(facts, stage)
    approvals = ApprovalBook(desk.database)
    report = sanity_report(facts, desk.settings.sanity, approvals, stage.envelope(comparison))
    stage.keep(report)
    return report


def sane_result(report: SanityReport, carried_on: RebalancePlan | None, stage: Stage) -> dg.AssetCheckResult:
    """Return what the check finds: an error where an approval is wanted, a warning where one was given.

    A plan that is carried on was looked at before: for it no approval is wanted.
    """
    approval = approval_of(report, ApprovalBook(stage.desk.database))
    note = "everything is to be sold: no decision was looked at" if stage.desk.is_flattening else None
    needs_approval = bool(report.blocking) and approval is None and carried_on is None
    return dg.AssetCheckResult(
        check_name=SANE_CHECK,
        passed=not report.blocking,
        severity=dg.AssetCheckSeverity.ERROR if needs_approval else dg.AssetCheckSeverity.WARN,
        description=_description(report, approval) or note,
        metadata={
            "subject": report.subject_id,
            "blocking": len(report.blocking),
            "warnings": len(report.findings) - len(report.blocking),
            "approved": approval.in_words if approval else "no",
            "carried_on": carried_on.plan_id if carried_on else "none",
        },
    )


def require_sane(report: SanityReport, carried_on: RebalancePlan | None, stage: Stage) -> None:
    """Raise `SanityError` where an approval is wanted."""
    if carried_on is None:
        require_cleared(report, report.comparison_id, ApprovalBook(stage.desk.database))


def _description(report: SanityReport, approval: Approval | None) -> str:
    said = "; ".join(finding.message for finding in report.findings[:MOST_NAMED])
    return f"{approval.in_words}: {said}" if approval else said


def _with_bars(facts: DecisionFacts, stage: Stage) -> DecisionFacts:
    desk, session = stage.desk, stage.session
    data = stage.require(MarketData, session)
    deciding = {signal.strategy for signal in facts.deciding}
    read = (chosen.symphony.symbols for chosen in desk.strategies if chosen.name in deciding)
    updates = desk.journal.newest_first(MarketData, RecordQuery(session, desk.settings.account))
    bars = BarInputs(
        data=data,
        symbols=frozenset().union(*read),
        restated=tuple(restated for update in updates for restated in update.restated),
        suspicious=tuple(_suspicious(data, stage)),
    )
    return DecisionFacts(facts.comparison, facts.signals, bars, facts.shares, facts.past)


def _suspicious(data: MarketData, stage: Stage) -> Iterator[SuspiciousBar]:
    """Yield the flaws of the last sessions, and every one that should have stopped the day before."""
    desk = stage.desk
    accepted = set(desk.settings.market_data.jumps)
    flaws = decision_flaws(desk.market, data, desk.settings.market_data.jumps)
    recent = desk.calendar.between(data.first_session, data.session)
    first = recent[-desk.settings.sanity.suspicious_sessions :][:1]
    unforgivable = set(blocking(flaws))
    for flaw in flaws:
        is_news = (flaw.session,) >= first and (flaw.symbol, flaw.session) not in accepted
        if is_news or flaw in unforgivable:
            yield _suspicion(flaw)


def _suspicion(flaw: BarFlaw) -> SuspiciousBar:
    return SuspiciousBar(flaw.symbol, flaw.session, flaw.message)
