"""Bid and ask around the feed's price."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType

from alchemiser_dagster.broker.protocol import PriceFeed
from alchemiser_dagster.broker.rounding import (
    BASIS_POINT,
    SUB_DOLLAR_TICK,
    ceil_to_tick,
    floor_to_tick,
    tick_of,
)
from alchemiser_dagster.broker.simulated.behaviour import SymbolBehaviour
from alchemiser_dagster.errors import BrokerError
from alchemiser_dagster.records.market import ProvisionalPrice, Quote
from alchemiser_dagster.records.values import Symbol

USUAL: Mapping[Symbol, SymbolBehaviour] = MappingProxyType({})

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


def quotes_from(
    feed: PriceFeed,
    symbols: Iterable[Symbol],
    half_spread_basis_points: Decimal,
    behaviours: Mapping[Symbol, SymbolBehaviour] = USUAL,
) -> Quotes:
    """Return the true quote of each symbol that has a price; the feed is asked once, or not at all."""
    wanted = sorted(set(symbols))
    if not wanted:
        return {}
    own = {symbol: behaviour.half_spread_basis_points for symbol, behaviour in behaviours.items()}
    return {
        price.symbol: quote_around(price, _or_else(own.get(price.symbol), half_spread_basis_points))
        for price in feed.latest_prices(wanted)
    }


def with_last_closes(feed: PriceFeed, quotes: Iterable[Quote]) -> tuple[Quote, ...]:
    """Return the quotes beside the close of the session before, where the feed knows it."""
    listed = tuple(quotes)
    closes = feed.previous_closes([quote.symbol for quote in listed]) if listed else {}
    return tuple(
        quote.model_copy(update={"last_close": Decimal(repr(closes[quote.symbol]))})
        if quote.symbol in closes
        else quote
        for quote in listed
    )


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


def _or_else(number: Decimal | None, usual: Decimal) -> Decimal:
    return usual if number is None else number
