"""Mistakes that lose or double orders after a crash: a sweep that doesn't find them is worth nothing.

Each is made in every trading process, killed or not, and is handed the file of its ledger.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from sweep.lives import Mutation

from alchemiser_dagster.execution import intents
from alchemiser_dagster.execution.client_order_id import PREFIX
from alchemiser_dagster.execution.order_desk import OrderDesk
from alchemiser_dagster.execution.settling import Settling
from alchemiser_dagster.ledger.fills import FillBook
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.records.order import BrokerOrder, OrderState

UNANSWERED = "state IN ('intended', 'sent')"


def assumed_unsent(_ledger: Path) -> None:
    """Take an order of which no answer is known for one that was never sent, and send another."""
    known = Settling._known

    def believed(settling: Settling, order: LedgerOrder, reports: Mapping[str, BrokerOrder]) -> LedgerOrder:
        if order.state is OrderState.SENT:
            return settling.desk.note(order, OrderState.CANCELED, "surely never sent")
        return known(settling, order, reports)

    Settling._known = believed  # type: ignore[method-assign]


def lost_intents(ledger: Path) -> None:
    """Write an order down once it is answered, and give it an id that can't be derived again."""
    with closing(sqlite3.connect(ledger)) as connection, connection:
        unanswered = f"SELECT client_order_id FROM orders WHERE {UNANSWERED}"  # noqa: S608
        connection.execute(f"DELETE FROM order_events WHERE client_order_id IN ({unanswered})")  # noqa: S608
        connection.execute(f"DELETE FROM orders WHERE {UNANSWERED}")  # noqa: S608
    intents.client_order_id = _random_id  # type: ignore[attr-defined]


def _random_id(_key: object) -> str:
    return f"{PREFIX}{uuid.uuid4().hex}"


def assumed_rejected(_ledger: Path) -> None:
    """Take an order that was sent before a crash for a rejected one."""
    found = OrderDesk.found

    def refused(desk: OrderDesk, order: LedgerOrder, report: BrokerOrder) -> LedgerOrder:
        if order.state is OrderState.SENT:
            return desk.note(order, OrderState.REJECTED, "surely rejected")
        return found(desk, order, report)

    OrderDesk.found = refused  # type: ignore[method-assign]


def no_fills(_ledger: Path) -> None:
    """Keep no fills."""
    nothing: Callable[..., int] = lambda *_given: 0  # noqa: E731
    FillBook.record = nothing  # type: ignore[method-assign]


MUTATIONS: Mapping[str, Mutation] = {
    "assumed-unsent": assumed_unsent,
    "assumed-rejected": assumed_rejected,
    "lost-intents": lost_intents,
    "no-fills": no_fills,
}
