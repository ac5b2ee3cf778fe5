"""The orders of the system: intended before they are sent, changed only by legal steps, every step kept."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, insert, select, update

from alchemiser_dagster.errors import RiskError, StorageError
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.order_rows import (
    LedgerOrder,
    OrderEvent,
    OrderIntent,
    OrderNews,
    news_of,
    read_event,
    read_order,
    row_of,
)
from alchemiser_dagster.ledger.order_states import may_be_adopted, may_follow
from alchemiser_dagster.ledger.tables import order_events, orders
from alchemiser_dagster.records.order import BrokerOrder, OrderState


class OrderBook:
    """The orders kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def intend(self, intents: Sequence[OrderIntent], at: datetime) -> tuple[LedgerOrder, ...]:
        """Write down what is to be sent, all together, before anything is sent (R-26).

        An intent that is there already is left as it is (R-19).
        """
        ids = [intent.request.client_order_id for intent in intents]
        with self._database.transaction() as connection:
            known = _by_id(connection, ids)
            _insert(
                connection, [intent for intent in intents if intent.request.client_order_id not in known], at
            )
            kept = _by_id(connection, ids)
        return tuple(kept[client_order_id] for client_order_id in ids)

    def record(self, report: BrokerOrder, at: datetime) -> LedgerOrder:
        """Write down what the broker reports of an order."""
        return self.note(report.client_order_id, news_of(report, at))

    def note(
        self, client_order_id: str, news: OrderNews, connection: Connection | None = None
    ) -> LedgerOrder:
        """Write down what became known of an order, and the step as an event.

        News that says nothing new changes nothing; so does a report that is older than what is known.

        Raises
        ------
        StorageError
            If there is no such order, or its state can't become the reported one.
        RiskError
            If more is filled than was asked for.
        """
        with nullcontext(connection) if connection is not None else self._database.transaction() as open_one:
            known = _require(open_one, client_order_id)
            filled = known.filled_quantity if news.filled_quantity is None else news.filled_quantity
            _require_no_overfill(known, filled)
            if _says_nothing_new(known, news, filled):
                return known
            _require_legal(known, news)
            _rewrite(open_one, known, news, filled)
            _append_event(open_one, known, news, filled)
            return _require(open_one, client_order_id)

    def adopt(self, report: BrokerOrder, at: datetime, connection: Connection) -> LedgerOrder:
        """Bring an order to what the broker tells of it, after the run that sent it; the event says so.

        The way there need not be a legal one: an order that was canceled may turn out filled further. A
        report of fewer shares than are known changes nothing, and neither does one adopted before (R-19).

        Raises
        ------
        StorageError
            If there is no such order, or nothing can be adopted from its state to the reported one.
        RiskError
            If more is filled than was asked for.
        """
        known = _require(connection, report.client_order_id)
        news = news_of(report, at)
        news = replace(news, detail=f"adopted by the reconciliation: {news.detail}")
        _require_no_overfill(known, report.filled_quantity)
        if _says_nothing_new(known, news, report.filled_quantity):
            return known
        if not may_be_adopted(known.state, news.state):
            raise _illegal(known, news)
        _rewrite(connection, known, news, report.filled_quantity)
        _append_event(connection, known, news, report.filled_quantity)
        return _require(connection, report.client_order_id)

    def find(self, client_order_id: str) -> LedgerOrder | None:
        """Return the order with the client order id, or None."""
        return next(iter(self._where(orders.c.client_order_id == client_order_id)), None)

    def of_plan(self, plan_id: str) -> tuple[LedgerOrder, ...]:
        """Return all orders of a plan, in the order in which they were intended."""
        return self._where(orders.c.plan_id == plan_id)

    def of_session(self, account: str, session: date) -> tuple[LedgerOrder, ...]:
        """Return all orders of an account in a session."""
        return self._where(orders.c.account == account, orders.c.session == session)

    def since_session(self, account: str, first: date) -> tuple[LedgerOrder, ...]:
        """Return all orders of an account in a session and all later ones."""
        return self._where(orders.c.account == account, orders.c.session >= first)

    def unsettled(self, account: str) -> tuple[LedgerOrder, ...]:
        """Return the account's orders of any session to which something can still happen."""
        ended = [state.value for state in OrderState if state.is_terminal]
        return self._where(orders.c.account == account, orders.c.state.not_in(ended))

    def count_sent(self, correlation_id: str) -> int:
        """Return how many orders of the runs that share the id went out to the broker."""
        sent = (
            select(orders.c.client_order_id)
            .join(order_events, order_events.c.client_order_id == orders.c.client_order_id)
            .where(
                orders.c.correlation_id == correlation_id, order_events.c.to_state == OrderState.SENT.value
            )
            .distinct()
        )
        with self._database.reading() as connection:
            return len(connection.execute(sent).all())

    def events(self, client_order_id: str) -> tuple[OrderEvent, ...]:
        """Return every step of an order's life."""
        statement = select(order_events).where(order_events.c.client_order_id == client_order_id)
        with self._database.reading() as connection:
            rows = connection.execute(statement.order_by(order_events.c.event)).mappings()
            return tuple(read_event(row) for row in rows)

    def _where(self, *conditions: ColumnElement[bool]) -> tuple[LedgerOrder, ...]:
        ordered = (
            select(orders)
            .where(*conditions)
            .order_by(orders.c.created_at, orders.c.line_id, orders.c.attempt)
        )
        with self._database.reading() as connection:
            return tuple(read_order(row) for row in connection.execute(ordered).mappings())


def _insert(connection: Connection, intents: Sequence[OrderIntent], at: datetime) -> None:
    if not intents:
        return
    connection.execute(insert(orders), [row_of(intent, at) for intent in intents])
    connection.execute(
        insert(order_events),
        [
            {
                "client_order_id": intent.request.client_order_id,
                "from_state": OrderState.PLANNED.value,
                "to_state": OrderState.INTENDED.value,
                "filled_quantity": Decimal(0),
                "detail": "",
                "at": at,
            }
            for intent in intents
        ],
    )


def _by_id(connection: Connection, ids: Sequence[str]) -> dict[str, LedgerOrder]:
    found = connection.execute(select(orders).where(orders.c.client_order_id.in_(ids))).mappings()
    return {order.client_order_id: order for order in map(read_order, found)}


def _require(connection: Connection, client_order_id: str) -> LedgerOrder:
    row = (
        connection.execute(select(orders).where(orders.c.client_order_id == client_order_id))
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise StorageError("the ledger has no such order", where=f"order {client_order_id}")
    return read_order(row)


def _says_nothing_new(known: LedgerOrder, news: OrderNews, filled: Decimal) -> bool:
    if known.state is news.state and known.filled_quantity == filled:
        return news.broker_order_id in {None, known.broker_order_id}
    return filled < known.filled_quantity


def _require_no_overfill(known: LedgerOrder, filled: Decimal) -> None:
    if filled > known.quantity:
        raise RiskError(
            f"the broker reports {filled} filled of an order for {known.quantity}",
            where=f"order {known.client_order_id}, {known.symbol}",
            remedy="Compare the account with the broker's own pages before anything else is traded",
        )


def _require_legal(known: LedgerOrder, news: OrderNews) -> None:
    if known.state is not news.state and not may_follow(known.state, news.state):
        raise _illegal(known, news)


def _illegal(known: LedgerOrder, news: OrderNews) -> StorageError:
    return StorageError(
        f"an order that is {known.state} can't become {news.state}",
        where=f"order {known.client_order_id}, {known.symbol}",
        remedy="Ask the broker for the order and compare; it is named in the reconciliation",
    )


def _rewrite(connection: Connection, known: LedgerOrder, news: OrderNews, filled: Decimal) -> None:
    connection.execute(
        update(orders)
        .where(orders.c.client_order_id == known.client_order_id)
        .values(
            state=news.state.value,
            filled_quantity=filled,
            average_price=news.average_price or known.average_price,
            broker_order_id=news.broker_order_id or known.broker_order_id,
            detail=news.detail or known.detail,
            updated_at=news.at,
        )
    )


def _append_event(connection: Connection, known: LedgerOrder, news: OrderNews, filled: Decimal) -> None:
    connection.execute(
        insert(order_events).values(
            client_order_id=known.client_order_id,
            from_state=known.state.value,
            to_state=news.state.value,
            filled_quantity=filled,
            detail=news.detail,
            at=news.at,
        )
    )
