"""Reads that take more than one request: assets, quotes, activities, fills with the ids of their orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import quote as quoted

from alchemiser_dagster.broker.alpaca.interface import Client
from alchemiser_dagster.broker.alpaca.paging import activity_pages, fill_pages, order_pages
from alchemiser_dagster.broker.alpaca.parsing.assets import asset_of
from alchemiser_dagster.broker.alpaca.parsing.fields import fields_of, items_of
from alchemiser_dagster.broker.alpaca.parsing.orders import Expected, require_order
from alchemiser_dagster.broker.alpaca.parsing.quotes import quote_of, snapshots_of
from alchemiser_dagster.broker.alpaca.payload import JsonObject, object_of
from alchemiser_dagster.broker.alpaca.read_errors import ReadError
from alchemiser_dagster.broker.alpaca.symbols import to_alpaca
from alchemiser_dagster.records.activity import Activity
from alchemiser_dagster.records.market import AssetInfo, Quote
from alchemiser_dagster.records.order import BrokerOrder, Fill
from alchemiser_dagster.settings.choices import DataFeed

FEW_ASSETS: Final = 20
SYMBOLS_A_REQUEST: Final = 200
ORDERS_BEFORE_FILLS: Final = timedelta(days=1)


def get_or_none(client: Client, path: str, query: dict[str, str] | None = None) -> JsonObject | None:
    """Return the object that is asked for; None only where Alpaca itself says that there is no such thing."""
    try:
        return fields_of("what was asked for", client.get(path, query)).content
    except ReadError as error:
        if error.refusal is not None and error.refusal.says_not_found:
            return None
        raise


def find_assets(client: Client, symbols: Sequence[str]) -> tuple[AssetInfo, ...]:
    """Return what may be done with each symbol that Alpaca knows: a few one by one, many by its list."""
    wanted = tuple(dict.fromkeys(symbols))
    listed = _listed_assets(client) if len(wanted) > FEW_ASSETS else {}
    answers = (_asset(client, symbol, listed) for symbol in wanted)
    return tuple(asset for asset in answers if asset is not None)


def _listed_assets(client: Client) -> Mapping[str, JsonObject]:
    query = {"status": "active", "asset_class": "us_equity"}
    items = (object_of(item) or {} for item in items_of("the list of assets", client.get("/assets", query)))
    return {str(item.get("symbol")): item for item in items}


def _asset(client: Client, symbol: str, listed: Mapping[str, JsonObject]) -> AssetInfo | None:
    name = to_alpaca(symbol)
    answer = listed.get(name) or get_or_none(client, f"/assets/{quoted(name, safe='')}")
    return None if answer is None else asset_of(answer, symbol)


def find_quotes(client: Client, symbols: Sequence[str], feed: DataFeed, today: date) -> tuple[Quote, ...]:
    """Return the quote of each symbol that has one: one request for up to 200 symbols."""
    wanted = tuple(dict.fromkeys(symbols))
    return tuple(
        quote
        for first in range(0, len(wanted), SYMBOLS_A_REQUEST)
        for quote in _quotes(client, wanted[first : first + SYMBOLS_A_REQUEST], feed, today)
    )


def _quotes(client: Client, symbols: Sequence[str], feed: DataFeed, today: date) -> Iterator[Quote]:
    query = {"symbols": ",".join(map(to_alpaca, symbols)), "feed": feed.value}
    snapshots = snapshots_of(client.get("/stocks/snapshots", query))
    for symbol in symbols:
        quote = quote_of(snapshots.get(to_alpaca(symbol)), symbol, today)
        if quote is not None:
            yield quote


def find_fills(client: Client, since: datetime, asked_at: datetime) -> tuple[Fill, ...]:
    """Return all fills at or after the instant, with the client ids of their orders, which a fill lacks."""
    listed = tuple(fill for fill in fill_pages(client, since) if fill.at >= since)
    if not listed:
        return ()
    orders = order_pages(client, "all", since - ORDERS_BEFORE_FILLS, asked_at)
    client_ids = {order.broker_order_id: order.client_order_id for order in orders}
    for order_id in {fill.order_id for fill in listed} - client_ids.keys():
        order = _order(client, order_id, asked_at)
        client_ids[order_id] = "" if order is None else order.client_order_id
    return tuple(fill.with_client_ids(client_ids) for fill in listed)


def find_activities(client: Client, day: date) -> tuple[Activity, ...]:
    """Return what happened besides trades on or after the New York date, oldest first."""
    return tuple(sorted(activity_pages(client, day), key=lambda one: (one.occurred_on, one.activity_id)))


def _order(client: Client, order_id: str, asked_at: datetime) -> BrokerOrder | None:
    answer = get_or_none(client, f"/orders/{quoted(order_id, safe='')}")
    return None if answer is None else require_order(answer, Expected(asked_at))
