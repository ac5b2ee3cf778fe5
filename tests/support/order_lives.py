"""A machine that orders, changes and waits at the embedded broker, and works out what must come of it."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from support.simulated_reference import (
    ENDED,
    buying_power,
    check_fills,
    check_instants,
    check_replacements,
    check_shares,
    paid,
)
from support.simulated_rules import RULES, SELDOM, START
from support.trading import BEFORE_CLOSE, CALENDAR, PRICES, WINDOW, Bench, limit_order, market_order

from alchemiser_dagster.broker.rounding import floor_to_tick
from alchemiser_dagster.broker.simulated.behaviour import SymbolBehaviour
from alchemiser_dagster.broker.simulated.broker import SimulatedBroker
from alchemiser_dagster.broker.simulated.order import SimulatedOrder
from alchemiser_dagster.broker.simulated.rules import USUAL, SimulationRules
from alchemiser_dagster.errors import DuplicateOrderError, OrderRejectedError
from alchemiser_dagster.records.order import Fill, OrderChange, OrderRequest, TimeInForce
from alchemiser_dagster.records.values import Side

HOLDING = {"AAA": "20", "CCC": "400"}
RESTING = {"AAA": Side.BUY, "CCC": Side.SELL}
SYMBOLS = st.sampled_from(list(HOLDING))
SIDES = st.sampled_from(list(Side))
HALVES = [Decimal("0.5"), Decimal("2.5")]
QUANTITIES = st.integers(1, 20).map(Decimal) | st.sampled_from(HALVES) | st.decimals("0.1", "20", places=9)
FACTORS = st.none() | st.sampled_from([0.5, 0.9, 1.2, 2.0])
DISTANCES = st.sampled_from([0.03, 0.02, 0.01, 0.001, -0.01])
THIN = SymbolBehaviour(shares_per_look=Decimal(1))
HOUR = timedelta(hours=1)
PROMPT = {"acknowledge_after": timedelta(0), "replace_after": timedelta(0)}
HALTED = SymbolBehaviour(halted=True)


class Lives(RuleBasedStateMachine):
    """Orders of all kinds under rules that change; after each step everything is worked out anew.

    `asked` is what each order was to come to, together with what the order had filled that it replaces.
    """

    @initialize(rules=RULES)
    def open(self, rules: SimulationRules) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.bench = Bench(Path(self.folder.name), SimulationRules(starting_cash=START))
        self.bench.hold(HOLDING)
        self.asked = {f"before-{symbol}": Decimal(count) for symbol, count in HOLDING.items()}
        self.ended: dict[str, SimulatedOrder] = {}
        self.count = 0
        self.behave(self.bench.simulation)
        for symbol in RESTING:
            self.order_with_limit(symbol, Decimal(10), 0.03)
        self.behave(rules)

    def teardown(self) -> None:
        if hasattr(self, "bench"):
            self.bench.database.close()
            self.folder.cleanup()

    @rule(rules=RULES)
    def behave(self, rules: SimulationRules) -> None:
        bench, self.rules = self.bench, rules
        self.broker = SimulatedBroker(bench.database, bench.feed, CALENDAR, bench.clock, rules)

    @property
    def is_open(self) -> bool:
        return self.broker.clock().is_open

    def next_id(self) -> str:
        self.count += 1
        return f"order-{self.count}"

    def limit(self, symbol: str, side: Side, distance: float) -> Decimal:
        """Return a limit so far from the price on the order's own side; a negative one crosses the spread."""
        away = 1 - distance if side is Side.BUY else 1 + distance
        return floor_to_tick(Decimal(self.bench.feed.prices[symbol] * away))

    def submit(self, request: OrderRequest) -> None:
        try:
            self.broker.submit(request)
        except OrderRejectedError:
            assert self.broker.order_by_client_id(request.client_order_id) is None
        else:
            self.asked[request.client_order_id] = request.quantity

    @precondition(lambda self: self.is_open)
    @rule(symbol=SYMBOLS, side=SIDES, quantity=QUANTITIES, closing=SELDOM)
    def order_at_market(self, symbol: str, side: Side, quantity: Decimal, closing: bool) -> None:  # noqa: FBT001
        request = market_order(symbol, side, str(quantity), self.next_id())
        tif = TimeInForce.CLOSE if closing else TimeInForce.DAY
        self.submit(request.model_copy(update={"time_in_force": tif}))

    @precondition(lambda self: self.is_open)
    @rule(closing=st.booleans())
    def outgrow_the_cash(self, closing: bool) -> None:  # noqa: FBT001
        """Spend all on an order that has to wait, and let the price rise before it may go on."""
        rules = self.rules
        self.behave(rules.model_copy(update={"behaviours": {**rules.behaviours, "AAA": HALTED}}))
        quantity = self.broker.account().buying_power / self.asks()["AAA"] / (1 + rules.market_buy_margin)
        if quantity > 2:
            self.order_at_market("AAA", Side.BUY, Decimal(int(quantity) - 1), closing)
        self.bench.feed.prices["AAA"] *= 2
        self.behave(rules)

    @precondition(lambda self: self.is_open)
    @rule(symbol=SYMBOLS, quantity=QUANTITIES, distance=DISTANCES)
    def order_with_limit(self, symbol: str, quantity: Decimal, distance: float) -> None:
        self.submit(self.resting(symbol, quantity, distance))

    @precondition(lambda self: self.is_open)
    @rule(symbol=SYMBOLS, distance=DISTANCES)
    def order_for_the_close(self, symbol: str, distance: float) -> None:
        request = self.resting(symbol, Decimal(3), distance)
        self.submit(request.model_copy(update={"time_in_force": TimeInForce.CLOSE}))

    def resting(self, symbol: str, quantity: Decimal, distance: float) -> OrderRequest:
        side = RESTING[symbol]
        limit = self.limit(symbol, side, distance)
        return limit_order(symbol, side, str(quantity), str(limit), self.next_id())

    @rule(data=st.data())
    def repeat_an_id(self, data: st.DataObject) -> None:
        used = data.draw(st.sampled_from(sorted(self.asked)))
        with pytest.raises(DuplicateOrderError):
            self.broker.submit(market_order("AAA", Side.BUY, "1", used))

    @rule(symbol=SYMBOLS, factor=st.floats(0.97, 1.03) | st.sampled_from([0.8, 1.2]))
    def move_the_market(self, symbol: str, factor: float) -> None:
        self.bench.feed.prices[symbol] = PRICES[symbol] * factor

    @rule(symbol=SYMBOLS, looks=st.integers(1, 3))
    def trade_a_share_a_look(self, symbol: str, looks: int) -> None:
        for _ in range(looks):
            self.meet_every_limit(symbol, THIN)

    def meet_every_limit(self, symbol: str, behaviour: SymbolBehaviour) -> None:
        """Let the market come to every limit for a moment."""
        rules, prices = self.rules, self.bench.feed.prices
        price = prices[symbol]
        self.behave(rules.model_copy(update={"behaviours": {**rules.behaviours, symbol: behaviour}}))
        prices[symbol] *= 0.5 if RESTING[symbol] is Side.BUY else 2
        self.broker.open_orders()
        prices[symbol] = price
        self.behave(rules)

    @rule(seconds=st.sampled_from([0.5, 1, 5, 31]))
    def wind_the_clock_on(self, seconds: float) -> None:
        self.bench.clock.sleep(seconds)

    @precondition(lambda self: self.is_open and self.count > 6)
    @rule()
    def close_the_market(self) -> None:
        self.bench.clock.sleep(HOUR.total_seconds() / 3)

    @precondition(lambda self: not self.is_open)
    @rule()
    def go_on_to_the_next_session(self) -> None:
        clock = self.bench.clock
        last_minutes = self.broker.clock().next_close - WINDOW
        clock.sleep((last_minutes - clock.now()).total_seconds())

    @rule(data=st.data())
    def cancel_one(self, data: st.DataObject) -> None:
        live = self.live()
        waiting = [order for order in live if order.replaces and order.status.value == "pending_new"]
        order = data.draw(st.sampled_from([*waiting * 3, *live] or list(self.orders().values())))
        try:
            self.broker.cancel(order.broker_order_id)
        except OrderRejectedError:
            return
        assert self.orders()[order.broker_order_id].status.value in {"pending_cancel", "canceled", "filled"}

    @rule(data=st.data(), symbol=SYMBOLS, factor=FACTORS, distance=DISTANCES)
    def replace_one(self, data: st.DataObject, symbol: str, factor: float | None, distance: float) -> None:
        fit = self.fit()
        if not fit:
            self.order_with_limit(symbol, Decimal(12), 0.03)
        order = data.draw(st.sampled_from([*fit * 3, *self.live()] or list(self.orders().values())))
        self.replace(order, factor, distance)

    @rule(symbol=SYMBOLS, factor=FACTORS, distance=DISTANCES)
    def replace_what_fills_in_part(self, symbol: str, factor: float | None, distance: float) -> None:
        """Let an order fill in part and be replaced without delay."""
        rules = self.rules
        self.behave(rules.model_copy(update=PROMPT))
        if not self.fit():
            self.order_with_limit(symbol, Decimal(12), 0.03)
        self.trade_a_share_a_look(symbol, 1)
        for order in self.fit():
            if order.filled_quantity:
                self.replace(order, factor, distance)
        self.behave(rules)

    @rule(
        data=st.data(),
        symbol=SYMBOLS,
        factor=FACTORS,
        cancels=st.booleans(),
        ends=st.sampled_from(["filled", "closed"]),
    )
    def ask_what_comes_too_late(
        self,
        data: st.DataObject,
        symbol: str,
        factor: float | None,
        cancels: bool,  # noqa: FBT001
        ends: str,
    ) -> None:
        """Replace an order, perhaps cancel the new one, and let the session or a fill come first."""
        rules = self.rules
        self.behave(rules.model_copy(update={"cancel_after": HOUR, "replace_after": HOUR}))
        self.replace_one(data, symbol, factor, 0.02)
        if cancels:
            self.cancel_one(data)
        if ends == "closed":
            self.bench.clock.sleep(HOUR.total_seconds() / 3)
        for one in HOLDING:
            self.meet_every_limit(one, USUAL if ends == "filled" else THIN)
        self.behave(rules)

    def replace(self, order: SimulatedOrder, factor: float | None, distance: float) -> None:
        """Ask for another limit and, with a factor, for so many times the whole shares of the order."""
        quantity = None if factor is None else Decimal(max(int(float(order.quantity) * factor), 1))
        new_id, limit = self.next_id(), self.limit(order.symbol, order.side, distance)
        change = OrderChange(client_order_id=new_id, quantity=quantity, limit_price=limit)
        try:
            self.broker.replace(order.broker_order_id, change)
        except OrderRejectedError:
            assert self.broker.order_by_client_id(new_id) is None
        else:
            before = self.orders()[order.broker_order_id].quantity
            self.asked[new_id] = before if quantity is None else quantity

    def asks(self) -> Mapping[str, Decimal]:
        return {quote.symbol: quote.ask for quote in self.broker.quotes(list(HOLDING))}

    def books(self) -> tuple[dict[str, SimulatedOrder], tuple[Fill, ...]]:
        with self.broker.venue.book() as book:
            orders = {order.broker_order_id: order for order in book.orders()}
            return orders, book.fills_since(BEFORE_CLOSE)

    def orders(self) -> dict[str, SimulatedOrder]:
        return self.books()[0]

    def live(self) -> list[SimulatedOrder]:
        return [order for order in self.orders().values() if order.status.value not in ENDED]

    def fit(self) -> list[SimulatedOrder]:
        """Return what a replacement may be asked for of."""
        live = (order for order in self.live() if order.limit_price is not None)
        return [order for order in live if order.status.value in {"new", "partially_filled"}]

    @invariant()
    def everything_adds_up(self) -> None:
        positions = self.broker.positions()
        orders, fills = self.books()
        check_shares(positions, orders.values(), fills)
        account = self.broker.account()
        orders, fills = self.books()
        assert account.cash == START - sum((paid(fill) for fill in fills), Decimal(0))
        assert account.buying_power == buying_power(account.cash, orders.values(), self.asks(), self.rules)
        assert Counter(one.client_order_id for one in orders.values()) == Counter(list(self.asked))
        assert all(orders[name] == before for name, before in self.ended.items())
        self.ended = {name: one for name, one in orders.items() if one.status.value in ENDED}
        check_fills(orders, fills)
        check_instants(orders, self.bench.clock.now(), self.rules)
        check_replacements(orders, self.asked)
