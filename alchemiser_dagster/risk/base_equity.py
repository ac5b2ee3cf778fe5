"""What the account was worth at the close before: the measure of today's loss."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from alchemiser_dagster.broker.protocol import AccountReader
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.records.account import BrokerAccount
from alchemiser_dagster.records.activity import ActivityKind
from alchemiser_dagster.records.reconciliation import ReconciliationReport

MONEY_IN_AND_OUT = frozenset({ActivityKind.DEPOSIT, ActivityKind.WITHDRAWAL, ActivityKind.TRANSFER})
A_DAY = timedelta(days=1)


def base_equity_of(
    account: BrokerAccount, reader: AccountReader, journal: Journal, previous: date
) -> Decimal | None:
    """Return the equity at the close of the previous session, with money that came or went since, in dollars.

    The broker says it; where it doesn't, the account's last reconciliation does. None where neither does.
    """
    if account.last_equity is not None:
        return account.last_equity + _moved(reader, previous + A_DAY)
    reports = journal.newest_first(ReconciliationReport, RecordQuery(account=account.account))
    last = next((report for report in reports if report.session <= previous), None)
    return None if last is None else last.equity + _moved(reader, last.session + A_DAY)


def _moved(reader: AccountReader, since: date) -> Decimal:
    activities = reader.activities_since(since)
    return sum((one.amount for one in activities if one.kind in MONEY_IN_AND_OUT), Decimal(0))
