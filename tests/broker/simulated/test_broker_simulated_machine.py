"""Whatever is ordered, the embedded account adds up."""

from __future__ import annotations

import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from support.trading import ACCOUNT, BEFORE_CLOSE, Bench, limit_order, market_order

from alchemiser_dagster.broker.rounding import floor_to_tick, to_cent
from alchemiser_dagster.broker.simulated.book import SimulatedBook
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.errors import DuplicateOrderError, OrderRejectedError
from alchemiser_dagster.records.order import OrderChange, OrderRequest
from alchemiser_dagster.records.values import Side

START = Decimal(10_000)
SYMBOLS = st.sampled_from(["AAA", "CCC", "EEE"])
SIDES = st.sampled_from(list(Side))
QUANTITIES = st.decimals("0.01", "300", places=9) | st.integers(1, 300).map(Decimal)
DISTANCES = st.floats(0.95, 1.05)


class SimulatedAccount(RuleBasedStateMachine):
    """Orders of all kinds at moving prices; the account is recomputed from its fills after each step."""

    @initialize(shares=st.none() | st.integers(1, 50).map(Decimal))
    def open(self, shares: Decimal | None) -> None:
        self.folder = tempfile.TemporaryDirectory()
        rules = SimulationRules(starting_cash=START, shares_per_look=shares)
        self.bench = Bench(Path(self.folder.name), rules)
        self.broker = self.bench.broker
        self.broker.account()
        self.accepted: list[str] = []
        self.count = 0

    def teardown(self) -> None:
        if hasattr(self, "bench"):
            self.bench.database.close()
            self.folder.cleanup()

    def submit(self, request: OrderRequest) -> None:
        try:
            self.broker.submit(request)
        except OrderRejectedError:
            assert self.broker.order_by_client_id(request.client_order_id) is None
        else:
            self.accepted.append(request.client_order_id)

    def next_id(self) -> str:
        self.count += 1
        return f"order-{self.count}"

    @rule(symbol=SYMBOLS, side=SIDES, quantity=QUANTITIES)
    def order_at_market(self, symbol: str, side: Side, quantity: Decimal) -> None:
        self.submit(market_order(symbol, side, str(quantity), self.next_id()))

    @rule(symbol=SYMBOLS, side=SIDES, quantity=QUANTITIES, distance=DISTANCES)
    def order_with_limit(self, symbol: str, side: Side, quantity: Decimal, distance: float) -> None:
        limit = floor_to_tick(Decimal(self.bench.feed.prices[symbol] * distance))
        self.submit(limit_order(symbol, side, str(quantity), str(limit), self.next_id()))

    @precondition(lambda self: self.accepted)
    @rule(data=st.data(), symbol=SYMBOLS, side=SIDES)
    def repeat_an_id(self, data: st.DataObject, symbol: str, side: Side) -> None:
        used = data.draw(st.sampled_from(self.accepted))
        before = self.broker.orders_since(BEFORE_CLOSE)
        try:
            self.broker.submit(market_order(symbol, side, "1", used))
        except DuplicateOrderError:
            assert len(self.broker.orders_since(BEFORE_CLOSE)) == len(before)
        else:
            raise AssertionError(used)

    @rule(symbol=SYMBOLS, factor=st.floats(0.9, 1.1))
    def move_the_market(self, symbol: str, factor: float) -> None:
        self.bench.feed.prices[symbol] *= factor

    @rule(data=st.data())
    def cancel_one(self, data: st.DataObject) -> None:
        listed = self.broker.open_orders()
        if not listed:
            return
        order = data.draw(st.sampled_from(listed))
        try:
            self.broker.cancel(order.broker_order_id)
        except OrderRejectedError:
            known = self.broker.order_by_client_id(order.client_order_id)
            assert known is not None
            assert known.state.is_terminal

    @rule(data=st.data(), quantity=QUANTITIES, distance=DISTANCES)
    def replace_one(self, data: st.DataObject, quantity: Decimal, distance: float) -> None:
        listed = self.broker.open_orders()
        if not listed:
            return
        order = data.draw(st.sampled_from(listed))
        limit = floor_to_tick(Decimal(self.bench.feed.prices[order.symbol] * distance))
        change = OrderChange(client_order_id=self.next_id(), quantity=quantity, limit_price=limit)
        try:
            self.accepted.append(self.broker.replace(order.broker_order_id, change).client_order_id)
        except OrderRejectedError:
            assert self.broker.order_by_client_id(change.client_order_id) is None

    @invariant()
    def the_account_is_what_its_fills_made_of_it(self) -> None:
        with self.bench.database.reading() as connection:
            book = SimulatedBook(connection, ACCOUNT)
            cash, fills, orders = book.cash(), book.fills_since(BEFORE_CLOSE), book.orders()
            held = {holding.symbol: holding.quantity for holding in book.holdings()}
        moved, filled = Counter[str](), Counter[str]()
        for fill in fills:
            sign = 1 if fill.side is Side.BUY else -1
            moved[fill.symbol] += sign * fill.quantity
            filled[fill.client_order_id] += fill.quantity
            cash += sign * to_cent(fill.quantity * fill.price)
        assert cash == START
        assert held == {symbol: quantity for symbol, quantity in moved.items() if quantity}
        assert all(quantity > 0 for quantity in held.values())
        assert sorted(order.client_order_id for order in orders) == sorted(self.accepted)
        for order in orders:
            assert order.filled_quantity == filled[order.client_order_id] <= order.quantity

    @invariant()
    def nothing_is_negative(self) -> None:
        account = self.broker.account()
        assert 0 <= account.buying_power <= account.cash
        assert all(one.quantity_available >= 0 for one in self.broker.positions())


TestSimulatedAccount = SimulatedAccount.TestCase
TestSimulatedAccount.settings = settings(max_examples=20, stateful_step_count=10, deadline=None)
