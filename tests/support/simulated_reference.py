"""What an account of the embedded broker must come to, worked out anew from its orders and fills."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

from support.trading import CALENDAR

from alchemiser_dagster.broker.simulated.order import SimulatedOrder
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.records.account import Position
from alchemiser_dagster.records.order import Fill
from alchemiser_dagster.records.values import Side

ENDED = frozenset({"filled", "canceled", "expired", "replaced", "rejected"})
CENTS_PER_DOLLAR = 100

Need = tuple[SimulatedOrder, Decimal]


def paid(fill: Fill) -> Decimal:
    """Return what a fill cost, in dollars; a sale costs less than nothing."""
    cents = fill.quantity * fill.price * CENTS_PER_DOLLAR
    dollars = cents.to_integral_value(ROUND_HALF_EVEN) / CENTS_PER_DOLLAR
    return dollars if fill.side is Side.BUY else -dollars


def shares(fills: Iterable[Fill]) -> dict[str, Decimal]:
    """Return what is held of each symbol after the fills."""
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    for fill in fills:
        held[fill.symbol] += fill.quantity if fill.side is Side.BUY else -fill.quantity
    return {symbol: quantity for symbol, quantity in held.items() if quantity}


def buying_power(
    cash: Decimal, orders: Iterable[SimulatedOrder], asks: Mapping[str, Decimal], rules: SimulationRules
) -> Decimal:
    """Return the cash that neither an open buy nor the broker holds; never below 0."""
    held = sum(
        (max(_cost(need, asks, rules) for need in needs) for needs in _needs(orders, Side.BUY)), Decimal(0)
    )
    return max(cash - held - rules.withheld, Decimal(0))


def held_back(orders: Iterable[SimulatedOrder]) -> Mapping[str, Decimal]:
    """Return how many shares of each symbol open sells hold."""
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    for needs in _needs(orders, Side.SELL):
        held[needs[0][0].symbol] += max(quantity for _order, quantity in needs)
    return held


def check_shares(
    positions: Iterable[Position], orders: Iterable[SimulatedOrder], fills: Iterable[Fill]
) -> None:
    """What is held came by fills, and is free unless an open sell holds it."""
    held, back = shares(fills), held_back(orders)
    free = {symbol: quantity - back[symbol] for symbol, quantity in held.items()}
    found = {one.symbol: (one.quantity, one.quantity_available) for one in positions}
    assert found == {symbol: (quantity, free[symbol]) for symbol, quantity in held.items()}
    assert all(0 <= free[symbol] <= held[symbol] for symbol in held)


def check_fills(orders: Mapping[str, SimulatedOrder], fills: Iterable[Fill]) -> None:
    """Each order has filled what its fills say, and no more than it is for."""
    filled = Counter[str]()
    for fill in fills:
        filled[fill.broker_order_id] += fill.quantity
    assert all(one.filled_quantity == filled[name] <= one.quantity for name, one in orders.items())


def check_instants(orders: Mapping[str, SimulatedOrder], now: datetime, rules: SimulationRules) -> None:
    """What is pending is not due, what is open is of a session that is, and nothing is of the future."""
    waits = {
        "pending_new": rules.acknowledge_after,
        "pending_cancel": rules.cancel_after,
        "pending_replace": rules.replace_after,
    }
    for one in orders.values():
        assert one.submitted_at <= (one.updated_at or now) <= now
        if one.status.value in ENDED:
            continue
        assert now < CALENDAR.close_of(one.session)
        old = orders.get(one.replaces or "")
        if one.status.value in waits and not (old and old.status.value == "pending_replace"):
            assert (one.pending_since or one.submitted_at) + waits[one.status.value] > now


def check_replacements(orders: Mapping[str, SimulatedOrder], asked: Mapping[str, Decimal]) -> None:
    """R-27: a replacement is for what the old order left of all that was asked for, once it stands."""
    for new in orders.values():
        whole, old = asked[new.client_order_id], orders.get(new.replaces or "")
        if old is None:
            assert new.quantity == whole
        elif old.status.value == "pending_replace":
            assert (new.quantity, new.filled_quantity) == (whole, 0)
        elif old.status.value == "replaced":
            assert old.replaced_by == new.broker_order_id
            assert new.quantity == whole - old.filled_quantity > 0
        else:
            assert new.status.value in {"rejected", "expired"}
            assert new.filled_quantity == 0


def _needs(orders: Iterable[SimulatedOrder], side: Side) -> Iterator[list[Need]]:
    """Yield what each open order may still fill, beside what the order may that is to replace it."""
    live = [order for order in orders if order.side is side and order.status.value not in ENDED]
    replacing = {order.broker_order_id: order for order in live if order.status.value == "pending_replace"}
    for order in live:
        if order.replaces in replacing:
            continue
        successors = [one for one in live if one.replaces == order.broker_order_id]
        yield [
            (order, order.quantity - order.filled_quantity),
            *((one, one.quantity - order.filled_quantity) for one in successors),
        ]


def _cost(need: Need, asks: Mapping[str, Decimal], rules: SimulationRules) -> Decimal:
    order, quantity = need
    price = order.limit_price or asks[order.symbol] * (1 + rules.market_buy_margin)
    return (quantity * price * CENTS_PER_DOLLAR).to_integral_value(ROUND_CEILING) / CENTS_PER_DOLLAR
