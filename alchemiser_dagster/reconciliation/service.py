"""Compare, and write down what it came to: report, books, lots and breaks, all together or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection

from alchemiser_dagster.broker.protocol import AccountReader
from alchemiser_dagster.errors import BusyError
from alchemiser_dagster.ledger.account_books import post
from alchemiser_dagster.ledger.break_book import BreakBook
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.fills import FillBook
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.lots import LotBook
from alchemiser_dagster.ledger.orders import OrderBook
from alchemiser_dagster.reconciliation.books import Books, BrokerFacts
from alchemiser_dagster.reconciliation.evidence import IsOwn
from alchemiser_dagster.reconciliation.gather import Facts, Ledger
from alchemiser_dagster.reconciliation.report import Reconciliation, reconcile
from alchemiser_dagster.reconciliation.tripping import trip_halt
from alchemiser_dagster.records.envelope import Envelope, Record
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.sessions import TradingCalendar

ATTEMPTS: Final = 3
EnvelopeMaker = Callable[[Record | None], Envelope]


@dataclass(frozen=True)
class Reconciler:
    """Reconciles one account.

    Parameters
    ----------
    is_own_id
        Whether a client order id has the form of ours.
    require_free
        Raises `BusyError` while a run trades the account: what would be compared is changing.
    """

    database: Database
    reader: AccountReader
    calendar: TradingCalendar
    account: str
    is_own_id: IsOwn
    require_free: Callable[[], None]

    def reconcile(self, session: date, envelope_of: EnvelopeMaker) -> ReconciliationReport:
        """Compare the books with the broker and keep what it came to, in one transaction (R-37, R-40).

        The ledger is read before the broker is asked and again before anything is written: nothing may have
        been traded in between.

        Parameters
        ----------
        session
            The last session that has begun.
        envelope_of
            Makes the report's envelope, given the record that it follows from or None.

        Raises
        ------
        BusyError
            If a run is trading the account.
        """
        ledger = Ledger(self.database, self.account, self.calendar)
        facts = Facts(self.reader, self.calendar)
        for _ in range(ATTEMPTS):
            self.require_free()
            books = ledger.books(session)
            seen = facts.gather(books, ledger.first_session(session))
            with self.database.transaction() as connection:
                self.require_free()
                if ledger.books(session) == books:
                    return self._keep(connection, books, seen, (session, envelope_of))
        raise BusyError(
            "the ledger changed again and again while it was compared with the broker",
            where="reconciliation_report",
            remedy="Wait until whatever trades the account has ended, then run `alchemiser reconcile`",
        )

    def _keep(
        self, connection: Connection, books: Books, facts: BrokerFacts, about: tuple[date, EnvelopeMaker]
    ) -> ReconciliationReport:
        session, envelope_of = about
        envelope = envelope_of(books.result or books.plan or books.opening)
        found = reconcile(books, facts, session, self.is_own_id, envelope)
        self._adopt(connection, found, envelope)
        post(connection, self.account, found.report.posted, envelope.created_at)
        Journal(self.database).append(found.report, connection=connection)
        new = BreakBook(self.database).observe(found.report, connection)
        trip_halt(connection, self.database, found.report, new)
        return found.report

    def _adopt(self, connection: Connection, found: Reconciliation, envelope: Envelope) -> None:
        orders, lots = OrderBook(self.database), LotBook(self.database)
        for reported in found.adoption.orders:
            orders.adopt(reported, envelope.created_at, connection)
        FillBook(self.database).record(found.adoption.fills, connection)
        for action in found.actions:
            lots.apply(action, connection)
