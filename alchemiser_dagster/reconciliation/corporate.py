"""Splits and new symbols: those that the broker lists without a size, and those that only look like one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from alchemiser_dagster.ledger.account_books import Balance
from alchemiser_dagster.reconciliation.activities import activity_posting, is_unsized
from alchemiser_dagster.records.activity import Activity, ActivityKind
from alchemiser_dagster.records.posting import Posting

DUST: Final = Decimal("0.000001")
_MULTIPLES: Final = (*range(2, 11), 12, 15, 20, 25, 30, 40, 50, 100)
RATIOS: Final = (
    *((many, 1) for many in _MULTIPLES),
    *((1, many) for many in _MULTIPLES),
    (3, 2),
    (5, 2),
    (5, 4),
)
"""New shares for old ones, as splits are usually made."""


def split_ratio(before: Decimal, after: Decimal) -> str | None:
    """Return the ratio of a split that makes the one number of shares of the other; None where none does."""
    if before <= 0 or after <= 0:
        return None
    for new, old in RATIOS:
        if abs(before * new - after * old) < DUST * old:
            return f"{new}:{old}"
    return None


def renamed(before: Mapping[str, Decimal], after: Mapping[str, Decimal]) -> dict[str, str]:
    """Return the symbols all of whose shares are gone while just as many of one new symbol came."""
    gone = {symbol: quantity for symbol, quantity in before.items() if symbol not in after}
    came = {symbol: quantity for symbol, quantity in after.items() if symbol not in before}
    return {
        old: new
        for old, lost in gone.items()
        for new, won in came.items()
        if lost == won and _is_alone(lost, gone) and _is_alone(won, came)
    }


def unsized_postings(
    activities: tuple[Activity, ...], balance: Balance, held: Mapping[str, Decimal]
) -> Iterator[tuple[Activity, tuple[Posting, ...]]]:
    """Yield the exchanges that the broker lists without a size, with the size that the account shows.

    Those that what is held now does not bear out are left alone: they explain nothing.
    """
    for activity in activities:
        posting = activity_posting(activity)
        if not is_unsized(activity) or balance.has(posting.subject):
            continue
        if activity.kind is ActivityKind.SPLIT:
            found = _split(posting, balance, held)
        else:
            found = _change(posting, balance, held)
        if found:
            yield activity, found
            balance = balance.after(found)


def _split(posting: Posting, balance: Balance, held: Mapping[str, Decimal]) -> tuple[Posting, ...]:
    symbol = posting.symbol or ""
    before, after = balance.positions.get(symbol, Decimal(0)), held.get(symbol, Decimal(0))
    if before != after and split_ratio(before, after) is None:
        return ()
    return (posting.model_copy(update={"quantity": after - before}),)


def _change(posting: Posting, balance: Balance, held: Mapping[str, Decimal]) -> tuple[Posting, ...]:
    symbol = posting.symbol or ""
    before, after = balance.positions.get(symbol, Decimal(0)), held.get(symbol, Decimal(0))
    if before == after:
        return (posting,)
    for old, new in renamed(balance.positions, held).items():
        if symbol in {old, new}:
            quantity = balance.positions[old]
            gone = posting.model_copy(update={"symbol": old, "quantity": -quantity})
            came = {"subject": f"{posting.subject} new", "symbol": new, "quantity": quantity}
            return gone, posting.model_copy(update={**came, "amount": Decimal(0)})
    return ()


def _is_alone(quantity: Decimal, among: Mapping[str, Decimal]) -> bool:
    return list(among.values()).count(quantity) == 1
