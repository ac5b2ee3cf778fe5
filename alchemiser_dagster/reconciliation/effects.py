"""What a fill does to the account: shares one way, money the other."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from alchemiser_dagster.portfolio.arithmetic import CENT
from alchemiser_dagster.reconciliation.wording import number
from alchemiser_dagster.records.order import Fill
from alchemiser_dagster.records.posting import Posting, PostingKind, fill_subject
from alchemiser_dagster.records.values import Side


def to_cent(amount: Decimal) -> Decimal:
    """Return the amount in whole cents, half to even."""
    return amount.quantize(CENT, rounding=ROUND_HALF_EVEN)


def signed_shares(side: Side, quantity: Decimal) -> Decimal:
    """Return by how many shares a trade changes the position."""
    return quantity if side is Side.BUY else -quantity


def cash_of(side: Side, quantity: Decimal, price: Decimal) -> Decimal:
    """Return by how much a trade changes cash, rounded to the cent."""
    value = to_cent(quantity * price)
    return -value if side is Side.BUY else value


def posting_of(fill: Fill, kind: PostingKind = PostingKind.FILL) -> Posting:
    """Return what a fill does to the books."""
    return Posting(
        subject=fill_subject(fill.fill_id),
        kind=kind,
        symbol=fill.symbol,
        quantity=signed_shares(fill.side, fill.quantity),
        amount=cash_of(fill.side, fill.quantity, fill.price),
        description=f"{fill.side} {number(fill.quantity)} {fill.symbol} at {number(fill.price)}",
        occurred_at=fill.filled_at,
    )


def taking_back(fill: Fill) -> Posting:
    """Return what takes a fill out of the books again."""
    done = posting_of(fill, PostingKind.ACCEPTED)
    return done.model_copy(
        update={
            "subject": f"taken back {done.subject}",
            "quantity": -done.quantity,
            "amount": -done.amount,
            "description": f"taken back: {done.description}",
        }
    )


def missing(fill: Fill) -> Posting:
    """Return the word, without any effect, that a fill which the broker does not list is known of."""
    return Posting(
        subject=f"missing {fill_subject(fill.fill_id)}",
        kind=PostingKind.ACCEPTED,
        symbol=fill.symbol,
        quantity=Decimal(0),
        amount=Decimal(0),
        description=f"not listed by the broker: {posting_of(fill).description}",
        occurred_at=fill.filled_at,
    )
