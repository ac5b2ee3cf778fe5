"""What may be done with a symbol; what is not said counts as forbidden."""

from __future__ import annotations

from alchemiser_dagster.broker.alpaca.parsing.fields import fields_of
from alchemiser_dagster.broker.alpaca.payload import flag_of, text_of
from alchemiser_dagster.records.market import AssetInfo


def asset_of(value: object, symbol: str) -> AssetInfo:
    """Return the asset, under the name that it was asked by."""
    fields = fields_of(f"the asset {symbol}", value)
    is_active = (fields.take("status", text_of) or "active") == "active"
    return AssetInfo(
        symbol=symbol,
        tradable=is_active and bool(fields.take("tradable", flag_of)),
        fractionable=bool(fields.take("fractionable", flag_of)),
    )
