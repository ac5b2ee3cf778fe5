"""`/v2/orders`: place, list, look up, replace and cancel orders."""

from __future__ import annotations

from alchemiser_dagster.broker.simulated.order import SimulatedOrder
from alchemiser_dagster.broker.simulated.queries import Listing, OrderQuery
from alchemiser_dagster.errors import AlchemiserError
from alchemiser_dagster.look_alike.errors import answer_of, invalid, missing
from alchemiser_dagster.look_alike.instants import instant_of
from alchemiser_dagster.look_alike.order_reading import order_change, order_request
from alchemiser_dagster.look_alike.question import Answer, Question
from alchemiser_dagster.look_alike.wire_format import Fields, order_json
from alchemiser_dagster.look_alike.wire_values import kept_id, wire_id
from alchemiser_dagster.look_alike.world import World
from alchemiser_dagster.records.values import Side

USUAL_LIMIT, MOST_ORDERS = 50, 500
EMPTY, MANY = 204, 207


def submit(world: World, question: Question) -> Answer:
    """Place an order."""
    return Answer(told(world, world.venue.submit(order_request(question.fields(), world))))


def list_orders(world: World, question: Question) -> Answer:
    """Return orders by status, instant, side and symbol: the newest first unless asked otherwise."""
    return Answer([told(world, order) for order in world.venue.orders(_wanted(question))])


def get_order(world: World, question: Question) -> Answer:
    """Return one order by the broker's id."""
    broker_order_id = kept_id(question.place["order_id"])
    return Answer(told(world, _found(world.venue.order(broker_order_id), wire_id(broker_order_id))))


def get_by_client_id(world: World, question: Question) -> Answer:
    """Return one order by the client's id: of a replaced one the original."""
    client_order_id = question.text("client_order_id")
    if not client_order_id:
        raise invalid("client_order_id is required")
    order = world.venue.order_by_client_id(client_order_id)
    return Answer(told(world, _found(order, client_order_id)))


def replace(world: World, question: Question) -> Answer:
    """Ask for an order to be replaced; return the new one."""
    old = _named(world, question)
    change = order_change(question.fields(), old, world)
    return Answer(told(world, world.venue.replace(old.broker_order_id, change)))


def cancel(world: World, question: Question) -> Answer:
    """Ask for an order to be canceled."""
    world.venue.cancel(_named(world, question).broker_order_id)
    return Answer(None, EMPTY)


def cancel_all(world: World, question: Question) -> Answer:
    """Ask for every open order to be canceled; return a status for each."""
    del question
    orders = world.venue.open_orders()
    return Answer([_canceled(world, order.broker_order_id) for order in orders], MANY)


def _wanted(question: Question) -> OrderQuery:
    side = question.choice("side", "", ("", *Side))
    return OrderQuery(
        status=Listing(question.choice("status", Listing.OPEN, tuple(Listing))),
        after=instant_of(question, "after"),
        until=instant_of(question, "until"),
        symbols=question.symbols(),
        side=Side(side) if side else None,
        limit=question.number("limit", USUAL_LIMIT, 1, MOST_ORDERS),
        newest_first=question.choice("direction", "desc", ("asc", "desc")) == "desc",
    )


def told(world: World, order: SimulatedOrder) -> Fields:
    """Return an order as the wire has it."""
    session = world.calendar.session_at(order.submitted_at)
    return order_json(order, world.calendar.close_of(session))


def _canceled(world: World, broker_order_id: str) -> Fields:
    said: Fields = {"id": wire_id(broker_order_id), "status": 200}
    try:
        world.venue.cancel(broker_order_id)
    except AlchemiserError as error:
        refusal = answer_of(error)
        return {**said, "status": refusal.status, "body": refusal.body}
    return said


def _named(world: World, question: Question) -> SimulatedOrder:
    """Return the order that the path names, as it is kept: what is asked for next is the look."""
    broker_order_id = kept_id(question.place["order_id"])
    with world.venue.book() as book:
        return _found(book.order(broker_order_id), wire_id(broker_order_id))


def _found(order: SimulatedOrder | None, named: str) -> SimulatedOrder:
    if order is None:
        raise missing(f"order not found for {named}")
    return order
