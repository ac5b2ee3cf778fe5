"""Fills: facts of the account's activities. One that can't be read is an error: it can't be left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alchemiser_dagster.broker.alpaca.parsing.fields import fields_of
from alchemiser_dagster.broker.alpaca.parsing.orders import SIDES
from alchemiser_dagster.broker.alpaca.payload import instant_of, price_of, symbol_of, text_of
from alchemiser_dagster.records.order import Fill
from alchemiser_dagster.records.values import Side


@dataclass(frozen=True)
class ListedFill:
    """A fill as Alpaca tells it: with the broker's id of its order, without our own."""

    activity_id: str
    order_id: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    at: datetime

    def with_client_ids(self, client_ids: Mapping[str, str]) -> Fill:
        """Return the fill; its client order id is empty where the account has no such order any more."""
        return Fill(
            fill_id=self.activity_id,
            broker_order_id=self.order_id,
            client_order_id=client_ids.get(self.order_id, ""),
            symbol=self.symbol,
            side=self.side,
            quantity=self.quantity,
            price=self.price,
            filled_at=self.at,
        )


def listed_fill_of(value: object) -> ListedFill:
    """Return the fill; raise `BrokerError` where anything of it is missing."""
    activity_id = fields_of("a fill", value).need("id", text_of)
    fields = fields_of(f"the fill {activity_id}", value)
    return ListedFill(
        activity_id=activity_id,
        order_id=fields.need("order_id", text_of),
        symbol=fields.need("symbol", symbol_of),
        side=fields.need("side", _side_of),
        quantity=fields.need("qty", price_of),
        price=fields.need("price", price_of),
        at=fields.need("transaction_time", instant_of),
    )


def _side_of(value: object) -> Side | None:
    return SIDES.get(value) if isinstance(value, str) else None
