"""Plan, ledger, books and broker side by side.

1. `adoption`: what became known late is taken into the ledger.
2. `orders`, `coverage`, `fills`: the ledger beside the broker, and beside the plan.
3. `account`: the books, with all that is explained, beside positions and cash now.
4. `findings`: each difference becomes a break with an id, and the report says how much was compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import localcontext

from alchemiser_dagster.errors import SessionError
from alchemiser_dagster.portfolio.arithmetic import EXACT
from alchemiser_dagster.reconciliation.account import AccountView, compare_account, open_books, owes_money
from alchemiser_dagster.reconciliation.adoption import Adoption, adoption_findings, find_late
from alchemiser_dagster.reconciliation.books import Books, BrokerFacts
from alchemiser_dagster.reconciliation.coverage import find_uncovered_lines
from alchemiser_dagster.reconciliation.effects import to_cent
from alchemiser_dagster.reconciliation.evidence import Evidence, IsOwn
from alchemiser_dagster.reconciliation.fills import find_fill_breaks, find_overfills
from alchemiser_dagster.reconciliation.findings import Finding, Naming
from alchemiser_dagster.reconciliation.opening import opening_postings
from alchemiser_dagster.reconciliation.orders import find_order_breaks
from alchemiser_dagster.records.corporate_action import CorporateAction
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.reconciliation import (
    Break,
    BreakKind,
    Compared,
    ReconciliationReport,
    Severity,
)
from alchemiser_dagster.sessions import NEW_YORK


@dataclass(frozen=True)
class Reconciliation:
    """A report with its postings, and what else has to be written down, all together or not at all."""

    report: ReconciliationReport
    adoption: Adoption
    actions: tuple[CorporateAction, ...]


def reconcile(
    books: Books, facts: BrokerFacts, session: date, is_own_id: IsOwn, envelope: Envelope
) -> Reconciliation:
    """Return what differs between what we believe and what the broker says (R-37), and what to write down.

    Pure: the same books and facts give the same report. Without a snapshot to open the books with, positions
    and cash are not compared, and the report is not clean.

    Parameters
    ----------
    books, facts
        The two sides.
    session
        The session that the report is for, the last one that has begun.
    is_own_id
        Whether a client order id has the form of ours; what the ledger knows is ours in any case.
    envelope
        Identity of the record to make.

    Raises
    ------
    SessionError
        A plan or result of the books is of another session.
    """
    _require_session(books, session)
    before = Evidence(books, facts, session, is_own_id)
    with localcontext(EXACT):
        adoption = find_late(before)
        evidence = replace(before, books=adoption.applied_to(books))
        opened = open_books(evidence)
        at = envelope.created_at
        view = compare_account(evidence, opened, envelope.record_id, at) if opened else None
        findings = (
            *adoption_findings(before, adoption),
            *_ledger_findings(evidence),
            *(view.findings if view else (_no_baseline(session),)),
            *owes_money(evidence),
        )
        naming = Naming(envelope.account, books.past_breaks, at)
        report = _report(evidence, view, naming.name(findings), adoption, envelope)
        return Reconciliation(report, adoption, view.actions if view else ())


def _report(
    evidence: Evidence,
    view: AccountView | None,
    breaks: tuple[Break, ...],
    adoption: Adoption,
    envelope: Envelope,
) -> ReconciliationReport:
    books, account = evidence.books, evidence.facts.account
    is_opening = books.opening is not None and books.balance.opened_at is None
    opening = tuple(opening_postings(books.opening)) if is_opening and books.opening else ()
    return ReconciliationReport(
        envelope=envelope,
        session=evidence.session,
        snapshot_id=books.opening.envelope.record_id if is_opening and books.opening else None,
        plan_id=books.plan.plan_id if books.plan else None,
        result_id=books.result.envelope.record_id if books.result else None,
        compared=_count(evidence, view),
        breaks=breaks,
        expected_cash=to_cent(view.balance.cash if view else account.cash),
        actual_cash=to_cent(account.cash),
        equity=account.equity,
        positions=evidence.facts.positions,
        since=evidence.facts.since.astimezone(NEW_YORK).date(),
        books=view.lines if view else (),
        adopted=adoption.fills,
        posted=(*opening, *(view.postings if view else ())),
    )


def _ledger_findings(evidence: Evidence) -> Iterator[Finding]:
    yield from find_order_breaks(evidence)
    yield from find_uncovered_lines(evidence)
    yield from find_fill_breaks(evidence)
    yield from find_overfills(evidence)


def _count(evidence: Evidence, view: AccountView | None) -> Compared:
    own_fills = {fill.fill_id for fill in evidence.own_fills}
    return Compared(
        orders=len(evidence.booked_orders.keys() | evidence.reported_orders.keys()),
        fills=len(evidence.booked_fills.keys() | own_fills),
        positions=len(view.lines) if view else 0,
        cash=1 if view else 0,
    )


def _no_baseline(session: date) -> Finding:
    return Finding(
        kind=BreakKind.NO_BASELINE,
        severity=Severity.WARNING,
        subject="baseline",
        symbol=None,
        expected="an account snapshot to open the books with",
        actual="none",
        message=f"there is no account snapshot up to session {session}: positions and cash were not compared",
        remedy="Run a trading day: its first account snapshot opens the books",
    )


def _require_session(books: Books, session: date) -> None:
    for record in (books.plan, books.result):
        if record is not None and record.session != session:
            raise SessionError(
                f"the {record.kind} is of session {record.session}, the reconciliation is of {session}",
                where="reconciliation_report",
                remedy="Reconcile a session with its own records",
            )
