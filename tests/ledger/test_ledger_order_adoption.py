from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from support.books_bench import BooksBench
from support.command import working_folder

from alchemiser_dagster.errors import RiskError, StorageError
from alchemiser_dagster.ledger.order_rows import OrderNews
from alchemiser_dagster.records.order import BrokerOrder, OrderState
from alchemiser_dagster.records.values import Side


@pytest.fixture
def books() -> Iterator[BooksBench]:
    with working_folder() as folder:
        yield BooksBench(folder)


@pytest.fixture
def report(books: BooksBench) -> BrokerOrder:
    """What the broker says of an order for 3 shares that the ledger holds for canceled, untouched."""
    name = books.trade("AAA", Side.BUY, "3", until="ordered")
    books.orders.note(name, OrderNews(OrderState.CANCELED, books.now, filled_quantity=Decimal(0)))
    told = books.bench.broker.order_by_client_id(name)
    assert told is not None
    return told


def adopt(books: BooksBench, report: BrokerOrder) -> OrderState:
    with books.database.transaction() as connection:
        return books.orders.adopt(report, books.now, connection).state


#
def test_an_order_is_adopted_once_and_a_report_of_less_changes_nothing(
    books: BooksBench, report: BrokerOrder
) -> None:
    assert adopt(books, report) is OrderState.FILLED
    events = books.orders.events(report.client_order_id)
    less = report.model_copy(update={"filled_quantity": Decimal(1), "state": OrderState.CANCELED})
    assert adopt(books, report) is adopt(books, less) is OrderState.FILLED
    assert books.orders.events(report.client_order_id) == events


#
def test_more_than_was_asked_for_and_an_unknown_state_are_never_adopted(
    books: BooksBench, report: BrokerOrder
) -> None:
    with pytest.raises(RiskError):
        adopt(books, report.model_copy(update={"filled_quantity": Decimal(4)}))
    with pytest.raises(StorageError):
        adopt(books, report.model_copy(update={"state": OrderState.UNKNOWN}))
    with pytest.raises(StorageError):
        adopt(books, report.model_copy(update={"client_order_id": "nobody"}))
