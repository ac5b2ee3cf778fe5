"""Collect the two sides of a reconciliation: our books from the ledger, the facts from the broker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from alchemiser_dagster.broker.protocol import AccountReader
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.executions import ExecutionBook
from alchemiser_dagster.ledger.fills import FillBook
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.ledger.orders import OrderBook
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.reconciliation.books import BookedOrder, Books, BrokerFacts
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.plan import RebalancePlan


@dataclass(frozen=True)
class Ledger:
    """The ledger of one account."""

    database: Database
    account: str

    def books(self, session: date) -> Books:
        """Return what is written down of the session, over all its runs."""
        journal = Journal(self.database)
        query = RecordQuery(session=session, account=self.account)
        snapshots = journal.newest_first(AccountSnapshot, query)
        orders = OrderBook(self.database).of_session(self.account, session)
        return Books(
            baseline=next((found for found in snapshots if found.sequence == 1), None),
            plan=self._plan(journal, query),
            result=journal.latest(ExecutionResult, query),
            ledger_orders=tuple(_booked(order) for order in orders),
            ledger_fills=FillBook(self.database).of_session(self.account, session),
        )

    def _plan(self, journal: Journal, query: RecordQuery) -> RebalancePlan | None:
        """Return the plan that was begun last: of one that another run took the place of, nothing is due."""
        if query.session is None:
            return None
        begun = ExecutionBook(self.database).last_begun(self.account, query.session)
        if begun is None:
            return journal.latest(RebalancePlan, query)
        return journal.record_of(RebalancePlan, begun.plan_record_id)


def broker_facts(reader: AccountReader, since: datetime) -> BrokerFacts:
    """Return what the broker says now of the account, and of orders and fills since the instant."""
    return BrokerFacts(
        account=reader.account(),
        positions=reader.positions(),
        orders=reader.orders_since(since),
        fills=reader.fills_since(since),
        open_orders=reader.open_orders(),
    )


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
    )
