"""An order as it arrives at the broker, held against the limits in force by a reckoning of its own.

What is counted is what the broker's books say: orders that arrived, what of them is filled and what is open.
The ledger is asked only which line of which plan an order is of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from alchemiser_dagster.broker.rounding import is_on_tick
from alchemiser_dagster.ledger.order_rows import LedgerOrder
from alchemiser_dagster.records.account import BrokerAccount, Position
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.records.order import BrokerOrder, OrderRequest
from alchemiser_dagster.records.plan import RebalancePlan
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.settings.risk import RiskSettings


@dataclass(frozen=True)
class Ours:
    """Our order, and the plan that it is of."""

    order: LedgerOrder
    plan: RebalancePlan | None


@dataclass(frozen=True)
class Books:
    """What the broker knows just before an order arrives, and what a person has said."""

    account: BrokerAccount
    positions: Mapping[str, Position]
    orders: tuple[BrokerOrder, ...]
    ours: Mapping[str, LedgerOrder]
    level: HaltLevel
    locked: frozenset[str]
    begun_with: Decimal

    @property
    def invested(self) -> Decimal:
        return sum((held.market_value for held in self.positions.values()), Decimal(0))

    @property
    def equity(self) -> Decimal:
        return self.account.cash + self.invested

    @property
    def own(self) -> tuple[BrokerOrder, ...]:
        """Our orders that arrived before."""
        return tuple(one for one in self.orders if one.client_order_id in self.ours)

    @property
    def open_orders(self) -> tuple[BrokerOrder, ...]:
        return tuple(one for one in self.orders if not one.state.is_terminal)


@dataclass(frozen=True)
class Arrival:
    """A request, the limits in force, and the books before it."""

    request: OrderRequest
    ours: Ours
    limits: RiskSettings
    books: Books

    @property
    def price(self) -> Decimal:
        assert self.request.limit_price is not None, "only limits are sent in this world"
        return self.request.limit_price

    @property
    def value(self) -> Decimal:
        return self.request.quantity * self.price

    @property
    def is_buy(self) -> bool:
        return self.request.side is Side.BUY

    @property
    def is_way_out(self) -> bool:
        """Whether a person has said to sell everything, and this sells: some limits don't hold that up."""
        return self.books.level is HaltLevel.FLATTEN and not self.is_buy

    @property
    def others_like_it(self) -> tuple[BrokerOrder, ...]:
        asked = (self.request.symbol, self.request.side)
        return tuple(one for one in self.books.own if (one.symbol, one.side) == asked)


def _value(order: BrokerOrder) -> Decimal:
    """Return what was traded of an order and can still be, in dollars."""
    price = order.limit_price or Decimal(0)
    still_open = Decimal(0) if order.state.is_terminal else order.remaining_quantity * price
    return order.filled_quantity * (order.average_price or price) + still_open


def _is_halted(it: Arrival) -> bool:
    level = it.books.level
    return level is HaltLevel.HALT or (it.is_buy and level is not HaltLevel.NONE)


def _loses_too_much(it: Arrival) -> bool:
    least = it.books.begun_with * (1 - it.limits.max_daily_loss)
    return it.is_buy and it.books.equity < least


def _is_short(it: Arrival) -> bool:
    if it.is_buy:
        return False
    held = it.books.positions.get(it.request.symbol)
    going = sum(
        (
            one.remaining_quantity
            for one in it.books.open_orders
            if (one.symbol, one.side) == (it.request.symbol, Side.SELL)
        ),
        Decimal(0),
    )
    return going + it.request.quantity > (held.quantity if held else Decimal(0))


def _is_too_exposed(it: Arrival) -> bool:
    own = {one.client_order_id for one in it.books.own}
    coming = sum(
        (
            _value(one) - one.filled_quantity * (one.average_price or 0)
            for one in it.books.open_orders
            if one.side is Side.BUY and one.client_order_id in own
        ),
        Decimal(0),
    )
    most = it.limits.max_gross_exposure * it.books.equity
    return it.is_buy and it.books.invested + coming + it.value > most


def _turns_too_much(it: Arrival) -> bool:
    turnover = sum(map(_value, it.books.own), Decimal(0)) + it.value
    return turnover > it.limits.max_turnover * it.books.equity and not it.is_way_out


def _is_of_no_line(it: Arrival) -> bool:
    return not any(
        (line.line_id, line.symbol, line.side) == (it.ours.order.line_id, it.request.symbol, it.request.side)
        for line in (it.ours.plan.lines if it.ours.plan else ())
    )


def _is_off_the_collar(it: Arrival) -> bool:
    return all(
        abs(it.price - line.reference_price) > it.limits.price_collar * line.reference_price
        for line in (it.ours.plan.lines if it.ours.plan else ())
        if line.symbol == it.request.symbol
    )


def _is_more_than_its_line(it: Arrival) -> bool:
    mine = (it.ours.order.plan_id, it.ours.order.line_id)
    before = (one for one in it.books.own if _line_of(one, it.books) == mine)
    taken = sum(
        (one.filled_quantity if one.state.is_terminal else one.quantity for one in before), Decimal(0)
    )
    lines = it.ours.plan.lines if it.ours.plan else ()
    asked = max((line.quantity for line in lines if line.line_id == mine[1]), default=Decimal(0))
    return taken + it.request.quantity > asked


def _was_done_too_often(it: Arrival) -> bool:
    by_line: dict[tuple[str, str], list[BrokerOrder]] = {}
    for one in it.others_like_it:
        by_line.setdefault(_line_of(one, it.books), []).append(one)
    by_line.pop((it.ours.order.plan_id, it.ours.order.line_id), None)
    times = sum(map(_is_done_or_open, by_line.values()))
    return times >= it.limits.max_trades_per_symbol and not it.is_way_out


def _is_done_or_open(orders: list[BrokerOrder]) -> bool:
    filled = sum((one.filled_quantity for one in orders), Decimal(0))
    is_open = any(not one.state.is_terminal for one in orders)
    return is_open or (filled > 0 and filled >= max(one.quantity for one in orders))


def _is_against_an_open_one(it: Arrival) -> bool:
    return any(
        one.symbol == it.request.symbol and one.side is not it.request.side for one in it.books.open_orders
    )


def _line_of(order: BrokerOrder, books: Books) -> tuple[str, str]:
    known = books.ours[order.client_order_id]
    return known.plan_id, known.line_id


RULES: Mapping[str, Callable[[Arrival], bool]] = {
    "halted": _is_halted,
    "loss": _loses_too_much,
    "denied": lambda it: it.request.symbol in it.limits.denied_symbols,
    "locked": lambda it: it.request.symbol in it.books.locked and not it.is_way_out,
    "of no line": _is_of_no_line,
    "collar": _is_off_the_collar,
    "tick": lambda it: not is_on_tick(it.price),
    "notional": lambda it: it.value > it.limits.max_order_notional and not it.is_way_out,
    "share": lambda it: it.value > it.limits.max_order_share * it.books.equity and not it.is_way_out,
    "line": _is_more_than_its_line,
    "short": _is_short,
    "opposite": _is_against_an_open_one,
    "done already": _was_done_too_often,
    "buying power": lambda it: it.is_buy and it.value > it.books.account.buying_power,
    "exposure": _is_too_exposed,
    "turnover": _turns_too_much,
    "orders": lambda it: len(it.books.own) >= it.limits.max_orders and not it.is_way_out,
    "doubled": lambda it: any(one.client_order_id == it.request.client_order_id for one in it.books.orders),
}


def broken_limits(arrival: Arrival) -> Iterator[str]:
    """Yield each limit that the order passes, and the order."""
    request = arrival.request
    for name, is_broken in RULES.items():
        if is_broken(arrival):
            yield f"{name}: {request.side} {request.quantity} {request.symbol} at {request.limit_price}"
