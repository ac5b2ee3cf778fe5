"""How the books begin: with the account's first snapshot, once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from alchemiser_dagster.reconciliation.activities import activity_posting
from alchemiser_dagster.reconciliation.wording import number
from alchemiser_dagster.records.account import AccountSnapshot, Position
from alchemiser_dagster.records.posting import Posting, PostingKind, opening_subject


def opening_postings(snapshot: AccountSnapshot) -> Iterator[Posting]:
    """Yield what was in the account; the activities that the snapshot lists are in it already."""
    yield Posting(
        subject=opening_subject(None),
        kind=PostingKind.OPENING,
        symbol=None,
        quantity=Decimal(0),
        amount=snapshot.account.cash,
        description=f"cash at the start: {number(snapshot.account.cash)} USD",
        occurred_at=snapshot.taken_at,
    )
    for position in snapshot.positions:
        yield _held(position, snapshot)
    for activity in snapshot.activities:
        told = activity_posting(activity)
        nothing = {"quantity": Decimal(0), "amount": Decimal(0), "kind": PostingKind.OPENING}
        yield told.model_copy(update={**nothing, "description": f"{told.description}, before the start"})


def _held(position: Position, snapshot: AccountSnapshot) -> Posting:
    return Posting(
        subject=opening_subject(position.symbol),
        kind=PostingKind.OPENING,
        symbol=position.symbol,
        quantity=position.quantity,
        amount=Decimal(0),
        description=f"held at the start: {number(position.quantity)} {position.symbol}",
        occurred_at=snapshot.taken_at,
    )
