"""Whatever is ordered, changed and waited for, and however the market behaves: the orders' lives add up."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from support.trading import ACCOUNT, BEFORE_CLOSE, CALENDAR, Bench, limit_order, market_order

from alchemiser_dagster.broker.rounding import floor_to_tick, to_cent
from alchemiser_dagster.broker.simulated.behaviour import PendingFill, SymbolBehaviour
from alchemiser_dagster.broker.simulated.book import SimulatedBook
from alchemiser_dagster.broker.simulated.broker import SimulatedBroker
from alchemiser_dagster.broker.simulated.order import SimulatedOrder
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.broker.simulated.status import REPLACEABLE, TRANSITIONS, SimulatedStatus
from alchemiser_dagster.errors import DuplicateOrderError, OrderRejectedError
from alchemiser_dagster.records.order import OrderChange, OrderRequest, TimeInForce
from alchemiser_dagster.records.values import Side

START = Decimal(10_000)
HOLDING = {"AAA": "20", "CCC": "100"}
RESTING = {"AAA": Side.BUY, "CCC": Side.SELL}
SYMBOLS = st.sampled_from(["AAA", "CCC"])
SIDES = st.sampled_from(list(Side))
WHOLE = st.integers(1, 20).map(Decimal)
QUANTITIES = WHOLE | WHOLE | st.decimals("0.1", "20", places=9)
DISTANCES = st.sampled_from([0.03, 0.01, 0.01, 0.001, 0, -0.01])
SOME_SECONDS = st.sampled_from([0, 1, 5, 30]).map(lambda seconds: timedelta(seconds=seconds))
SELDOM = st.sampled_from([False] * 7 + [True])
BEHAVIOURS = st.builds(
    SymbolBehaviour,
    shares_per_look=st.sampled_from([None, Decimal(1), Decimal(3)]),
    meets_at=st.none() | st.sampled_from(["0", "0.5", "0.75", "1"]).map(Decimal),
    half_spread_basis_points=st.none() | st.sampled_from(["0", "50"]).map(Decimal),
    halted=SELDOM,
    rejects=SELDOM,
    cancels_after_fill=SELDOM,
    fills_while_pending=st.sampled_from(PendingFill),
)
RULES = st.builds(
    SimulationRules,
    starting_cash=st.just(START),
    acknowledge_after=SOME_SECONDS,
    cancel_after=SOME_SECONDS,
    replace_after=SOME_SECONDS,
    meets_at=st.sampled_from(["0", "0.5", "1"]).map(Decimal),
    withheld=st.sampled_from([Decimal(0), Decimal(0), Decimal(3_000)]),
    behaviours=st.fixed_dictionaries({"AAA": BEHAVIOURS, "CCC": BEHAVIOURS}),
)


def reachable(status: SimulatedStatus) -> frozenset[SimulatedStatus]:
    """Return what an order may be one step of the machine later: one step is many moves."""
    found, wanted = {status}, [status]
    while wanted:
        following = TRANSITIONS[wanted.pop()] - found
        found |= following
        wanted.extend(following)
    return frozenset(found)


REACHABLE = {status: reachable(status) for status in SimulatedStatus}


class Lives(RuleBasedStateMachine):
    """Orders of all kinds under rules that change; after each step everything is recomputed from the book."""

    @initialize(rules=RULES)
    def open(self, rules: SimulationRules) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.bench = Bench(Path(self.folder.name), SimulationRules(starting_cash=START))
        self.bench.hold(HOLDING)
        self.accepted = [f"before-{symbol}" for symbol in HOLDING]
        self.root: dict[str, str] = {order: order for order in self.accepted}
        self.most: dict[str, Decimal] = {f"before-{name}": Decimal(count) for name, count in HOLDING.items()}
        self.before: dict[str, SimulatedOrder] = {}
        self.count = 0
        self.broker = self.bench.broker
        for symbol in RESTING:
            self.order_with_limit(symbol, Decimal(10), 0.03)
        self.behave(rules)

    def teardown(self) -> None:
        if hasattr(self, "bench"):
            self.bench.database.close()
            self.folder.cleanup()

    @rule(rules=RULES)
    def behave(self, rules: SimulationRules) -> None:
        bench = self.bench
        self.broker = SimulatedBroker(bench.database, bench.feed, CALENDAR, bench.clock, rules)

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
            self.accepted.append(request.client_order_id)
            self.root[request.client_order_id] = request.client_order_id
            self.most[request.client_order_id] = request.quantity

    @rule(symbol=SYMBOLS, side=SIDES, quantity=QUANTITIES, closing=SELDOM)
    def order_at_market(self, symbol: str, side: Side, quantity: Decimal, closing: bool) -> None:  # noqa: FBT001
        request = market_order(symbol, side, str(quantity), self.next_id())
        tif = TimeInForce.CLOSE if closing else TimeInForce.DAY
        self.submit(request.model_copy(update={"time_in_force": tif}))

    @rule(symbol=SYMBOLS, quantity=QUANTITIES, distance=DISTANCES)
    def order_with_limit(self, symbol: str, quantity: Decimal, distance: float) -> None:
        side = RESTING[symbol]
        limit = self.limit(symbol, side, distance)
        self.submit(limit_order(symbol, side, str(quantity), str(limit), self.next_id()))

    @rule(data=st.data())
    def repeat_an_id(self, data: st.DataObject) -> None:
        used = data.draw(st.sampled_from(self.accepted))
        try:
            self.broker.submit(market_order("AAA", Side.BUY, "1", used))
        except DuplicateOrderError:
            return
        raise AssertionError(used)

    @rule(symbol=SYMBOLS, factor=st.floats(0.98, 1.02))
    def move_the_market(self, symbol: str, factor: float) -> None:
        self.bench.feed.prices[symbol] *= factor

    @rule(seconds=st.sampled_from([0.5, 1, 5, 31]))
    def wind_the_clock_on(self, seconds: float) -> None:
        self.bench.clock.sleep(seconds)

    @rule()
    def close_the_market(self) -> None:
        if len(self.accepted) > 12:
            self.bench.clock.sleep(timedelta(minutes=20).total_seconds())

    @rule(data=st.data())
    def cancel_one(self, data: st.DataObject) -> None:
        order = self.chosen(data)
        try:
            self.broker.cancel(order.broker_order_id)
        except OrderRejectedError:
            return
        assert self.status_of(order) in {
            SimulatedStatus.PENDING_CANCEL,
            SimulatedStatus.CANCELED,
            SimulatedStatus.FILLED,
        }

    @rule(data=st.data(), quantity=st.none() | WHOLE, distance=DISTANCES)
    def replace_one(self, data: st.DataObject, quantity: Decimal | None, distance: float) -> None:
        order = self.chosen(data)
        new_id, limit = self.next_id(), self.limit(order.symbol, order.side, distance)
        change = OrderChange(client_order_id=new_id, quantity=quantity, limit_price=limit)
        try:
            new = self.broker.replace(order.broker_order_id, change)
        except OrderRejectedError:
            assert self.broker.order_by_client_id(new_id) is None
            return
        root = self.root[order.client_order_id]
        self.accepted.append(new.client_order_id)
        self.root[new.client_order_id] = root
        pair = {order.client_order_id, new.client_order_id}
        earlier = [one for one in self.chain(root) if one.client_order_id not in pair]
        asked = total_filled(earlier) + (order.quantity if quantity is None else quantity)
        self.most[root] = max(self.most[root], asked)

    def orders(self) -> tuple[SimulatedOrder, ...]:
        with self.bench.database.reading() as connection:
            return SimulatedBook(connection, ACCOUNT).orders()

    def chosen(self, data: st.DataObject) -> SimulatedOrder:
        """Return an order that may be changed wherever there is one, or else any order."""
        orders = self.orders()
        return data.draw(
            st.sampled_from([order for order in orders if order.status in REPLACEABLE] or orders)
        )

    def chain(self, root: str) -> list[SimulatedOrder]:
        return [order for order in self.orders() if self.root[order.client_order_id] == root]

    def status_of(self, order: SimulatedOrder) -> SimulatedStatus:
        return next(one.status for one in self.orders() if one.broker_order_id == order.broker_order_id)

    @invariant()
    def money_and_shares_are_what_the_fills_made_of_them(self) -> None:
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
        assert all(one.filled_quantity == filled[one.client_order_id] <= one.quantity for one in orders)

    @invariant()
    def ids_are_unique_and_nothing_refused_was_kept(self) -> None:
        assert Counter(order.client_order_id for order in self.orders()) == Counter(self.accepted)

    @invariant()
    def every_move_is_legal_and_an_ended_order_stays_as_it_is(self) -> None:
        now = {order.client_order_id: order for order in self.orders()}
        for name, before in self.before.items():
            after = now[name]
            assert after.status in REACHABLE[before.status]
            assert after == before or before.is_open
            assert after.filled_quantity >= before.filled_quantity
            assert BEFORE_CLOSE <= (before.updated_at or BEFORE_CLOSE) <= (after.updated_at or BEFORE_CLOSE)
        assert all((one.updated_at or BEFORE_CLOSE) <= self.bench.clock.now() for one in now.values())
        self.before = now

    @invariant()
    def a_chain_of_replacements_fills_no_more_than_was_asked_for(self) -> None:
        #
        chains: defaultdict[str, list[SimulatedOrder]] = defaultdict(list)
        for order in self.orders():
            chains[self.root[order.client_order_id]].append(order)
        for root, chain in chains.items():
            assert total_filled(chain) <= self.most[root]
            *replaced, _last = [order for order in chain if order.is_open] or [None]
            assert [one.status for one in replaced if one] in ([], [SimulatedStatus.PENDING_REPLACE])

    @invariant()
    def nothing_is_negative(self) -> None:
        account = self.broker.account()
        assert 0 <= account.buying_power <= account.cash
        assert all(one.quantity_available >= 0 for one in self.broker.positions())


def total_filled(orders: Iterable[SimulatedOrder]) -> Decimal:
    return sum((order.filled_quantity for order in orders), Decimal(0))


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
