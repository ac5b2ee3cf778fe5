"""The account as the books have it, beside the account as it is.

1. The books are opened, once (`opening`).
2. Our own fills are posted, then what the broker lists as activities (`activities`, `corporate`).
3. What is left of each position, then of cash, is explained by causes (`causes`), by dust, or by nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alchemiser_dagster.ledger.account_books import Balance
from alchemiser_dagster.portfolio.corporate_actions import read_actions
from alchemiser_dagster.reconciliation.activities import (
    activity_finding,
    activity_posting,
    is_unsized,
    needs_a_person,
)
from alchemiser_dagster.reconciliation.cash import CashComparison, CashVerdict, negative_cash
from alchemiser_dagster.reconciliation.causes import Cause, find_causes
from alchemiser_dagster.reconciliation.corporate import unsized_postings
from alchemiser_dagster.reconciliation.effects import posting_of, to_cent
from alchemiser_dagster.reconciliation.evidence import Evidence
from alchemiser_dagster.reconciliation.findings import Finding
from alchemiser_dagster.reconciliation.opening import opening_postings
from alchemiser_dagster.reconciliation.positions import PositionComparison
from alchemiser_dagster.records.activity import Activity
from alchemiser_dagster.records.corporate_action import CorporateAction
from alchemiser_dagster.records.posting import Posting, PostingKind
from alchemiser_dagster.records.reconciliation import BookLine, BreakKind
from alchemiser_dagster.sessions import NEW_YORK


@dataclass(frozen=True)
class AccountView:
    """What the comparison of the account came to.

    Parameters
    ----------
    balance
        The books with all that is explained, `postings` included.
    actions
        The splits and new symbols among what is posted: lots follow them.
    """

    balance: Balance
    findings: tuple[Finding, ...]
    postings: tuple[Posting, ...]
    lines: tuple[BookLine, ...]
    actions: tuple[CorporateAction, ...]


@dataclass(frozen=True)
class _Posted:
    """What is posted because it is explained."""

    fills: tuple[Posting, ...]
    told: tuple[tuple[Activity, tuple[Posting, ...]], ...]

    @property
    def entries(self) -> tuple[Posting, ...]:
        """All of it."""
        return (*self.fills, *(posting for _, postings in self.told for posting in postings))

    @property
    def roundings(self) -> int:
        """How many of the amounts the broker may have rounded in its own way."""
        return len(self.fills) + sum(to_cent(one.amount) != one.amount for one, _ in self.told)

    @property
    def sized(self) -> Iterator[Activity]:
        """What the broker lists, with as many shares as were posted."""
        for activity, postings in self.told:
            for one in postings:
                yield activity.model_copy(update={"symbol": one.symbol, "quantity": one.quantity})


def open_books(evidence: Evidence) -> Balance | None:
    """Return the balance with its opening; None where there is no snapshot to begin with."""
    books = evidence.books
    if books.balance.opened_at is not None:
        return books.balance
    return books.balance.after(opening_postings(books.opening)) if books.opening else None


def compare_account(evidence: Evidence, opened: Balance, report_id: str, at: datetime) -> AccountView:
    """Return what is posted and what differs; the books must be open."""
    posted = _explained(evidence, opened)
    balance = opened.after(posted.entries)
    causes = tuple(find_causes(evidence, balance))
    moved = frozenset(entry.symbol for entry in posted.entries if entry.symbol)
    positions = PositionComparison(evidence, balance, causes, moved)
    verdicts = tuple(positions.verdicts())
    applied = tuple(cause for verdict in verdicts for cause in verdict.causes)
    cash = _compare_cash(evidence, balance, causes, (applied, posted.roundings))
    explaining = {id(cause) for cause in (*applied, *cash.causes)}
    own = tuple(found for found in (*(v.finding for v in verdicts), cash.finding) if found)
    dust = tuple(_rounding(found, report_id, at) for found in own if found.kind is BreakKind.ROUNDING)
    return AccountView(
        balance=balance.after(dust),
        findings=(
            *(activity_finding(activity) for activity, _ in posted.told),
            *(cause.told(explains=id(cause) in explaining) for cause in causes),
            *own,
        ),
        postings=(*posted.entries, *dust),
        lines=tuple(
            BookLine(symbol=s, expected=positions.expected(s), actual=positions.actual(s))
            for s in positions.symbols
        ),
        actions=_actions(opened, posted),
    )


def owes_money(evidence: Evidence) -> Iterator[Finding]:
    """Yield the break of an account that owes money."""
    found = negative_cash(to_cent(evidence.facts.account.cash))
    if found:
        yield found


def _explained(evidence: Evidence, opened: Balance) -> _Posted:
    fills = tuple(_own_fills(evidence, opened))
    listed = evidence.facts.activities
    sized = [one for one in listed if not is_unsized(one) and not needs_a_person(one)]
    told = tuple((one, (activity_posting(one),)) for one in sized)
    fresh = tuple((one, entry) for one, entry in told if not opened.has(entry[0].subject))
    known = opened.after((*fills, *(posting for _, (posting,) in fresh)))
    return _Posted(fills, (*fresh, *unsized_postings(listed, known, evidence.held)))


def _actions(opened: Balance, posted: _Posted) -> tuple[CorporateAction, ...]:
    """Return the splits and new symbols, by what was held before the first of them."""
    activities = tuple(posted.sized)
    if not activities:
        return ()
    first = min(activity.occurred_on for activity in activities)
    earlier = (one for one in posted.fills if one.occurred_at.astimezone(NEW_YORK).date() < first)
    held = opened.after(earlier).positions
    return tuple(read.action for read in read_actions(activities, held, opened.account))


def _own_fills(evidence: Evidence, opened: Balance) -> Iterator[Posting]:
    """Yield the broker's fills that the ledger has too, and that came after the books were opened."""
    for fill in evidence.own_fills:
        posting = posting_of(fill)
        is_new = fill.fill_id in evidence.booked_fills and not opened.has(posting.subject)
        if is_new and opened.opened_at and not evidence.is_contained(fill, opened.opened_at):
            yield posting


def _compare_cash(
    evidence: Evidence, balance: Balance, causes: tuple[Cause, ...], found: tuple[tuple[Cause, ...], int]
) -> CashVerdict:
    applied, roundings = found
    return CashComparison(
        expected=to_cent(balance.cash),
        actual=to_cent(evidence.facts.account.cash),
        applied=applied,
        floating=tuple(cause for cause in causes if cause.symbol is None),
        roundings=roundings,
        activities=evidence.facts.activities,
    ).verdict()


def _rounding(found: Finding, report_id: str, at: datetime) -> Posting:
    difference = found.difference or Decimal(0)
    is_cash = found.symbol is None
    return Posting(
        subject=f"rounding {report_id} {found.subject}",
        kind=PostingKind.ROUNDING,
        symbol=found.symbol,
        quantity=Decimal(0) if is_cash else difference,
        amount=difference if is_cash else Decimal(0),
        description=found.message,
        occurred_at=at,
    )
