"""What is wrong with a quote that is shown (R-30); orders trade on the true one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal

from alchemiser_dagster.broker.rounding import ceil_to_tick, floor_to_tick
from alchemiser_dagster.broker.simulated.behaviour import QuoteFault
from alchemiser_dagster.records.market import Quote

STALE_FOR = timedelta(hours=1)
WIDE_HALF_SPREAD = Decimal("0.15")
FAR_FROM_CLOSE = Decimal("1.5")


def shown(quote: Quote, fault: QuoteFault | None) -> Quote | None:
    """Return the quote as it is shown, or None where it is missing."""
    if fault is QuoteFault.MISSING:
        return None
    return quote if fault is None else FAULTS[fault](quote)


def _with_sides(quote: Quote, bid: Decimal, ask: Decimal) -> Quote:
    return quote.model_copy(update={"bid": bid, "ask": ask})


def _stale(quote: Quote) -> Quote:
    return quote.model_copy(update={"observed_at": quote.observed_at - STALE_FOR})


def _wide(quote: Quote) -> Quote:
    distance = quote.mid * WIDE_HALF_SPREAD
    return _with_sides(quote, floor_to_tick(quote.mid - distance), ceil_to_tick(quote.mid + distance))


def _far(quote: Quote) -> Quote:
    factor = FAR_FROM_CLOSE * (quote.last_close or quote.mid) / quote.mid
    return _with_sides(quote, floor_to_tick(quote.bid * factor), ceil_to_tick(quote.ask * factor))


FAULTS: Mapping[QuoteFault, Callable[[Quote], Quote]] = {
    QuoteFault.STALE: _stale,
    QuoteFault.CROSSED: lambda quote: _with_sides(quote, quote.ask, quote.bid),
    QuoteFault.NO_BID: lambda quote: _with_sides(quote, Decimal(0), quote.ask),
    QuoteFault.NO_ASK: lambda quote: _with_sides(quote, quote.bid, Decimal(0)),
    QuoteFault.WIDE: _wide,
    QuoteFault.FAR: _far,
}
