"""What may explain that the account is not what our books say, and is not in the books by itself.

Trades of others, fills that only one side knows, orders that are filled further than their fills add up to,
and activities that need a person. Each is a break of its own; where it fits, it explains a difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from alchemiser_dagster.ledger.account_books import Balance
from alchemiser_dagster.portfolio.arithmetic import CENT
from alchemiser_dagster.reconciliation.activities import activity_finding, activity_posting, needs_a_person
from alchemiser_dagster.reconciliation.effects import cash_of, missing, posting_of, signed_shares, taking_back
from alchemiser_dagster.reconciliation.evidence import Evidence, total_by
from alchemiser_dagster.reconciliation.fill_findings import (
    excess_fill,
    filled_further,
    missing_fill,
    traded_by_hand,
    unknown_fill,
)
from alchemiser_dagster.reconciliation.findings import Finding
from alchemiser_dagster.records.order import BrokerOrder, Fill
from alchemiser_dagster.records.posting import Posting, PostingKind, fill_subject


@dataclass(frozen=True)
class Cause:
    """Something that may explain a difference.

    Parameters
    ----------
    finding
        The break that it is.
    symbol, quantity, amount
        The shares and the money that it explains; no symbol where it is about money alone.
    slack
        By how much the amount may be wrong, in dollars.
    postings
        What takes it into the books.
    """

    finding: Finding
    symbol: str | None
    quantity: Decimal
    amount: Decimal
    slack: Decimal = Decimal(0)
    postings: tuple[Posting, ...] = ()

    def told(self, *, explains: bool) -> Finding:
        """Return the break; accepting one that explains nothing posts nothing."""
        if explains:
            return replace(self.finding, adjustments=self.postings)
        return replace(self.finding, actual=f"{self.finding.actual}; the account does not show it")


def find_causes(evidence: Evidence, balance: Balance) -> Iterator[Cause]:
    """Yield everything that is not in the books by itself and may explain a difference."""
    yield from _other_trades(evidence, balance)
    yield from _fills_not_adopted(evidence, balance)
    yield from _fills_not_listed(evidence, balance)
    yield from _gaps(evidence)
    for activity in evidence.facts.activities:
        posting = activity_posting(activity)
        if needs_a_person(activity) and not balance.has(posting.subject):
            yield _cause(activity_finding(activity), _accepted(posting))


def _other_trades(evidence: Evidence, balance: Balance) -> Iterator[Cause]:
    by_order: dict[str, list[Fill]] = defaultdict(list)
    for fill in evidence.other_fills:
        if not balance.has(fill_subject(fill.fill_id)) and not _is_contained(evidence, balance, fill):
            by_order[fill.broker_order_id].append(fill)
    for fills in by_order.values():
        is_own = evidence.is_own_id(fills[0].client_order_id)
        finding = unknown_fill(fills) if is_own else traded_by_hand(fills)
        yield _cause(finding, *(posting_of(fill, PostingKind.ACCEPTED) for fill in fills))


def _fills_not_adopted(evidence: Evidence, balance: Balance) -> Iterator[Cause]:
    for fill in evidence.own_fills:
        is_known = fill.fill_id in evidence.booked_fills or balance.has(fill_subject(fill.fill_id))
        if not is_known and not _is_contained(evidence, balance, fill):
            order = evidence.booked_orders[fill.client_order_id]
            yield _cause(excess_fill(fill, order), posting_of(fill, PostingKind.ACCEPTED))


def _fills_not_listed(evidence: Evidence, balance: Balance) -> Iterator[Cause]:
    for fill in evidence.unlisted_fills:
        known, is_posted = missing(fill), balance.has(fill_subject(fill.fill_id))
        if not balance.has(known.subject) and not _is_contained(evidence, balance, fill):
            moves = taking_back(fill) if is_posted else posting_of(fill, PostingKind.ACCEPTED)
            yield _cause(missing_fill(fill), moves, known)


def _gaps(evidence: Evidence) -> Iterator[Cause]:
    known = {**evidence.booked_fills, **evidence.broker_fills}
    filled = total_by(known.values(), lambda fill: fill.broker_order_id)
    for reported in evidence.broker_orders.values():
        gap = reported.filled_quantity - filled.get(reported.broker_order_id, Decimal(0))
        if gap > 0 and reported.submitted_at >= evidence.facts.since:
            yield _gap(evidence, reported, gap)


def _gap(evidence: Evidence, reported: BrokerOrder, gap: Decimal) -> Cause:
    fills = [fill for fill in evidence.facts.fills if fill.broker_order_id == reported.broker_order_id]
    average = reported.average_price or Decimal(0)
    value = cash_of(reported.side, reported.filled_quantity, average)
    known = sum((cash_of(fill.side, fill.quantity, fill.price) for fill in fills), Decimal(0))
    is_booked = reported.client_order_id in evidence.booked_orders
    return Cause(
        finding=filled_further(reported, gap, is_booked=is_booked),
        symbol=reported.symbol,
        quantity=signed_shares(reported.side, gap),
        amount=value - known,
        slack=CENT * (len(fills) + 1),
    )


def _cause(finding: Finding, *postings: Posting) -> Cause:
    return Cause(
        finding=finding,
        symbol=postings[0].symbol,
        quantity=sum((one.quantity for one in postings), Decimal(0)),
        amount=sum((one.amount for one in postings), Decimal(0)),
        postings=postings,
    )


def _accepted(posting: Posting) -> Posting:
    return posting.model_copy(update={"kind": PostingKind.ACCEPTED})


def _is_contained(evidence: Evidence, balance: Balance, fill: Fill) -> bool:
    return balance.opened_at is not None and evidence.is_contained(fill, balance.opened_at)
