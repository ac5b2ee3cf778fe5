"""What the account was worth, as the journal's comparisons with the broker saw it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.portfolio.profit import EquityMark
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.posting import Posting
from alchemiser_dagster.records.reconciliation import BreakKind, ReconciliationReport, Severity

FLOWS = frozenset({BreakKind.DEPOSIT, BreakKind.WITHDRAWAL, BreakKind.TRANSFER})
DOUBTS = frozenset(
    {BreakKind.CASH, BreakKind.POSITION, BreakKind.OTHER_ACTIVITY, BreakKind.NO_BASELINE, BreakKind.OVERFILL}
)


def equity_marks(journal: Journal, account: str) -> tuple[EquityMark, ...]:
    """Return what the account was worth at each comparison, in the order in which they were made.

    The first mark is the snapshot that the books began with. Money in and out counts for the first comparison
    that has it in the broker's cash, so no mark ever holds a deposit that is not told (R-37).
    """
    reports = list(journal.newest_first(ReconciliationReport, RecordQuery(account=account)))
    return tuple(mark for report in reversed(reports) for mark in _marks(journal, report))


def posted_as(report: ReconciliationReport, kinds: Iterable[BreakKind]) -> tuple[Posting, ...]:
    """Return what the report posted for activities of these kinds."""
    wanted = frozenset(kinds)
    told = {
        found.message for found in report.breaks if found.kind in wanted and found.severity is Severity.NOTE
    }
    return tuple(posting for posting in report.posted if posting.description in told)


def _marks(journal: Journal, report: ReconciliationReport) -> Iterator[EquityMark]:
    if report.snapshot_id is not None:
        yield _opening(journal.record_of(AccountSnapshot, report.snapshot_id))
    flows = posted_as(report, FLOWS)
    yield EquityMark(
        report_id=report.envelope.record_id,
        session=report.session,
        at=report.envelope.created_at,
        equity=report.equity,
        flow=sum((flow.amount for flow in flows), Decimal(0)),
        is_certain=not any(flow.quantity for flow in flows) and not _is_doubtful(report),
    )


def _opening(snapshot: AccountSnapshot) -> EquityMark:
    return EquityMark(
        report_id=snapshot.envelope.record_id,
        session=snapshot.session,
        at=snapshot.taken_at,
        equity=snapshot.account.equity,
    )


def _is_doubtful(report: ReconciliationReport) -> bool:
    return any(found.kind in DOUBTS and found.severity is not Severity.NOTE for found in report.breaks)
