"""Orders and fills, as they are asked for and as the broker reports them."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, model_validator

from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import Instant, Price, Quantity, Side, Symbol


class OrderType(StrEnum):
    """How an order is priced."""

    MARKET = "market"
    LIMIT = "limit"


class TimeInForce(StrEnum):
    """How long an order stands."""

    DAY = "day"
    CLOSE = "cls"


class OrderState(StrEnum):
    """Where an order is in its life; `UNKNOWN` until the broker has been asked (R-26)."""

    PLANNED = "planned"
    INTENDED = "intended"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    PARTIALLY_FILLED = "partially filled"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"
    UNKNOWN = "unknown"

    @property
    def is_terminal(self) -> bool:
        """Whether nothing can happen to the order any more."""
        return self in {OrderState.FILLED, OrderState.CANCELED, OrderState.EXPIRED, OrderState.REJECTED}


class OrderRequest(Frozen):
    """What is sent to the broker."""

    client_order_id: str = Field(min_length=1, max_length=48)
    symbol: Symbol
    side: Side
    quantity: Quantity = Field(gt=0)
    order_type: OrderType
    limit_price: Price | None = None
    time_in_force: TimeInForce = TimeInForce.DAY

    @model_validator(mode="after")
    def _limit_orders_have_a_limit(self) -> OrderRequest:
        if (self.order_type is OrderType.LIMIT) != (self.limit_price is not None):
            raise ValueError("a limit order has a limit price, a market order has none")
        return self


class BrokerOrder(Frozen):
    """An order as the broker reports it.

    Parameters
    ----------
    state
        `UNKNOWN` where the report has a status that nobody knows, or lacks what it must have: the order
        exists, and what became of it has to be asked again.
    raw_status
        The broker's own word.
    replaces, replaced_by
        The broker's ids of the order whose place this one took, and of the one that took this one's.
    """

    broker_order_id: str
    client_order_id: str
    symbol: Symbol
    side: Side
    quantity: Quantity
    filled_quantity: Quantity
    average_price: Price | None
    order_type: OrderType
    limit_price: Price | None
    state: OrderState
    raw_status: str
    submitted_at: Instant
    replaces: str | None = None
    replaced_by: str | None = None

    @property
    def remaining_quantity(self) -> Quantity:
        """What is not filled."""
        return self.quantity - self.filled_quantity


class OrderChange(Frozen):
    """What a replacement changes: a new client order id and limit, and the quantity where it is not None."""

    client_order_id: str = Field(min_length=1, max_length=48)
    quantity: Quantity | None = Field(default=None, gt=0)
    limit_price: Price


class Fill(Frozen):
    """Shares that changed hands: a fact, with the broker's own id."""

    fill_id: str
    broker_order_id: str
    client_order_id: str
    symbol: Symbol
    side: Side
    quantity: Quantity = Field(gt=0)
    price: Price
    filled_at: Instant
