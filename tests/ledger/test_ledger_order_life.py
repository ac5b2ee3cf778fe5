"""The life of an order: whatever the broker reports, in whichever order, the book stays truthful."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from ledger.lot_builders import START, Books, Order

from alchemiser_dagster.errors import AlchemiserError, RiskError, StorageError
from alchemiser_dagster.ledger.order_rows import LedgerOrder, OrderNews
from alchemiser_dagster.ledger.order_states import may_follow
from alchemiser_dagster.ledger.orders import OrderBook
from alchemiser_dagster.records.order import BrokerOrder, OrderState, OrderType
from alchemiser_dagster.records.values import Side

ASKED_FOR = 10
ORDER = Order("order-1", Side.BUY, str(ASKED_FOR), {"alpha": "0.1"})
LEFT_HERE = frozenset({OrderState.PLANNED, OrderState.INTENDED, OrderState.SENT})
REPORTED = [state for state in OrderState if state not in LEFT_HERE]


class OrderLife(RuleBasedStateMachine):
    """One order, what this side does with it, and what the broker says of it."""

    reports = Bundle("reports")

    def __init__(self) -> None:
        super().__init__()
        self.books = Books(ORDER)
        self.book = OrderBook(self.books.database)
        self.before = self.known
        self.seconds = 0

    def teardown(self) -> None:
        self.books.database.close()

    @property
    def known(self) -> LedgerOrder:
        found = self.book.find(ORDER.name)
        assert found is not None
        return found

    def tell(self, news: OrderNews | BrokerOrder) -> AlchemiserError | None:
        """Tell the book; what it refuses changes nothing."""
        self.before, self.seconds = self.known, self.seconds + 1
        at = START + timedelta(seconds=self.seconds)
        try:
            if isinstance(news, BrokerOrder):
                self.book.record(news, at)
            else:
                self.book.note(ORDER.name, news)
        except (StorageError, RiskError) as refused:
            assert self.known == self.before
            return refused
        return None

    def decide(self, state: OrderState) -> None:
        """Note a state that this side comes to by itself: the broker has said nothing."""
        refused = self.tell(OrderNews(state, START))
        assert (refused is None) == (state is self.before.state or may_follow(self.before.state, state))
        if self.before.state is not OrderState.INTENDED and not self.before.state.is_terminal:
            assert not self.known.state.is_terminal

    @initialize(sent=st.sampled_from([True, True, True, False]))
    def begins(self, *, sent: bool) -> None:
        if sent:
            self.decide(OrderState.SENT)

    @rule()
    def is_being_sent(self) -> None:
        self.decide(OrderState.SENT)

    @rule()
    def gets_no_answer(self) -> None:
        self.decide(OrderState.UNKNOWN)

    @rule()
    def surely_never_left(self) -> None:
        self.decide(OrderState.INTENDED)

    @rule()
    def is_begun_again_after_a_crash(self) -> None:
        self.before = self.known
        (kept,) = self.book.intend([ORDER.intent], START + timedelta(days=1))
        assert kept == self.before

    @rule(target=reports, state=st.sampled_from(REPORTED), filled=st.integers(0, ASKED_FOR + 1))
    def is_reported(self, state: OrderState, filled: int) -> BrokerOrder:
        report = BrokerOrder(
            broker_order_id="broker-1",
            client_order_id=ORDER.name,
            symbol=ORDER.symbol,
            side=ORDER.side,
            quantity=Decimal(ASKED_FOR),
            filled_quantity=Decimal(filled),
            average_price=Decimal("10.5") if filled else None,
            order_type=OrderType.MARKET,
            limit_price=None,
            state=state,
            raw_status=state.value,
            submitted_at=START,
        )
        self.is_reported_again(report)
        return report

    @rule(filled=st.integers(1, ASKED_FOR - 1))
    def is_filled_in_part(self, filled: int) -> None:
        self.is_reported(OrderState.PARTIALLY_FILLED, filled)

    @rule(report=reports)
    def is_reported_again(self, report: BrokerOrder) -> None:
        refused = self.tell(report)
        if report.filled_quantity > ASKED_FOR:
            assert isinstance(refused, RiskError)
        elif refused is None and report.filled_quantity >= self.before.filled_quantity:
            assert (self.known.state, self.known.filled_quantity) == (report.state, report.filled_quantity)
        elif refused is None:
            assert self.known == self.before
        else:
            assert not may_follow(self.before.state, report.state)

    @invariant()
    def state_follows_from_the_one_before(self) -> None:
        after = self.known
        assert after.state is self.before.state or may_follow(self.before.state, after.state)
        assert self.before.filled_quantity <= after.filled_quantity <= ASKED_FOR

    @invariant()
    def every_step_is_kept_and_legal(self) -> None:
        events, known = self.book.events(ORDER.name), self.known
        assert events[0].from_state is OrderState.PLANNED
        for event in events:
            assert event.from_state is event.to_state or may_follow(event.from_state, event.to_state)
        for early, late in pairwise(events):
            assert late.from_state is early.to_state
            assert late.filled_quantity >= early.filled_quantity
        assert (events[-1].to_state, events[-1].filled_quantity) == (known.state, known.filled_quantity)


OrderLife.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestOrderLife = OrderLife.TestCase
