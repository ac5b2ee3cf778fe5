"""`/v2/positions`: what is held, and selling it."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from alchemiser_dagster.broker.rounding import SMALLEST_FRACTION
from alchemiser_dagster.errors import AlchemiserError
from alchemiser_dagster.look_alike import trading_orders
from alchemiser_dagster.look_alike.errors import answer_of, invalid, missing
from alchemiser_dagster.look_alike.question import Answer, Question, decimal_of
from alchemiser_dagster.look_alike.wire_format import Fields, position_json
from alchemiser_dagster.look_alike.wire_values import asset_id
from alchemiser_dagster.look_alike.world import World
from alchemiser_dagster.records.account import Position
from alchemiser_dagster.records.order import OrderRequest, OrderType
from alchemiser_dagster.records.values import Side

WHOLE = Decimal(100)


def list_positions(world: World, question: Question) -> Answer:
    """Return what is held, by symbol."""
    del question
    return Answer([_told(world, position) for position in world.venue.positions()])


def get_position(world: World, question: Question) -> Answer:
    """Return what is held of one symbol, named by itself or its asset's id."""
    return Answer(_told(world, _held(world, question.place["symbol"])))


def close_position(world: World, question: Question) -> Answer:
    """Sell a position, or a part of it, at the market; return the order."""
    position = _held(world, question.place["symbol"])
    request = _sale(world, position, _part(question, position))
    return Answer(trading_orders.told(world, world.venue.submit(request)))


def close_all(world: World, question: Question) -> Answer:
    """Sell everything at the market, on request after canceling all open orders; return a status for each."""
    if question.flag("cancel_orders"):
        trading_orders.cancel_all(world, question)
    sold = [_sold(world, position) for position in world.venue.positions()]
    return Answer(sold, trading_orders.MANY)


def _sold(world: World, position: Position) -> Fields:
    try:
        accepted = world.venue.submit(_sale(world, position, position.quantity))
    except AlchemiserError as error:
        refusal = answer_of(error)
        return {"symbol": position.symbol, "status": refusal.status, "body": refusal.body}
    return {"symbol": position.symbol, "status": 200, "body": trading_orders.told(world, accepted)}


def _sale(world: World, position: Position, quantity: Decimal) -> OrderRequest:
    return OrderRequest(
        client_order_id=world.ids.new_id(),
        symbol=position.symbol,
        side=Side.SELL,
        quantity=quantity,
        order_type=OrderType.MARKET,
    )


def _part(question: Question, position: Position) -> Decimal:
    quantity, percentage = (decimal_of(name, question.text(name)) for name in ("qty", "percentage"))
    if quantity is not None and percentage is not None:
        raise invalid("only one of qty and percentage may be given")
    if percentage is not None:
        quantity = (position.quantity * percentage / WHOLE).quantize(SMALLEST_FRACTION, rounding=ROUND_DOWN)
    if quantity is None:
        return position.quantity
    if quantity <= 0:
        raise invalid("qty must be > 0")
    return quantity


def _held(world: World, named: str) -> Position:
    for position in world.venue.positions():
        if named in {position.symbol, asset_id(position.symbol)}:
            return position
    raise missing("position does not exist")


def _told(world: World, position: Position) -> Fields:
    bar = world.bars.before((position.symbol,)).get(position.symbol)
    return position_json(position, Decimal(repr(bar.close)) if bar else None)
