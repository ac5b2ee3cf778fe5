"""`/v2/orders`: place, list, look up, replace and cancel orders."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from alchemiser_dagster.errors import AlchemiserError
from alchemiser_dagster.look_alike.errors import answer_of, invalid, missing
from alchemiser_dagster.look_alike.instants import instant_of
from alchemiser_dagster.look_alike.kept_orders import KeptOrder
from alchemiser_dagster.look_alike.order_reading import order_change, order_request
from alchemiser_dagster.look_alike.question import Answer, Question
from alchemiser_dagster.look_alike.wire_format import Fields, order_json
from alchemiser_dagster.look_alike.wire_values import kept_id, wire_id
from alchemiser_dagster.look_alike.world import World

CLOSED = frozenset({"filled", "canceled", "expired", "replaced", "rejected", "done_for_day"})
USUAL_LIMIT, MOST_ORDERS = 50, 500
EMPTY, MANY = 204, 207


def submit(world: World, question: Question) -> Answer:
    """Place an order."""
    request = order_request(question.fields(), world)
    accepted = world.broker.submit(request)
    return told(world, accepted.broker_order_id)


def told(world: World, broker_order_id: str) -> Answer:
    """Return an order as the books have it now."""
    return Answer(_told(world, _by_id(world, broker_order_id)))


def list_orders(world: World, question: Question) -> Answer:
    """Return orders by status, instant, side and symbol: the newest first unless asked otherwise."""
    wanted = _Wanted.from_question(question)
    limit = question.number("limit", USUAL_LIMIT, 1, MOST_ORDERS)
    is_newest_first = question.choice("direction", "desc", ("asc", "desc")) == "desc"
    world.broker.open_orders()
    orders = [order for order in world.orders.all() if wanted.has(order)]
    chosen = (orders[::-1] if is_newest_first else orders)[:limit]
    return Answer([_told(world, order) for order in chosen])


def get_order(world: World, question: Question) -> Answer:
    """Return one order by the broker's id."""
    world.broker.open_orders()
    return told(world, kept_id(question.place["order_id"]))


def get_by_client_id(world: World, question: Question) -> Answer:
    """Return one order by the client's id: of a replaced one the original."""
    client_order_id = question.text("client_order_id")
    if not client_order_id:
        raise invalid("client_order_id is required")
    world.broker.order_by_client_id(client_order_id)
    order = world.orders.by_client_id(client_order_id)
    if order is None:
        raise missing(f"order not found for {client_order_id}")
    return Answer(_told(world, order))


def replace(world: World, question: Question) -> Answer:
    """Ask for an order to be replaced; return the new one."""
    old = _by_id(world, kept_id(question.place["order_id"]))
    change = order_change(question.fields(), old, world)
    accepted = world.broker.replace(old.broker_order_id, change)
    return told(world, accepted.broker_order_id)


def cancel(world: World, question: Question) -> Answer:
    """Ask for an order to be canceled."""
    order = _by_id(world, kept_id(question.place["order_id"]))
    world.broker.cancel(order.broker_order_id)
    return Answer(None, EMPTY)


def cancel_all(world: World, question: Question) -> Answer:
    """Ask for every open order to be canceled; return a status for each."""
    del question
    orders = world.broker.open_orders()
    return Answer([_canceled(world, order.broker_order_id) for order in orders], MANY)


@dataclass(frozen=True)
class _Wanted:
    tests: tuple[Callable[[KeptOrder], bool], ...]

    @classmethod
    def from_question(cls, question: Question) -> _Wanted:
        status = question.choice("status", "open", ("open", "closed", "all"))
        after, until = (instant_of(question, name) for name in ("after", "until"))
        symbols, side = question.symbols(), question.text("side").lower()
        return cls(tuple(_tests(status, (after, until), symbols, side)))

    def has(self, order: KeptOrder) -> bool:
        return all(test(order) for test in self.tests)


def _tests(
    status: str, between: tuple[datetime | None, datetime | None], symbols: tuple[str, ...], side: str
) -> Iterable[Callable[[KeptOrder], bool]]:
    after, until = between
    if status != "all":
        yield lambda order: (order.status in CLOSED) is (status == "closed")
    if after is not None:
        yield lambda order: order.submitted_at > after
    if until is not None:
        yield lambda order: order.submitted_at < until
    if symbols:
        yield lambda order: order.symbol in symbols
    if side:
        yield lambda order: order.side == side


def _canceled(world: World, broker_order_id: str) -> Fields:
    told: Fields = {"id": wire_id(broker_order_id), "status": 200}
    try:
        world.broker.cancel(broker_order_id)
    except AlchemiserError as error:
        refusal = answer_of(error)
        return {**told, "status": refusal.status, "body": refusal.body}
    return told


def _by_id(world: World, broker_order_id: str) -> KeptOrder:
    order = world.orders.by_id(broker_order_id)
    if order is None:
        raise missing(f"order not found for {wire_id(broker_order_id)}")
    return order


def _told(world: World, order: KeptOrder) -> Fields:
    session = world.calendar.session_at(order.submitted_at)
    return order_json(order, world.calendar.close_of(session))
