"""Collect the two sides of a reconciliation: our books from the ledger, the facts from the broker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from alchemiser_dagster.broker.protocol import AccountReader
from alchemiser_dagster.broker.snapshot import ACTIVITY_DAYS
from alchemiser_dagster.errors import BusyError
from alchemiser_dagster.ledger.account_books import AccountBooks
from alchemiser_dagster.ledger.break_book import BreakBook
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.executions import ExecutionBook
from alchemiser_dagster.ledger.fills import FillBook
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.ledger.orders import OrderBook
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.reconciliation.books import BookedOrder, Books, BrokerFacts
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.activity import Activity
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.order import BrokerOrder, Fill
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.sessions import NEW_YORK, TradingCalendar

LOOK_BACK: Final = 5
"""Sessions before the last report whose orders, fills and activities are looked at again."""
LOOKS: Final = 3


@dataclass(frozen=True)
class Ledger:
    """The ledger of one account."""

    database: Database
    account: str
    calendar: TradingCalendar

    def books(self, session: date) -> Books:
        """Return what is written down up to the session, over all runs since the first that is looked at."""
        journal = Journal(self.database)
        query = RecordQuery(session=session, account=self.account)
        first, orders, fills = self.first_session(session), OrderBook(self.database), FillBook(self.database)
        recent = orders.since_session(self.account, first)
        known = {order.client_order_id for order in recent}
        older = (order for order in orders.unsettled(self.account) if order.client_order_id not in known)
        balance = AccountBooks(self.database).balance(self.account)
        return Books(
            balance=balance,
            opening=None if balance.opened_at else self._first_snapshot(),
            plan=self._begun_plan(session),
            result=journal.latest(ExecutionResult, query),
            ledger_orders=tuple(_booked(order) for order in (*recent, *older)),
            ledger_fills=fills.since_session(self.account, first),
            past_breaks=BreakBook(self.database).states(self.account),
        )

    def first_session(self, session: date) -> date:
        """Return the first session that is looked at, some before the last report or the first snapshot.

        While a break is open, the beginning stays where it is: what the break is about must stay in sight.
        """
        journal, query = Journal(self.database), RecordQuery(account=self.account)
        last = journal.latest(ReconciliationReport, query)
        if last is None or last.since is None:
            opening = self._first_snapshot()
            return self._before(min(session, opening.session) if opening else session)
        first = self._before(min(session, last.session))
        return min(first, last.since) if BreakBook(self.database).open_breaks(self.account) else first

    def _before(self, session: date) -> date:
        earlier = self.calendar.between(session - timedelta(days=3 * LOOK_BACK), session)
        return earlier[-LOOK_BACK - 1 :][0]

    def _first_snapshot(self) -> AccountSnapshot | None:
        """Return the account's first snapshot; one from before activities were listed only if it must be."""
        found = None
        for snapshot in Journal(self.database).newest_first(
            AccountSnapshot, RecordQuery(account=self.account)
        ):
            if found is not None and found.envelope.code_version and not snapshot.envelope.code_version:
                break
            found = snapshot
        return found

    def _begun_plan(self, session: date) -> RebalancePlan | None:
        """Return the plan that was begun last: of one that was only looked at, nothing is due."""
        begun = ExecutionBook(self.database).last_begun(self.account, session)
        if begun is None:
            return None
        return Journal(self.database).record_of(RebalancePlan, begun.plan_record_id)


@dataclass(frozen=True)
class Facts:
    """Asks the broker for all that is compared."""

    reader: AccountReader
    calendar: TradingCalendar

    def gather(self, books: Books, first: date) -> BrokerFacts:
        """Return what the broker says since the first session, and of each order of the books.

        Fills and activities are asked for before and after the account: where they moved meanwhile, all is
        asked for again, because money and shares would be of another instant.

        Raises
        ------
        BusyError
            If the account changes each time.
        """
        for _ in range(LOOKS):
            facts = self._look(books, first)
            if self._moves(books, first) == (facts.fills, facts.activities):
                return facts
        raise BusyError(
            "the account changed each time that it was looked at",
            where="reconciliation_report",
            remedy="An order is filling: run `alchemiser reconcile` when it has ended",
        )

    def _moves(self, books: Books, first: date) -> tuple[tuple[Fill, ...], tuple[Activity, ...]]:
        since = self.calendar.open_of(first)
        return self.reader.fills_since(since), self.reader.activities_since(self._first_day(books, first))

    def _look(self, books: Books, first: date) -> BrokerFacts:
        since = self.calendar.open_of(first)
        listed = self.reader.orders_since(since)
        fills, activities = self._moves(books, first)
        open_orders = self.reader.open_orders()
        return BrokerFacts(
            since=since,
            account=self.reader.account(),
            positions=self.reader.positions(),
            orders=(*listed, *self._asked_for(books, (*listed, *open_orders))),
            fills=fills,
            open_orders=open_orders,
            activities=activities,
        )

    def _first_day(self, books: Books, first: date) -> date:
        """Return the first day whose activities may not be in the opening of the books."""
        opened_at = books.opening.taken_at if books.opening else books.balance.opened_at
        if opened_at is None:
            return first
        return max(first, opened_at.astimezone(NEW_YORK).date() - ACTIVITY_DAYS)

    def _asked_for(self, books: Books, listed: tuple[BrokerOrder, ...]) -> Iterator[BrokerOrder]:
        """Yield the orders of the ledger that the lists lack and the broker has, asked for one by one.

        Those that ended without ever reaching the broker are not asked for.
        """
        known = {order.client_order_id for order in listed}
        for order in books.ledger_orders:
            if order.client_order_id not in known and order.may_exist:
                found = self.reader.order_by_client_id(order.client_order_id)
                if found is not None:
                    yield found


def _booked(order: LedgerOrder) -> BookedOrder:
    return BookedOrder(
        client_order_id=order.client_order_id,
        broker_order_id=order.broker_order_id,
        line_id=order.line_id,
        symbol=order.symbol,
        side=order.side,
        quantity=order.quantity,
        filled_quantity=order.filled_quantity,
        state=order.state,
        created_at=order.created_at,
    )
