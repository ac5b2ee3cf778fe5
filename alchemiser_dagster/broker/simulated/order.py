"""Orders, holdings and trades as the embedded broker keeps them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import RowMapping

from alchemiser_dagster.broker.simulated.status import OPEN_STATUSES, SimulatedStatus
from alchemiser_dagster.records.order import BrokerOrder, OrderState, OrderType, TimeInForce
from alchemiser_dagster.records.values import Side, Symbol

AVERAGE_STEP = Decimal("0.000000001")

ENDED_STATES = {
    SimulatedStatus.FILLED: OrderState.FILLED,
    SimulatedStatus.CANCELED: OrderState.CANCELED,
    SimulatedStatus.EXPIRED: OrderState.EXPIRED,
    SimulatedStatus.REPLACED: OrderState.CANCELED,
    SimulatedStatus.REJECTED: OrderState.REJECTED,
}


@dataclass(frozen=True)
class SimulatedOrder:
    """An order as the embedded broker keeps it.

    Parameters
    ----------
    quantity
        Of a replacement that has not taken effect: all that was asked for; then, less what the old order
        had filled.
    replaces, replaced_by
        The broker's ids of the order whose place this one takes, and of the one that took this one's.
    pending_since
        When the cancellation or replacement was asked for; None where neither was.
    updated_at
        When the order last changed; its end, where it has ended.
    """

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
    replaces: str | None = None
    replaced_by: str | None = None
    pending_since: datetime | None = None
    updated_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the order can still fill."""
        return self.status in OPEN_STATUSES

    @property
    def remaining(self) -> Decimal:
        """What is not filled."""
        return self.quantity - self.filled_quantity

    @property
    def filled_at(self) -> datetime | None:
        """When the last share was filled; None until then."""
        return self._ended_as(SimulatedStatus.FILLED)

    @property
    def canceled_at(self) -> datetime | None:
        """When the cancellation took effect; None until then."""
        return self._ended_as(SimulatedStatus.CANCELED)

    @property
    def expired_at(self) -> datetime | None:
        """When the session ended over the order; None until then."""
        return self._ended_as(SimulatedStatus.EXPIRED)

    @property
    def replaced_at(self) -> datetime | None:
        """When another order took the place; None until then."""
        return self._ended_as(SimulatedStatus.REPLACED)

    @property
    def failed_at(self) -> datetime | None:
        """When the order was rejected; None until then."""
        return self._ended_as(SimulatedStatus.REJECTED)

    def _ended_as(self, status: SimulatedStatus) -> datetime | None:
        return self.updated_at if self.status is status else None

    @property
    def state(self) -> OrderState:
        """Where the order is in its life, in the system's own words."""
        if self.status in ENDED_STATES:
            return ENDED_STATES[self.status]
        return OrderState.PARTIALLY_FILLED if self.filled_quantity else OrderState.ACKNOWLEDGED

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
            state=self.state,
            raw_status=self.status.value,
            submitted_at=self.submitted_at,
            replaces=self.replaces,
            replaced_by=self.replaced_by,
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
        replaces=row["replaces"],
        replaced_by=row["replaced_by"],
        pending_since=row["pending_since"],
        updated_at=row["updated_at"],
    )
