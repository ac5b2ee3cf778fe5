"""Bars, quotes, trades and snapshots as Alpaca writes them: numbers are numbers."""

from __future__ import annotations

from datetime import datetime, time

from alchemiser_dagster.look_alike.sealed_bars import DayBar
from alchemiser_dagster.look_alike.wire_format import Fields
from alchemiser_dagster.look_alike.wire_values import instant_text, short_instant_text
from alchemiser_dagster.records.market import ProvisionalPrice, Quote
from alchemiser_dagster.sessions import NEW_YORK

EXCHANGE, TAPE, ROUND_LOT = "V", "C", 100
SHARES_PER_TRADE = 100


def bar_json(bar: DayBar) -> Fields:
    """Return a bar; its instant is the New York midnight that begins the session's day."""
    return {
        "t": short_instant_text(datetime.combine(bar.session, time(), NEW_YORK)),
        "o": bar.open,
        "h": bar.high,
        "l": bar.low,
        "c": bar.close,
        "v": int(bar.volume),
        "n": int(bar.volume) // SHARES_PER_TRADE,
        "vw": (bar.high + bar.low + bar.close) / 3,
    }


def quote_json(quote: Quote) -> Fields:
    """Return a quote; a side that is missing is 0."""
    return {
        "t": instant_text(quote.observed_at),
        "ax": EXCHANGE,
        "ap": float(quote.ask),
        "as": ROUND_LOT if quote.ask else 0,
        "bx": EXCHANGE,
        "bp": float(quote.bid),
        "bs": ROUND_LOT if quote.bid else 0,
        "c": ["R"],
        "z": TAPE,
    }


def trade_json(price: ProvisionalPrice) -> Fields:
    """Return the latest price as a trade."""
    return {
        "t": instant_text(price.observed_at),
        "x": EXCHANGE,
        "p": price.price,
        "s": ROUND_LOT,
        "c": ["@"],
        "i": int(price.observed_at.timestamp()),
        "z": TAPE,
    }
