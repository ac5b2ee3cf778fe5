"""What the embedded broker refuses of a new order, in the order in which it looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from alchemiser_dagster.broker.rounding import has_allowed_decimals, is_on_tick, is_whole
from alchemiser_dagster.broker.simulated.refusal import (
    DUPLICATE,
    FORBIDDEN,
    INSUFFICIENT,
    INVALID,
    UNFIT,
    UNPROCESSABLE,
    Refusal,
)
from alchemiser_dagster.broker.simulated.situation import Situation
from alchemiser_dagster.records.order import OrderRequest, TimeInForce
from alchemiser_dagster.records.values import Side


def first_refusal(request: OrderRequest, situation: Situation) -> Refusal | None:
    """Return why the order is refused, or None where it is accepted."""
    return next((refusal for check in CHECKS for refusal in check(request, situation)), None)


def _forbidden(message: str) -> Refusal:
    return Refusal(FORBIDDEN, INSUFFICIENT, message)


def _blocked_account(_request: OrderRequest, situation: Situation) -> Iterator[Refusal]:
    rules = situation.rules
    if rules.account_status != "ACTIVE":
        yield _forbidden(f"account is not active, its status is {rules.account_status}")
    if rules.account_blocked:
        yield _forbidden("account is blocked")
    if rules.trading_blocked:
        yield _forbidden("account is not allowed to trade")
    if rules.trade_suspended_by_user:
        yield _forbidden("new orders are rejected by user request")


def _duplicate(_request: OrderRequest, situation: Situation) -> Iterator[Refusal]:
    if situation.is_duplicate:
        yield DUPLICATE


def _closed_market(request: OrderRequest, situation: Situation) -> Iterator[Refusal]:
    if situation.until_close is None:
        yield Refusal(UNPROCESSABLE, UNFIT, "market is not open")
        return
    is_late = situation.until_close < situation.rules.closing_order_cutoff
    if request.time_in_force is TimeInForce.CLOSE and is_late:
        yield _forbidden("cls orders are not accepted this late")


def _unknown_symbol(request: OrderRequest, situation: Situation) -> Iterator[Refusal]:
    if request.symbol not in situation.quotes:
        yield Refusal(UNPROCESSABLE, INVALID, f"asset {request.symbol} not found")
    elif not situation.rules.is_tradable(request.symbol):
        yield Refusal(UNPROCESSABLE, UNFIT, f"asset {request.symbol} is not tradable")


def _wrong_quantity(request: OrderRequest, situation: Situation) -> Iterator[Refusal]:
    if not has_allowed_decimals(request.quantity):
        yield Refusal(UNPROCESSABLE, INVALID, "qty is limited to 9 decimal places")
    elif is_whole(request.quantity):
        return
    elif request.time_in_force is not TimeInForce.DAY:
        yield Refusal(UNPROCESSABLE, UNFIT, "fractional orders must be DAY orders")
    elif not situation.rules.is_fractionable(request.symbol):
        yield _forbidden(f"asset {request.symbol} is not fractionable")
    elif request.quantity * situation.quote(request.symbol).mid < situation.rules.minimum_notional:
        minimum = situation.rules.minimum_notional
        yield _forbidden(f"cost basis must be >= minimal amount of order {minimum}")


def _sub_penny(request: OrderRequest, _situation: Situation) -> Iterator[Refusal]:
    if request.limit_price is not None and not is_on_tick(request.limit_price):
        yield Refusal(
            UNPROCESSABLE,
            UNFIT,
            f"invalid limit_price {request.limit_price}. sub-penny increment does not fulfill "
            "minimum pricing criteria",
        )


def _wash_trade(request: OrderRequest, situation: Situation) -> Iterator[Refusal]:
    if any(
        order.symbol == request.symbol and order.side is not request.side for order in situation.open_orders
    ):
        yield _forbidden("potential wash trade detected. use complex orders")


def _too_few_shares(request: OrderRequest, situation: Situation) -> Iterator[Refusal]:
    if request.side is Side.BUY:
        return
    needed, available = request.quantity - situation.filled, situation.free_shares
    if needed > available:
        yield _forbidden(
            f"insufficient qty available for order (requested: {needed}, available: {available})"
        )


def _too_little_cash(request: OrderRequest, situation: Situation) -> Iterator[Refusal]:
    if request.side is Side.SELL:
        return
    cost, buying_power = situation.cost_of(request), situation.free_cash
    if cost > buying_power:
        yield _forbidden(f"insufficient buying power (needed: {cost}, available: {buying_power})")


CHECKS: tuple[Callable[[OrderRequest, Situation], Iterator[Refusal]], ...] = (
    _blocked_account,
    _duplicate,
    _closed_market,
    _unknown_symbol,
    _wrong_quantity,
    _sub_penny,
    _wash_trade,
    _too_few_shares,
    _too_little_cash,
)
