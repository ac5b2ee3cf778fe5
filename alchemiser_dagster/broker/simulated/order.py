"""Orders, holdings and trades as the embedded broker keeps them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import RowMapping

from alchemiser_dagster.records.order import BrokerOrder, OrderState, OrderType, TimeInForce
from alchemiser_dagster.records.values import Side, Symbol

AVERAGE_STEP = Decimal("0.000000001")


class SimulatedStatus(StrEnum):
    """The broker's own word for an order's state, as Alpaca says it."""

    NEW = "new"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REPLACED = "replaced"


OPEN_STATUSES = (SimulatedStatus.NEW, SimulatedStatus.PARTIALLY_FILLED)

STATES = {
    SimulatedStatus.NEW: OrderState.ACKNOWLEDGED,
    SimulatedStatus.PARTIALLY_FILLED: OrderState.PARTIALLY_FILLED,
    SimulatedStatus.FILLED: OrderState.FILLED,
    SimulatedStatus.CANCELED: OrderState.CANCELED,
    SimulatedStatus.EXPIRED: OrderState.EXPIRED,
    SimulatedStatus.REPLACED: OrderState.CANCELED,
}


@dataclass(frozen=True)
class SimulatedOrder:
    """An order as the embedded broker keeps it."""

    broker_order_id: str
    client_order_id: str
    session: date
    symbol: Symbol
    side: Side
    quantity: Decimal
    order_type: OrderType
    limit_price: Decimal | None
    time_in_force: TimeInForce
    status: SimulatedStatus
    filled_quantity: Decimal
    average_price: Decimal | None
    submitted_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether the order can still fill."""
        return self.status in OPEN_STATUSES

    @property
    def remaining(self) -> Decimal:
        """What is not filled."""
        return self.quantity - self.filled_quantity

    def reported(self) -> BrokerOrder:
        """Return the order as the protocol reports it."""
        return BrokerOrder(
            broker_order_id=self.broker_order_id,
            client_order_id=self.client_order_id,
            symbol=self.symbol,
            side=self.side,
            quantity=self.quantity,
            filled_quantity=self.filled_quantity,
            average_price=self.average_price,
            order_type=self.order_type,
            limit_price=self.limit_price,
            state=STATES[self.status],
            raw_status=self.status.value,
            submitted_at=self.submitted_at,
        )


@dataclass(frozen=True)
class Holding:
    """Shares of a symbol and what they cost on average."""

    symbol: Symbol
    quantity: Decimal
    average_entry_price: Decimal

    def after(self, side: Side, trade: Trade) -> Holding:
        """Return the holding once the trade is done; a sale leaves the average cost as it is."""
        if side is Side.SELL:
            return replace(self, quantity=self.quantity - trade.quantity)
        average = averaged(self.quantity, self.average_entry_price, trade)
        return Holding(self.symbol, self.quantity + trade.quantity, average)


@dataclass(frozen=True)
class Trade:
    """Shares of an order that change hands now."""

    quantity: Decimal
    price: Decimal
    at: datetime


def averaged(quantity: Decimal, average: Decimal, trade: Trade) -> Decimal:
    """Return the average price of the quantity and the trade together."""
    if not quantity:
        return trade.price
    paid = quantity * average + trade.quantity * trade.price
    return (paid / (quantity + trade.quantity)).quantize(AVERAGE_STEP)


def read_order(row: RowMapping) -> SimulatedOrder:
    """Return the order of a row of `simulated_orders`."""
    return SimulatedOrder(
        broker_order_id=row["broker_order_id"],
        client_order_id=row["client_order_id"],
        session=row["session"],
        symbol=row["symbol"],
        side=Side(row["side"]),
        quantity=row["quantity"],
        order_type=OrderType(row["order_type"]),
        limit_price=row["limit_price"],
        time_in_force=TimeInForce(row["time_in_force"]),
        status=SimulatedStatus(row["status"]),
        filled_quantity=row["filled_quantity"],
        average_price=row["average_price"],
        submitted_at=row["submitted_at"],
    )
