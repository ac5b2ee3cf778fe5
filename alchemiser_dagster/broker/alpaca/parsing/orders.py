"""Orders: what is known is taken over, what is not makes the state unknown; acceptance is never an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeAlias

from alchemiser_dagster.broker.alpaca.parsing.fields import UPDATE, Fields, items_of
from alchemiser_dagster.broker.alpaca.payload import (
    JsonObject,
    instant_of,
    object_of,
    price_of,
    quantity_of,
    symbol_of,
    text_of,
)
from alchemiser_dagster.errors import BrokerError
from alchemiser_dagster.records.order import BrokerOrder, OrderState, OrderType
from alchemiser_dagster.records.values import Side

Narrow: TypeAlias = Callable[[object], str | None]

OPEN: Final = frozenset(
    {
        "new",
        "partially_filled",
        "done_for_day",
        "pending_cancel",
        "pending_replace",
        "pending_review",
        "accepted",
        "pending_new",
        "accepted_for_bidding",
        "stopped",
        "suspended",
        "calculated",
        "held",
    }
)
ENDS: Final[Mapping[str, OrderState]] = {
    "filled": OrderState.FILLED,
    "canceled": OrderState.CANCELED,
    "expired": OrderState.EXPIRED,
    "replaced": OrderState.CANCELED,
    "rejected": OrderState.REJECTED,
}
SIDES: Final[Mapping[str, Side]] = {
    "buy": Side.BUY,
    "sell": Side.SELL,
    "sell_short": Side.SELL,
    "buy_to_open": Side.BUY,
    "buy_to_close": Side.BUY,
    "sell_to_open": Side.SELL,
    "sell_to_close": Side.SELL,
}


@dataclass(frozen=True)
class Expected:
    """What the asker knows of the order already, for what the answer lacks.

    Parameters
    ----------
    at
        When it was asked; stands for the time of submission where the answer has none.
    """

    at: datetime
    client_order_id: str | None = None
    symbol: str | None = None
    side: Side | None = None
    quantity: Decimal | None = None
    order_type: OrderType | None = None
    limit_price: Decimal | None = None


def orders_of(value: object, at: datetime) -> tuple[BrokerOrder, ...]:
    """Return the orders of a list; raise `BrokerError` where one can't even be identified."""
    return tuple(require_order(item, Expected(at)) for item in items_of("the list of orders", value))


def require_order(value: object, expected: Expected) -> BrokerOrder:
    """Return the order; raise `BrokerError` where its ids, symbol or side are missing."""
    order = order_of(value, expected)
    if order is None or not order.client_order_id or not order.broker_order_id:
        raise BrokerError(
            "an order lacks an id, its symbol or its side", where="Alpaca's answer", remedy=UPDATE
        )
    return order


def order_of(value: object, expected: Expected) -> BrokerOrder | None:
    """Return the order; None where neither the answer nor the asker knows its symbol and side."""
    fields = Fields("an order", object_of(value) or {})
    symbol = expected.symbol or _known(fields, "symbol", symbol_of)
    side = SIDES.get(_known(fields, "side", text_of) or "", expected.side)
    if symbol is None or side is None:
        return None
    filled = fields.take("filled_qty", quantity_of)
    quantity = fields.take("qty", quantity_of) or expected.quantity or Decimal(0)
    limit = fields.take("limit_price", price_of) or expected.limit_price
    return BrokerOrder(
        broker_order_id=fields.take("id", text_of) or "",
        client_order_id=fields.take("client_order_id", text_of) or expected.client_order_id or "",
        symbol=symbol,
        side=side,
        quantity=max(quantity, filled or Decimal(0)),
        filled_quantity=filled or Decimal(0),
        average_price=fields.take("filled_avg_price", price_of),
        order_type=_order_type(fields, expected, limit),
        limit_price=limit,
        state=_state_of(fields),
        raw_status=fields.take("status", text_of) or "",
        submitted_at=_submitted_at(fields) or expected.at,
        replaces=fields.take("replaces", text_of),
        replaced_by=fields.take("replaced_by", text_of),
    )


def _state_of(fields: Fields) -> OrderState:
    """Return the state, unknown where the status is, or where it and the numbers can't both be true."""
    status, filled = fields.take("status", text_of), fields.take("filled_qty", quantity_of)
    if filled is None or fields.take("id", text_of) is None or _is_unpriced(fields, filled):
        return OrderState.UNKNOWN
    if status in OPEN:
        return OrderState.PARTIALLY_FILLED if filled else OrderState.ACKNOWLEDGED
    if status == "filled" and filled < (fields.take("qty", quantity_of) or filled):
        return OrderState.UNKNOWN
    if status == "filled" and not filled:
        return OrderState.UNKNOWN
    return ENDS.get(status or "", OrderState.UNKNOWN)


def _is_unpriced(fields: Fields, filled: Decimal) -> bool:
    return filled > 0 and fields.take("filled_avg_price", price_of) is None


def _order_type(fields: Fields, expected: Expected, limit: Decimal | None) -> OrderType:
    told = fields.take("type", text_of) or fields.take("order_type", text_of)
    if told in {"market", "limit"}:
        return OrderType(told)
    if expected.order_type is not None:
        return expected.order_type
    return OrderType.MARKET if limit is None else OrderType.LIMIT


def _submitted_at(fields: Fields) -> datetime | None:
    return fields.take("submitted_at", instant_of) or fields.take("created_at", instant_of)


def _known(fields: Fields, key: str, narrow: Narrow) -> str | None:
    """Return what the order says; of an order with several legs, what its first leg says."""
    return fields.take(key, narrow) or narrow(_first_leg(fields).get(key))


def _first_leg(fields: Fields) -> JsonObject:
    legs = fields.content.get("legs")
    first = object_of(legs[0]) if isinstance(legs, list) and legs else None
    return first or {}
