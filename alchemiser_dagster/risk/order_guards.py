"""The guards of a single order: each returns why it may not go, or None.

The first group looks at the order alone, the second at what is held and what else is open, the third at the
session as a whole. All are pure: what they look at is gathered in the transaction that lets the order go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from alchemiser_dagster.broker.rounding import has_allowed_decimals, is_on_tick, is_whole
from alchemiser_dagster.ledger.admissions import AdmittedOrder
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.risk.order_case import OrderCase

OrderGuard = Callable[[OrderCase], str | None]


def of_its_line(case: OrderCase) -> str | None:
    """Refuse an order that the plan has no line for."""
    order, line = case.order, case.line
    if line is None or (line.symbol, line.side) != (order.symbol, order.side):
        return "the plan has no such line"
    return None


def within_its_line(case: OrderCase) -> str | None:
    """Refuse a quantity above what its line has left (R-27)."""
    asked = Decimal(0) if case.line is None else case.line.quantity
    others = case.use.of_line(case.order)
    taken = sum((_taken_of_line(one, case) for one in others), Decimal(0))
    if taken + case.order.quantity > asked:
        return f"{case.order.quantity} shares beside {taken} others are more than the line's {asked}"
    return None


def quantity_is_sane(case: OrderCase) -> str | None:
    """Refuse a quantity that is not positive, too fine, or a fraction of what is traded whole."""
    quantity, asset = case.order.quantity, case.asset
    if quantity <= 0 or not has_allowed_decimals(quantity):
        return f"{quantity} is no quantity"
    if not is_whole(quantity) and (asset is None or not asset.fractionable):
        return f"{quantity} is a fraction, and fractions of it are not traded"
    return None


def price_is_known(case: OrderCase) -> str | None:
    """Refuse an order that nobody can value."""
    return None if case.price is not None and case.price > 0 else "it has no price"


def limit_is_on_tick(case: OrderCase) -> str | None:
    """Refuse a limit between two ticks."""
    limit = case.order.limit_price
    return None if limit is None or is_on_tick(limit) else f"the limit {limit} is not on the tick"


def price_is_within_collar(case: OrderCase) -> str | None:
    """Refuse a price far from the planned one."""
    if case.price is None or case.line is None:
        return "there is no price to compare"
    planned, collar = case.line.reference_price, case.limits.price_collar
    if abs(case.price - planned) > collar * planned:
        return f"the price {case.price} is further than {collar:%} from the planned {planned}"
    return None


def notional_is_within_limit(case: OrderCase) -> str | None:
    """Refuse an order above the largest value, unless all is to be sold."""
    most = case.limits.max_order_notional
    if case.notional > most and not case.is_way_out:
        return f"{case.notional:,.2f} USD is more than the {most:,} allowed"
    return None


def share_is_within_limit(case: OrderCase) -> str | None:
    """Refuse an order above the largest share of the account, unless all is to be sold."""
    most = case.limits.max_order_share * case.view.equity
    if case.notional > most and not case.is_way_out:
        return f"{case.notional:,.2f} USD is more than {case.limits.max_order_share:%} of the account"
    return None


def symbol_is_not_denied(case: OrderCase) -> str | None:
    """Refuse what a person never wants to be traded."""
    return "it is on the deny list" if case.order.symbol in case.limits.denied_symbols else None


def symbol_is_not_locked(case: OrderCase) -> str | None:
    """Refuse a symbol of which books and broker disagree (R-38), unless everything is to be sold."""
    message = case.locked.get(case.order.symbol)
    return f"it is locked by a break: {message}" if message and not case.is_way_out else None


def symbol_is_tradable(case: OrderCase) -> str | None:
    """Refuse what the broker does not trade."""
    return None if case.asset is not None and case.asset.tradable else "the broker does not trade it"


def sells_what_is_held(case: OrderCase) -> str | None:
    """Refuse to sell short."""
    if case.is_buy:
        return None
    held = case.view.held(case.order.symbol)
    others = [one for one in case.use.admitted if _is_same(one, case) and not _gives_place(one, case)]
    going = sum((_taken_since_look(one, case) for one in others), _sold_by_others(case))
    if going + case.order.quantity > held:
        return f"{case.order.quantity} shares beside {going} others are more than the {held} that are held"
    return None


def nothing_opposite_is_open(case: OrderCase) -> str | None:
    """Refuse to trade against an open order of the same account."""
    order, opposite = case.order, Side.SELL if case.is_buy else Side.BUY
    listed = any((one.symbol, one.side) == (order.symbol, opposite) for one in case.view.open_orders)
    if listed or case.use.alive(order.symbol, opposite):
        return f"an order to {opposite} it is open"
    return None


def is_not_done_already(case: OrderCase) -> str | None:
    """Refuse what the session did already, the same symbol on the same side, unless all is to be sold."""
    times, most = case.use.times_done(case.order), case.limits.max_trades_per_symbol
    if times >= most and not case.is_way_out:
        return f"the session's orders to {case.order.side} it were done {times} times already"
    return None


def buying_power_suffices(case: OrderCase) -> str | None:
    """Refuse a purchase that the account can't pay; one that takes a place needs what it costs beyond it."""
    if not case.is_buy:
        return None
    held_back = (
        one.open_value for one in case.use.admitted if _gives_place(one, case) and _was_seen(one, case)
    )
    cost = case.notional + _bought_since_look(case) - sum(held_back, Decimal(0))
    power = case.view.account.buying_power
    return None if cost <= power else f"{cost:,.2f} USD is more than the buying power of {power:,.2f}"


def exposure_is_within_limit(case: OrderCase) -> str | None:
    """Refuse a purchase that invests more than the limit: a symphony never borrows."""
    if not case.is_buy:
        return None
    buys = (one for one in case.use.admitted if one.order.side is Side.BUY and not _gives_place(one, case))
    coming = sum((_taken_since_look(one, case) * one.price for one in buys), Decimal(0))
    invested = case.view.invested + coming + case.notional
    most = case.limits.max_gross_exposure
    if invested > most * case.view.equity:
        return f"{invested:,.2f} USD would be invested, more than {most:%} of {case.view.equity:,.2f}"
    return None


def turnover_is_within_limit(case: OrderCase) -> str | None:
    """Refuse what turns the account over more often than the limit, unless all is to be sold."""
    given_up = (one.open_value for one in case.use.admitted if _gives_place(one, case))
    turnover = case.use.turnover - sum(given_up, Decimal(0)) + case.notional
    most = case.limits.max_turnover
    if turnover > most * case.view.equity and not case.is_way_out:
        return f"a turnover of {turnover:,.2f} USD is more than {most} times the account's value"
    return None


def orders_are_within_limit(case: OrderCase) -> str | None:
    """Refuse an order beyond the number of a session's orders, unless all is to be sold."""
    most = case.limits.max_orders
    if case.use.orders >= most and not case.is_way_out:
        return f"the session had {case.use.orders} orders already"
    return None


ORDER_GUARDS: Mapping[str, OrderGuard] = {
    guard.__name__: guard
    for guard in (
        of_its_line,
        within_its_line,
        quantity_is_sane,
        price_is_known,
        limit_is_on_tick,
        price_is_within_collar,
        notional_is_within_limit,
        share_is_within_limit,
        symbol_is_not_denied,
        symbol_is_not_locked,
        symbol_is_tradable,
        sells_what_is_held,
        nothing_opposite_is_open,
        is_not_done_already,
        buying_power_suffices,
        exposure_is_within_limit,
        turnover_is_within_limit,
        orders_are_within_limit,
    )
}


def _taken_of_line(one: AdmittedOrder, case: OrderCase) -> Decimal:
    """Return the shares of its line that an order has or may still get; one that gives place gets no more."""
    has_ended = one.order.state.is_terminal or _gives_place(one, case)
    return one.order.filled_quantity if has_ended else one.order.quantity


def _sold_by_others(case: OrderCase) -> Decimal:
    """Return the shares of the symbol that open orders of nobody in the session's count would sell."""
    own = {case.order.client_order_id} | {one.order.client_order_id for one in case.use.admitted}
    listed = (
        one.remaining_quantity
        for one in case.view.open_orders
        if (one.symbol, one.side) == (case.order.symbol, Side.SELL) and one.client_order_id not in own
    )
    return sum(listed, Decimal(0))


def _is_same(one: AdmittedOrder, case: OrderCase) -> bool:
    return (one.order.symbol, one.order.side) == (case.order.symbol, case.order.side)


def _gives_place(one: AdmittedOrder, case: OrderCase) -> bool:
    """Return whether the order, or another one that is alive, takes the place: only one of both can fill."""
    alive = (other.order for other in case.use.admitted if not other.order.state.is_terminal)
    return one.order.client_order_id in {case.order.replaces, *(other.replaces for other in alive)}


def _was_seen(one: AdmittedOrder, case: OrderCase) -> bool:
    return one.order.client_order_id in case.view.filled


def _filled_since_look(one: AdmittedOrder, case: OrderCase) -> Decimal:
    return one.order.filled_quantity - case.view.filled.get(one.order.client_order_id, Decimal(0))


def is_moving(case: OrderCase) -> bool:
    """Return whether other orders fill, or filled since the look: what they filled may be counted twice."""
    return case.use.any_alive or any(_filled_since_look(one, case) for one in case.use.admitted)


def _taken_since_look(one: AdmittedOrder, case: OrderCase) -> Decimal:
    """Return the shares of an order that the look does not show, and may never have seen."""
    still_open = Decimal(0) if one.order.state.is_terminal else one.order.unfilled
    return _filled_since_look(one, case) + still_open


def _bought_since_look(case: OrderCase) -> Decimal:
    """Return what the purchases cost that were let through after the look, in dollars."""
    new = (one for one in case.use.admitted if one.order.side is Side.BUY and not _was_seen(one, case))
    return sum((one.value for one in new), Decimal(0))
