"""What the body of an order says, and which orders the look-alike can't place."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal

from pydantic import TypeAdapter, ValidationError

from alchemiser_dagster.broker.rounding import SMALLEST_FRACTION
from alchemiser_dagster.broker.simulated.order import SimulatedOrder
from alchemiser_dagster.look_alike.errors import AnswerError, invalid
from alchemiser_dagster.look_alike.question import decimal_of, word_of
from alchemiser_dagster.look_alike.world import World
from alchemiser_dagster.records.order import OrderChange, OrderRequest, OrderType, TimeInForce
from alchemiser_dagster.records.values import Side, Symbol

LONGEST_CLIENT_ID = 48
ELSEWHERE = ("stop_price", "trail_price", "trail_percent", "take_profit", "stop_loss", "legs")
SIMPLE = frozenset({"", "simple"})
SYMBOL: TypeAdapter[Symbol] = TypeAdapter(Symbol)

Fields = Mapping[str, object]


def order_request(fields: Fields, world: World) -> OrderRequest:
    """Return the order that a body asks for.

    An order for an amount of money becomes one for the shares that it buys at the ask or sells at the bid.

    Raises
    ------
    AnswerError
        If a field is missing or makes no sense, or asks for a kind of order that is not simulated.
    """
    _refuse_other_kinds(fields)
    order_type = OrderType(_one_of("type", fields, tuple(OrderType)))
    symbol, side = symbol_of(fields), Side(_one_of("side", fields, tuple(Side)))
    limit = _limit(fields, order_type)
    tif = TimeInForce(_one_of("time_in_force", fields, tuple(TimeInForce)))
    return OrderRequest(
        client_order_id=client_order_id(fields, world),
        symbol=symbol,
        side=side,
        quantity=_quantity(fields, world, symbol, side),
        order_type=order_type,
        limit_price=limit,
        time_in_force=tif,
    )


def order_change(fields: Fields, old: SimulatedOrder, world: World) -> OrderChange:
    """Return the change that a body asks for: what it leaves out stays."""
    limit = decimal_of("limit_price", fields.get("limit_price")) or old.limit_price
    if limit is None or limit <= 0:
        raise invalid("limit_price is required")
    quantity = decimal_of("qty", fields.get("qty"))
    return OrderChange(
        client_order_id=client_order_id(fields, world),
        quantity=None if quantity is None else _positive("qty", quantity),
        limit_price=limit,
    )


def client_order_id(fields: Fields, world: World) -> str:
    """Return the id that the client chose, or a new one."""
    chosen = word_of("client_order_id", fields.get("client_order_id"))
    if len(chosen) > LONGEST_CLIENT_ID:
        raise invalid(f"client_order_id must be no more than {LONGEST_CLIENT_ID} characters")
    return chosen or world.ids.new_id()


def symbol_of(fields: Fields) -> Symbol:
    """Return the symbol that a body names."""
    symbol = word_of("symbol", fields.get("symbol"))
    if not symbol:
        raise invalid("symbol is required")
    try:
        return SYMBOL.validate_python(symbol)
    except ValidationError as error:
        raise invalid(f"asset {symbol} not found") from error


def _refuse_other_kinds(fields: Fields) -> None:
    asked = [name for name in ELSEWHERE if fields.get(name) is not None]
    if asked or word_of("order_class", fields.get("order_class")) not in SIMPLE:
        raise invalid(f"only simple orders are simulated, without {', '.join(asked) or 'order_class'}")
    if fields.get("extended_hours"):
        raise invalid("orders in extended hours are not simulated")


def _one_of(name: str, fields: Fields, allowed: tuple[str, ...]) -> str:
    word = word_of(name, fields.get(name)).lower()
    if not word:
        raise invalid(f"{name} is required")
    if word not in allowed:
        raise invalid(f"invalid {name}: {word}. simulated are {', '.join(allowed)}")
    return word


def _limit(fields: Fields, order_type: OrderType) -> Decimal | None:
    limit = decimal_of("limit_price", fields.get("limit_price"))
    if order_type is OrderType.MARKET:
        if limit is not None:
            raise invalid("market orders require no stop or limit price")
        return None
    if limit is None:
        raise invalid("limit orders require limit price")
    return _positive("limit_price", limit)


def _quantity(fields: Fields, world: World, symbol: Symbol, side: Side) -> Decimal:
    quantity = decimal_of("qty", fields.get("qty"))
    notional = decimal_of("notional", fields.get("notional"))
    if (quantity is None) == (notional is None):
        raise invalid("exactly one of qty and notional is required")
    if quantity is not None:
        return _positive("qty", quantity)
    if (fields.get("type"), fields.get("time_in_force")) != ("market", "day"):
        raise invalid("notional orders must be market orders for the day")
    return _shares_for(_positive("notional", notional or Decimal(0)), world, symbol, side)


def _shares_for(notional: Decimal, world: World, symbol: Symbol, side: Side) -> Decimal:
    minimum = world.rules.minimum_notional
    if notional < minimum:
        raise AnswerError(403, 40310000, f"cost basis must be >= minimal amount of order {minimum}")
    quote = next(iter(world.venue.quotes((symbol,))), None)
    price = (quote.ask if side is Side.BUY else quote.bid) if quote else Decimal(0)
    if not price:
        raise invalid(f"asset {symbol} not found")
    return (notional / price).quantize(SMALLEST_FRACTION, rounding=ROUND_DOWN)


def _positive(name: str, number: Decimal) -> Decimal:
    if number <= 0:
        raise invalid(f"{name} must be > 0")
    return number
