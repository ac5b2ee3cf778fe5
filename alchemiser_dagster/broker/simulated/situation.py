"""All that the embedded broker looks at to judge an order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from alchemiser_dagster.broker.simulated.floor import Floor
from alchemiser_dagster.broker.simulated.holds import Pricing, held_cash, held_shares
from alchemiser_dagster.broker.simulated.market import market_clock
from alchemiser_dagster.broker.simulated.order import SimulatedOrder
from alchemiser_dagster.broker.simulated.quotes import Quotes, require_quote
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.records.market import Quote
from alchemiser_dagster.records.order import OrderRequest
from alchemiser_dagster.records.values import Symbol


@dataclass(frozen=True)
class Situation:
    """The account and the market as an order finds them.

    Parameters
    ----------
    free_cash, free_shares
        Buying power in dollars, and shares of the symbol, that nothing else holds.
    filled
        What the order that is to be replaced has filled of the quantity asked for; 0 for an order of its own.
    open_orders
        All open orders but the one that is to be replaced.
    until_close
        How long the exchange stays open; None: it is closed.
    """

    rules: SimulationRules
    quotes: Quotes
    free_cash: Decimal
    free_shares: Decimal
    filled: Decimal
    open_orders: tuple[SimulatedOrder, ...]
    is_duplicate: bool
    until_close: timedelta | None

    def quote(self, symbol: Symbol) -> Quote:
        """Return the symbol's quote; raise `BrokerError` where the feed lost its price."""
        return require_quote(self.quotes, symbol)

    def cost_of(self, request: OrderRequest) -> Decimal:
        """Return the buying power that the order needs."""
        pricing = Pricing(self.quotes, self.rules.market_buy_margin)
        return pricing.cost_of(request, request.quantity - self.filled)


def situation_of(floor: Floor, request: OrderRequest, replaced: SimulatedOrder | None = None) -> Situation:
    """Return what the order is judged by; what it replaces holds nothing against it."""
    others = tuple(order for order in floor.open_orders if order != replaced)
    market = floor.market
    clock = market_clock(market.calendar, market.now)
    return Situation(
        rules=market.rules,
        quotes=market.quotes,
        free_cash=free_cash(floor, others),
        free_shares=floor.book.held(request.symbol) - held_shares(others)[request.symbol],
        filled=replaced.filled_quantity if replaced else Decimal(0),
        open_orders=others,
        is_duplicate=floor.book.order_by_client_id(request.client_order_id) is not None,
        until_close=clock.next_close - clock.now if clock.is_open else None,
    )


def free_cash(floor: Floor, orders: tuple[SimulatedOrder, ...]) -> Decimal:
    """Return the cash less what the open buys among the orders hold and what the broker withholds."""
    rules = floor.market.rules
    pricing = Pricing(floor.market.quotes, rules.market_buy_margin)
    return floor.book.cash() - held_cash(orders, pricing) - rules.withheld
