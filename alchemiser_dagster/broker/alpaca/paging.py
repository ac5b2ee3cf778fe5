"""Lists that come in pages, read to their end and no further (R-23)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from alchemiser_dagster.broker.alpaca.interface import Client
from alchemiser_dagster.broker.alpaca.parsing.fields import items_of
from alchemiser_dagster.broker.alpaca.parsing.fills import Activity, activity_of
from alchemiser_dagster.broker.alpaca.parsing.orders import orders_of
from alchemiser_dagster.errors import BrokerError
from alchemiser_dagster.records.order import BrokerOrder

ORDERS_A_PAGE: Final = 500
FILLS_A_PAGE: Final = 100
MOST_PAGES: Final = 200
FILLS: Final = "/account/activities/FILL"
OVERLAP: Final = timedelta(seconds=1)


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


def fill_pages(client: Client, since: datetime) -> Iterator[Activity]:
    """Yield all fills after the instant, in the order in which they happened."""
    query = {"direction": "asc", "page_size": str(FILLS_A_PAGE), "after": wire_instant(since - OVERLAP)}
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        page = tuple(activity_of(item) for item in items_of("the list of fills", client.get(FILLS, query)))
        news = tuple(activity for activity in page if activity.activity_id not in seen)
        yield from news
        if len(page) < FILLS_A_PAGE:
            return
        if not news:
            break
        seen |= {activity.activity_id for activity in news}
        query["page_token"] = page[-1].activity_id
    raise _endless("fills")


def wire_instant(instant: datetime) -> str:
    """Return the instant as Alpaca reads it."""
    return instant.isoformat().replace("+00:00", "Z")


def _endless(name: str) -> BrokerError:
    return BrokerError(
        f"the list of {name} does not end",
        where="Alpaca's answer",
        remedy="Run again later: no order is sent a second time",
    )
