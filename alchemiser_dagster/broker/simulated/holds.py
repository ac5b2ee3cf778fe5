"""What open orders hold back: buying power for buys, shares for sells.

While an order is being replaced, it and its replacement hold the larger of what either needs, not both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from alchemiser_dagster.broker.rounding import up_to_cent
from alchemiser_dagster.broker.simulated.order import SimulatedOrder
from alchemiser_dagster.broker.simulated.quotes import Quotes, require_quote
from alchemiser_dagster.broker.simulated.status import PENDING_REPLACE
from alchemiser_dagster.records.order import OrderRequest
from alchemiser_dagster.records.values import Side, Symbol


@dataclass(frozen=True)
class Pricing:
    """What a buy is valued at: its limit, or the ask and a margin (a fraction of the value)."""

    quotes: Quotes
    market_buy_margin: Decimal

    def cost_of(self, order: OrderRequest | SimulatedOrder, quantity: Decimal) -> Decimal:
        """Return the buying power that a buy of the quantity needs, in whole cents, rounded up."""
        if order.limit_price is not None:
            return up_to_cent(quantity * order.limit_price)
        ask = require_quote(self.quotes, order.symbol).ask
        return up_to_cent(quantity * ask * (1 + self.market_buy_margin))


@dataclass(frozen=True)
class Claim:
    """An order beside the quantity that it may still fill."""

    order: SimulatedOrder
    quantity: Decimal


def held_cash(orders: Iterable[SimulatedOrder], pricing: Pricing) -> Decimal:
    """Return the buying power that open buys hold."""
    buys = (order for order in orders if order.side is Side.BUY)
    return sum(
        (max(pricing.cost_of(one.order, one.quantity) for one in claims) for claims in _claims(buys)),
        Decimal(0),
    )


def held_shares(orders: Iterable[SimulatedOrder]) -> Mapping[Symbol, Decimal]:
    """Return the shares of each symbol that open sells hold; a symbol without one has none."""
    held: defaultdict[Symbol, Decimal] = defaultdict(Decimal)
    for claims in _claims(order for order in orders if order.side is Side.SELL):
        held[claims[0].order.symbol] += max(one.quantity for one in claims)
    return held


def _claims(orders: Iterable[SimulatedOrder]) -> Iterator[tuple[Claim, ...]]:
    listed = tuple(orders)
    replacing = {order.broker_order_id: order for order in listed if order.status is PENDING_REPLACE}
    successors = {order.replaces: order for order in listed if order.replaces in replacing}
    for order in listed:
        if order.replaces in replacing:
            continue
        claim = Claim(order, order.remaining)
        new = successors.get(order.broker_order_id)
        yield (claim, Claim(new, max(new.quantity - order.filled_quantity, Decimal(0)))) if new else (claim,)
