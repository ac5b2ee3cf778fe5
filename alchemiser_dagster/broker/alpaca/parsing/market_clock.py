"""The broker's own clock."""

from __future__ import annotations

from datetime import UTC

from alchemiser_dagster.broker.alpaca.parsing.fields import fields_of
from alchemiser_dagster.broker.alpaca.payload import flag_of, instant_of
from alchemiser_dagster.records.market import MarketClock


def clock_of(value: object) -> MarketClock:
    """Return the clock, in UTC; Alpaca tells New York time."""
    fields = fields_of("the clock", value)
    return MarketClock(
        now=fields.need("timestamp", instant_of).astimezone(UTC),
        is_open=fields.need("is_open", flag_of),
        next_close=fields.need("next_close", instant_of).astimezone(UTC),
    )
