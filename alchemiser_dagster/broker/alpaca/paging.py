"""Lists that come in pages, read to their end and no further (R-23)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Protocol, TypeVar

from alchemiser_dagster.broker.alpaca.interface import Client
from alchemiser_dagster.broker.alpaca.parsing.activities import listed_activity_of
from alchemiser_dagster.broker.alpaca.parsing.fields import items_of
from alchemiser_dagster.broker.alpaca.parsing.fills import ListedFill, listed_fill_of
from alchemiser_dagster.broker.alpaca.parsing.orders import orders_of
from alchemiser_dagster.broker.alpaca.parsing.quotes import NEW_YORK
from alchemiser_dagster.errors import BrokerError
from alchemiser_dagster.records.activity import Activity
from alchemiser_dagster.records.order import BrokerOrder

ORDERS_A_PAGE: Final = 500
ENTRIES_A_PAGE: Final = 100
MOST_PAGES: Final = 200
FILLS: Final = "/account/activities/FILL"
ACTIVITIES: Final = "/account/activities"
OVERLAP: Final = timedelta(seconds=1)
RECORDED_BEFORE: Final = timedelta(days=3)


class Listed(Protocol):
    """A row of a list that is paged by ids."""

    @property
    def activity_id(self) -> str:
        """The row's own id."""
        ...


Row = TypeVar("Row", bound=Listed)


def order_pages(
    client: Client, status: str, since: datetime | None, asked_at: datetime
) -> tuple[BrokerOrder, ...]:
    """Return all orders of the status, oldest first.

    Alpaca leaves out what was submitted at the very instant `after`, so that pages overlap by a second.
    """
    found: dict[str, BrokerOrder] = {}
    after = since
    for _ in range(MOST_PAGES):
        query = {"status": status, "direction": "asc", "limit": str(ORDERS_A_PAGE), "nested": "false"}
        if after is not None:
            query["after"] = wire_instant(after - OVERLAP)
        page = orders_of(client.get("/orders", query), asked_at)
        is_news = any(order.broker_order_id not in found for order in page)
        found |= {order.broker_order_id: order for order in page}
        if len(page) < ORDERS_A_PAGE:
            return tuple(found.values())
        after = max(order.submitted_at for order in page)
        if not is_news:
            break
    raise _endless("orders")


def fill_pages(client: Client, since: datetime) -> Iterator[ListedFill]:
    """Yield all fills after the instant, in the order in which they happened."""
    pages = _Pages(client, FILLS, "fills")
    yield from pages.rows({"after": wire_instant(since - OVERLAP)}, listed_fill_of)


def activity_pages(client: Client, day: date) -> Iterator[Activity]:
    """Yield what happened besides trades on or after the New York date.

    An activity may have been recorded before its own date, so that some days before are asked for too.
    """
    begins = datetime.combine(day, time(), NEW_YORK) - RECORDED_BEFORE
    query = {"after": wire_instant(begins.astimezone(UTC)), "category": "non_trade_activity"}
    for row in _Pages(client, ACTIVITIES, "activities").rows(query, listed_activity_of):
        if row.activity is not None and row.activity.occurred_on >= day:
            yield row.activity


@dataclass(frozen=True)
class _Pages:
    client: Client
    path: str
    name: str

    def rows(self, query: Mapping[str, str], read: Callable[[object], Row]) -> Iterator[Row]:
        """Yield the rows of all pages, each once."""
        asked = {"direction": "asc", "page_size": str(ENTRIES_A_PAGE), **query}
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            answer = self.client.get(self.path, asked)
            page = tuple(read(item) for item in items_of(f"the list of {self.name}", answer))
            news = tuple(row for row in page if row.activity_id not in seen)
            yield from news
            if len(page) < ENTRIES_A_PAGE:
                return
            if not news:
                break
            seen |= {row.activity_id for row in news}
            asked["page_token"] = page[-1].activity_id
        raise _endless(self.name)


def wire_instant(instant: datetime) -> str:
    """Return the instant as Alpaca reads it."""
    return instant.isoformat().replace("+00:00", "Z")


def _endless(name: str) -> BrokerError:
    return BrokerError(
        f"the list of {name} does not end",
        where="Alpaca's answer",
        remedy="Run again later: no order is sent a second time",
    )
