"""Quotes out of snapshots: bid, ask, and the last close before today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date
from decimal import Decimal
from zoneinfo import ZoneInfo

from alchemiser_dagster.broker.alpaca.parsing.fields import Fields, fields_of
from alchemiser_dagster.broker.alpaca.payload import instant_of, object_of, price_of, quantity_of
from alchemiser_dagster.records.market import Quote

NEW_YORK = ZoneInfo("America/New_York")


def snapshots_of(value: object) -> Mapping[str, object]:
    """Return the snapshots by symbol, whether the answer wraps them or not."""
    content = fields_of("the answer with snapshots", value).content
    return object_of(content.get("snapshots")) or content


def quote_of(snapshot: object, symbol: str, today: date) -> Quote | None:
    """Return the quote; None where the snapshot has none, or doesn't say of when it is.

    Parameters
    ----------
    today
        New York date on which the quote is asked for.
    """
    content = object_of(snapshot) or {}
    fields = Fields(f"the quote of {symbol}", object_of(content.get("latestQuote")) or {})
    observed_at = fields.take("t", instant_of)
    if observed_at is None:
        return None
    return Quote(
        symbol=symbol,
        bid=fields.take("bp", quantity_of) or Decimal(0),
        ask=fields.take("ap", quantity_of) or Decimal(0),
        observed_at=observed_at.astimezone(UTC),
        last_close=_last_close(content, today),
    )


def _last_close(content: Mapping[str, object], today: date) -> Decimal | None:
    """Return the close of the latest daily bar before today.

    Before the first trade of a session, Alpaca's `dailyBar` is still the one of the session before.
    """
    for name in ("dailyBar", "prevDailyBar"):
        bar = Fields(name, object_of(content.get(name)) or {})
        at = bar.take("t", instant_of)
        if at is not None and at.astimezone(NEW_YORK).date() < today:
            return bar.take("c", price_of)
    return None
