"""The books of an account: its positions and cash, as we believe them, are the sum of its postings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, select

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.insertion import Row, insert_all_missing
from alchemiser_dagster.ledger.tables import postings
from alchemiser_dagster.records.posting import Posting, opening_subject


@dataclass(frozen=True)
class Balance:
    """The sum of an account's postings.

    Parameters
    ----------
    positions
        Shares by symbol; one of which nothing is left is absent.
    cash
        In dollars, not rounded.
    posting_ids
        What was posted.
    opened_at
        When the account was as the opening says; None where the books were never opened.
    """

    account: str
    positions: Mapping[str, Decimal]
    cash: Decimal
    posting_ids: frozenset[str]
    opened_at: datetime | None

    def has(self, subject: str) -> bool:
        """Return whether the subject was posted."""
        return posting_id(self.account, subject) in self.posting_ids

    def after(self, more: Iterable[Posting]) -> Balance:
        """Return the balance with more postings; one that was posted before changes nothing."""
        new = {posting_id(self.account, one.subject): one for one in more}
        fresh = [one for name, one in new.items() if name not in self.posting_ids]
        opened = (one.occurred_at for one in fresh if one.subject == opening_subject(None))
        return Balance(
            account=self.account,
            positions=_moved(self.positions, fresh),
            cash=self.cash + sum((one.amount for one in fresh), Decimal(0)),
            posting_ids=self.posting_ids | new.keys(),
            opened_at=next(opened, self.opened_at),
        )


class AccountBooks:
    """The postings kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def balance(self, account: str) -> Balance:
        """Return what the account's postings add up to."""
        statement = select(postings).where(postings.c.account == account)
        with self._database.reading() as connection:
            rows = connection.execute(statement).all()
        held: dict[str, Decimal] = defaultdict(Decimal)
        for row in rows:
            if row.symbol is not None:
                held[row.symbol] += row.quantity
        opening = posting_id(account, opening_subject(None))
        return Balance(
            account=account,
            positions={symbol: quantity for symbol, quantity in held.items() if quantity},
            cash=sum((row.amount for row in rows), Decimal(0)),
            posting_ids=frozenset(row.posting_id for row in rows),
            opened_at=next((row.occurred_at for row in rows if row.posting_id == opening), None),
        )


def post(connection: Connection, account: str, entries: Iterable[Posting], at: datetime) -> None:
    """Keep the postings; one whose subject was posted before is left as it is (R-19)."""
    insert_all_missing(connection, postings, [_row(account, entry, at) for entry in entries])


def posting_id(account: str, subject: str) -> str:
    """Return the key under which a subject is posted for an account."""
    return derived_id("posting", account, subject)


def _row(account: str, entry: Posting, at: datetime) -> Row:
    return {
        "posting_id": posting_id(account, entry.subject),
        "account": account,
        "kind": entry.kind.value,
        "symbol": entry.symbol,
        "quantity": entry.quantity,
        "amount": entry.amount,
        "description": entry.description,
        "occurred_at": entry.occurred_at,
        "posted_at": at,
    }


def _moved(before: Mapping[str, Decimal], entries: Iterable[Posting]) -> dict[str, Decimal]:
    held: dict[str, Decimal] = defaultdict(Decimal, before)
    for entry in entries:
        if entry.symbol is not None:
            held[entry.symbol] += entry.quantity
    return {symbol: quantity for symbol, quantity in held.items() if quantity}
