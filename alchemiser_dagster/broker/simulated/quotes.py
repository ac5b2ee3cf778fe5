"""Bid and ask around the feed's price."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from alchemiser_dagster.broker.protocol import PriceFeed
from alchemiser_dagster.broker.rounding import SUB_DOLLAR_TICK, ceil_to_tick, floor_to_tick, tick_of
from alchemiser_dagster.errors import BrokerError
from alchemiser_dagster.records.market import ProvisionalPrice, Quote
from alchemiser_dagster.records.values import Symbol

BASIS_POINT = Decimal("0.0001")

Quotes = dict[Symbol, Quote]


def quote_around(price: ProvisionalPrice, half_spread_basis_points: Decimal) -> Quote:
    """Return bid and ask at half a spread from the price, on the tick, both positive and never equal."""
    middle = Decimal(repr(price.price))
    distance = middle * half_spread_basis_points * BASIS_POINT
    bid = max(floor_to_tick(middle - distance), SUB_DOLLAR_TICK)
    ask = ceil_to_tick(middle + distance)
    return Quote(
        symbol=price.symbol,
        bid=bid,
        ask=ask if ask > bid else bid + tick_of(bid),
        observed_at=price.observed_at,
    )


def quotes_from(feed: PriceFeed, symbols: Iterable[Symbol], half_spread_basis_points: Decimal) -> Quotes:
    """Return the quote of each symbol that has a price; the feed is asked once, or not at all."""
    wanted = sorted(set(symbols))
    if not wanted:
        return {}
    return {
        price.symbol: quote_around(price, half_spread_basis_points) for price in feed.latest_prices(wanted)
    }


def require_quote(quotes: Quotes, symbol: Symbol) -> Quote:
    """Return the symbol's quote; raise `BrokerError` where there is none (R-03)."""
    quote = quotes.get(symbol)
    if quote is None:
        raise BrokerError(
            "the price feed has no price for a symbol that is held or ordered",
            where=symbol,
            remedy="Give the bar source this symbol, or sell it while it has a price",
        )
    return quote
