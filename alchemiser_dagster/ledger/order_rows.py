"""Orders, their events and their fills as the ledger keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import RowMapping

from alchemiser_dagster.ledger.insertion import Value
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.order import (
    BrokerOrder,
    Fill,
    OrderRequest,
    OrderState,
    OrderType,
    TimeInForce,
)
from alchemiser_dagster.records.values import Side, Symbol


@dataclass(frozen=True)
class OrderIntent:
    """An order that is to be sent, and what it is for.

    Parameters
    ----------
    plan_id, line_id, attempt
        Which line of which plan, and which try at it; the first is 1.
    decision_price
        The price at which the line was planned, in dollars.
    quote
        What the order was priced at.
    replaces
        Client order id of the order whose place this one takes; None for an order of its own.
    """

    request: OrderRequest
    plan_id: str
    line_id: str
    attempt: int
    account: str
    session: date
    decision_price: Decimal
    correlation_id: str
    quote: Quote | None = None
    replaces: str | None = None
    leg: int = 1


@dataclass(frozen=True)
class LedgerOrder:
    """An order as far as it is known; filled quantity is what the broker confirmed (R-27)."""

    client_order_id: str
    broker_order_id: str | None
    plan_id: str
    line_id: str
    account: str
    session: date
    symbol: Symbol
    side: Side
    attempt: int
    quantity: Decimal
    order_type: OrderType
    limit_price: Decimal | None
    time_in_force: TimeInForce
    decision_price: Decimal
    state: OrderState
    filled_quantity: Decimal
    average_price: Decimal | None
    detail: str
    correlation_id: str
    created_at: datetime
    updated_at: datetime
    leg: int = 1
    replaces: str | None = None
    bid: Decimal | None = None
    ask: Decimal | None = None
    quoted_at: datetime | None = None

    @property
    def quoted_mid(self) -> Decimal | None:
        """The middle of the quote that the order was priced at, in dollars; None without two sides."""
        if self.bid is None or self.ask is None or not Decimal(0) < self.bid <= self.ask:
            return None
        return (self.bid + self.ask) / 2

    @property
    def unfilled(self) -> Decimal:
        """What the broker has not confirmed as filled."""
        return self.quantity - self.filled_quantity

    def request(self) -> OrderRequest:
        """Return what was, or is to be, sent: the same each time."""
        return OrderRequest(
            client_order_id=self.client_order_id,
            symbol=self.symbol,
            side=self.side,
            quantity=self.quantity,
            order_type=self.order_type,
            limit_price=self.limit_price,
            time_in_force=self.time_in_force,
        )


@dataclass(frozen=True)
class OrderNews:
    """What became known of an order, and how.

    The fields that are None say nothing; the order keeps what it had.
    """

    state: OrderState
    at: datetime
    detail: str = ""
    broker_order_id: str | None = None
    filled_quantity: Decimal | None = None
    average_price: Decimal | None = None


@dataclass(frozen=True)
class OrderEvent:
    """One change in an order's life."""

    client_order_id: str
    from_state: OrderState
    to_state: OrderState
    filled_quantity: Decimal
    detail: str
    at: datetime


def news_of(report: BrokerOrder, at: datetime) -> OrderNews:
    """Return what a broker's report says of an order."""
    return OrderNews(
        state=report.state,
        at=at,
        detail=f"the broker says {report.raw_status}",
        broker_order_id=report.broker_order_id,
        filled_quantity=report.filled_quantity,
        average_price=report.average_price,
    )


def row_of(intent: OrderIntent, at: datetime) -> dict[str, Value]:
    """Return the row of `orders` of an order that is intended."""
    request, quote = intent.request, intent.quote
    return {
        "client_order_id": request.client_order_id,
        "plan_id": intent.plan_id,
        "line_id": intent.line_id,
        "account": intent.account,
        "session": intent.session,
        "symbol": request.symbol,
        "side": request.side.value,
        "attempt": intent.attempt,
        "quantity": request.quantity,
        "order_type": request.order_type.value,
        "limit_price": request.limit_price,
        "time_in_force": request.time_in_force.value,
        "decision_price": intent.decision_price,
        "leg": intent.leg,
        "replaces": intent.replaces,
        "bid": quote.bid if quote else None,
        "ask": quote.ask if quote else None,
        "quoted_at": quote.observed_at if quote else None,
        "state": OrderState.INTENDED.value,
        "filled_quantity": Decimal(0),
        "detail": "",
        "correlation_id": intent.correlation_id,
        "created_at": at,
        "updated_at": at,
    }


def read_order(row: RowMapping) -> LedgerOrder:
    """Return the order of a row of `orders`; what else the row has is left out."""
    kinds = {
        "side": Side(row["side"]),
        "order_type": OrderType(row["order_type"]),
        "time_in_force": TimeInForce(row["time_in_force"]),
        "state": OrderState(row["state"]),
    }
    own = {name: row[name] for name in LedgerOrder.__dataclass_fields__}
    return LedgerOrder(**{**own, **kinds})


def read_event(row: RowMapping) -> OrderEvent:
    """Return the event of a row of `order_events`."""
    return OrderEvent(
        client_order_id=row["client_order_id"],
        from_state=OrderState(row["from_state"]),
        to_state=OrderState(row["to_state"]),
        filled_quantity=row["filled_quantity"],
        detail=row["detail"],
        at=row["at"],
    )


def read_fill(row: RowMapping) -> Fill:
    """Return the fill of a row of `fills`, or of `simulated_fills` joined with its order."""
    return Fill(
        fill_id=row["fill_id"],
        broker_order_id=row["broker_order_id"],
        client_order_id=row["client_order_id"],
        symbol=row["symbol"],
        side=Side(row["side"]),
        quantity=row["quantity"],
        price=row["price"],
        filled_at=row["filled_at"],
    )
