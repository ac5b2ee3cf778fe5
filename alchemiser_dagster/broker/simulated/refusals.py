"""What the embedded broker refuses, with the status, code and words that Alpaca uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from alchemiser_dagster.broker.rounding import has_allowed_decimals, is_on_tick, is_whole, up_to_cent
from alchemiser_dagster.broker.simulated.order import SimulatedOrder
from alchemiser_dagster.broker.simulated.quotes import Quotes, require_quote
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.errors import DuplicateOrderError, OrderRejectedError
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.order import OrderRequest, TimeInForce
from alchemiser_dagster.records.values import Side, Symbol

FORBIDDEN, UNPROCESSABLE = 403, 422
INSUFFICIENT = 40310000
SUB_PENNY = 42210000
INVALID = 40010001


@dataclass(frozen=True)
class Refusal:
    """An answer other than yes: HTTP status, Alpaca's code, and its words."""

    status: int
    code: int
    message: str

    def error(self, request: OrderRequest) -> RefusedOrderError:
        """Return the error that says so."""
        kind = RefusedDuplicateError if self.message == DUPLICATE.message else RefusedOrderError
        return kind(self, request)


class RefusedOrderError(OrderRejectedError):
    """An order was refused; `refusal` is the answer that a server gives."""

    def __init__(self, refusal: Refusal, request: OrderRequest) -> None:
        self.refusal = refusal
        super().__init__(
            f"the broker refused to {request.side} {request.quantity}: {refusal.message} "
            f"({refusal.status}, code {refusal.code})",
            where=request.symbol,
        )


class RefusedDuplicateError(RefusedOrderError, DuplicateOrderError):
    """An order was refused because its client order id is taken."""


DUPLICATE = Refusal(UNPROCESSABLE, INVALID, "client_order_id must be unique")


@dataclass(frozen=True)
class Situation:
    """All that the broker looks at to judge an order."""

    rules: SimulationRules
    quotes: Quotes
    cash: Decimal
    held: Decimal
    open_orders: tuple[SimulatedOrder, ...]
    is_duplicate: bool
    until_close: timedelta | None

    def quote(self, symbol: Symbol) -> Quote:
        """Return the symbol's quote; raise `BrokerError` where the feed lost its price."""
        return require_quote(self.quotes, symbol)


def cost_of(order: OrderRequest | SimulatedOrder, quantity: Decimal, situation: Situation) -> Decimal:
    """Return the buying power that a buy holds: at its limit, or at the ask and a margin; whole cents."""
    if order.limit_price is not None:
        return up_to_cent(quantity * order.limit_price)
    ask = situation.quote(order.symbol).ask
    return up_to_cent(quantity * ask * (1 + situation.rules.market_buy_margin))


def held_cash(orders: Iterable[SimulatedOrder], situation: Situation) -> Decimal:
    """Return the buying power that open buys hold."""
    buys = (order for order in orders if order.side is Side.BUY)
    return sum((cost_of(order, order.remaining, situation) for order in buys), Decimal(0))


def held_shares(orders: Iterable[SimulatedOrder], symbol: Symbol) -> Decimal:
    """Return the shares that open sells of the symbol hold."""
    sells = (order for order in orders if order.side is Side.SELL and order.symbol == symbol)
    return sum((order.remaining for order in sells), Decimal(0))


def first_refusal(request: OrderRequest, situation: Situation) -> Refusal | None:
    """Return why the order is refused, or None where it is accepted."""
    return next((refusal for check in CHECKS for refusal in check(request, situation)), None)


def _duplicate(_request: OrderRequest, situation: Situation) -> Iterator[Refusal]:
    if situation.is_duplicate:
        yield DUPLICATE


def _closed_market(request: OrderRequest, situation: Situation) -> Iterator[Refusal]:
    if situation.until_close is None:
        yield Refusal(UNPROCESSABLE, SUB_PENNY, "market is not open")
        return
    is_late = situation.until_close < situation.rules.closing_order_cutoff
    if request.time_in_force is TimeInForce.CLOSE and is_late:
        yield Refusal(FORBIDDEN, INSUFFICIENT, "cls orders are not accepted this late")


def _unknown_symbol(request: OrderRequest, situation: Situation) -> Iterator[Refusal]:
    if request.symbol not in situation.quotes:
        yield Refusal(UNPROCESSABLE, INVALID, f"asset {request.symbol} not found")
    elif not situation.rules.is_tradable(request.symbol):
        yield Refusal(UNPROCESSABLE, SUB_PENNY, f"asset {request.symbol} is not tradable")


def _wrong_quantity(request: OrderRequest, situation: Situation) -> Iterator[Refusal]:
    if not has_allowed_decimals(request.quantity):
        yield Refusal(UNPROCESSABLE, INVALID, "qty is limited to 9 decimal places")
    elif is_whole(request.quantity):
        return
    elif not situation.rules.is_fractionable(request.symbol):
        yield Refusal(FORBIDDEN, INSUFFICIENT, f"asset {request.symbol} is not fractionable")
    elif request.quantity * situation.quote(request.symbol).mid < situation.rules.minimum_notional:
        minimum = situation.rules.minimum_notional
        yield Refusal(FORBIDDEN, INSUFFICIENT, f"cost basis must be >= minimal amount of order {minimum}")


def _sub_penny(request: OrderRequest, _situation: Situation) -> Iterator[Refusal]:
    if request.limit_price is not None and not is_on_tick(request.limit_price):
        yield Refusal(
            UNPROCESSABLE,
            SUB_PENNY,
            f"invalid limit_price {request.limit_price}. sub-penny increment does not fulfill "
            "minimum pricing criteria",
        )


def _wash_trade(request: OrderRequest, situation: Situation) -> Iterator[Refusal]:
    if any(
        order.symbol == request.symbol and order.side is not request.side for order in situation.open_orders
    ):
        yield Refusal(FORBIDDEN, INSUFFICIENT, "potential wash trade detected. use complex orders")


def _too_few_shares(request: OrderRequest, situation: Situation) -> Iterator[Refusal]:
    if request.side is Side.BUY:
        return
    available = situation.held - held_shares(situation.open_orders, request.symbol)
    if request.quantity > available:
        yield Refusal(
            FORBIDDEN,
            INSUFFICIENT,
            f"insufficient qty available for order (requested: {request.quantity}, available: {available})",
        )


def _too_little_cash(request: OrderRequest, situation: Situation) -> Iterator[Refusal]:
    if request.side is Side.SELL:
        return
    cost = cost_of(request, request.quantity, situation)
    buying_power = situation.cash - held_cash(situation.open_orders, situation)
    if cost > buying_power:
        yield Refusal(
            FORBIDDEN, INSUFFICIENT, f"insufficient buying power (needed: {cost}, available: {buying_power})"
        )


CHECKS: tuple[Callable[[OrderRequest, Situation], Iterator[Refusal]], ...] = (
    _duplicate,
    _closed_market,
    _unknown_symbol,
    _wrong_quantity,
    _sub_penny,
    _wash_trade,
    _too_few_shares,
    _too_little_cash,
)
