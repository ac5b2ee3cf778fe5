"""Plan, ledger and broker side by side.

1. `orders`, `coverage`: the ledger's orders beside the broker's, and beside the plan.
2. `fills`: the ledger's fills beside the broker's, and beside orders and plan.
3. `positions`, `cash`: the baseline and the broker's fills of our orders beside the account now.
4. Each difference becomes a break with an id, and the report says how many things were compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import localcontext

from alchemiser_dagster.errors import SessionError
from alchemiser_dagster.portfolio.arithmetic import EXACT
from alchemiser_dagster.reconciliation.books import Books, BrokerFacts
from alchemiser_dagster.reconciliation.cash import expected_cash, find_cash_breaks
from alchemiser_dagster.reconciliation.coverage import find_uncovered_lines
from alchemiser_dagster.reconciliation.effects import to_cent
from alchemiser_dagster.reconciliation.evidence import Evidence, IsOwn
from alchemiser_dagster.reconciliation.fills import find_fill_breaks, find_overfills
from alchemiser_dagster.reconciliation.findings import Finding
from alchemiser_dagster.reconciliation.orders import find_order_breaks
from alchemiser_dagster.reconciliation.positions import compared_symbols, find_position_breaks
from alchemiser_dagster.records.envelope import Envelope, Record
from alchemiser_dagster.records.reconciliation import (
    Break,
    BreakKind,
    Compared,
    ReconciliationReport,
    Severity,
)


def reconcile(
    books: Books, facts: BrokerFacts, session: date, is_own_id: IsOwn, envelope: Envelope
) -> ReconciliationReport:
    """Return what differs between what we believe of a session and what the broker says (R-37).

    Positions and cash are built up from the broker's fills of our orders, so a fill that only the ledger
    gets wrong is one break, not three. Without a baseline they are not compared, and the report is not clean.

    Parameters
    ----------
    books, facts
        The two sides.
    session
        The session that both are of.
    is_own_id
        Whether a client order id has the form of ours; what the ledger knows is ours in any case.
    envelope
        Identity of the record to make.

    Raises
    ------
    SessionError
        A record of the books is of another session.
    """
    _require_session(books, session)
    evidence = Evidence(books, facts, session, is_own_id)
    with localcontext(EXACT):
        actual = to_cent(facts.account.cash)
        return ReconciliationReport(
            envelope=envelope,
            session=session,
            snapshot_id=_id_of(books.baseline),
            plan_id=books.plan.plan_id if books.plan else None,
            result_id=_id_of(books.result),
            compared=_count(evidence),
            breaks=_name(evidence),
            expected_cash=expected_cash(evidence, books.baseline) if books.baseline else actual,
            actual_cash=actual,
            equity=facts.account.equity,
            positions=facts.positions,
        )


def _find(evidence: Evidence) -> Iterator[Finding]:
    yield from find_order_breaks(evidence)
    yield from find_uncovered_lines(evidence)
    yield from find_fill_breaks(evidence)
    yield from find_overfills(evidence)
    baseline = evidence.books.baseline
    if baseline is None:
        yield _no_baseline(evidence)
    else:
        yield from find_position_breaks(evidence, baseline)
        yield from find_cash_breaks(evidence, baseline)


def _name(evidence: Evidence) -> tuple[Break, ...]:
    account, session = evidence.facts.account.account, evidence.session.isoformat()
    breaks = (finding.named(account, session) for finding in _find(evidence))
    gravest_first = tuple(Severity)[::-1]
    return tuple(sorted(breaks, key=lambda found: gravest_first.index(found.severity)))


def _count(evidence: Evidence) -> Compared:
    own_fills = {fill.fill_id for fill in evidence.own_fills}
    return Compared(
        orders=len(evidence.booked_orders.keys() | evidence.broker_orders.keys()),
        fills=len(evidence.booked_fills.keys() | own_fills),
        positions=len(compared_symbols(evidence)),
        cash=1 if evidence.books.baseline else 0,
    )


def _no_baseline(evidence: Evidence) -> Finding:
    return Finding(
        kind=BreakKind.NO_BASELINE,
        severity=Severity.WARNING,
        subject="baseline",
        symbol=None,
        expected="an account snapshot from before the session's first plan",
        actual="none",
        message=f"session {evidence.session} has no account snapshot: positions and cash were not compared",
        remedy="Find out why the run ended before its account snapshot",
    )


def _require_session(books: Books, session: date) -> None:
    for record in (books.baseline, books.plan, books.result):
        if record is not None and record.session != session:
            raise SessionError(
                f"the {record.kind} is of session {record.session}, the reconciliation is of {session}",
                where="reconciliation_report",
                remedy="Reconcile a session with its own records",
            )


def _id_of(record: Record | None) -> str | None:
    return record.envelope.record_id if record else None
