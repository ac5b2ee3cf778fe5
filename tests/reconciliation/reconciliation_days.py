"""Trading days on which books and broker agree, and ways to spoil them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from random import Random
from typing import Any

from alchemiser_dagster.ledger.account_books import Balance
from alchemiser_dagster.reconciliation import BookedOrder, Books, BrokerFacts, Reconciliation, reconcile
from alchemiser_dagster.records.account import AccountSnapshot, BrokerAccount, Position
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.execution import ExecutionResult, ExecutionSkip
from alchemiser_dagster.records.order import BrokerOrder, Fill, OrderState, OrderType
from alchemiser_dagster.records.plan import LineReason, PlanLine, RebalancePlan
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.records.values import Mode, Outcome, Side

SESSION = date(2024, 11, 29)
OPEN = datetime(2024, 11, 29, 14, 30, tzinfo=UTC)
TAKEN_AT = datetime(2024, 11, 29, 17, 45, tzinfo=UTC)
PREFIX = "alc-"
CENT = Decimal("0.01")
NO_BOOKS = Balance("desk", {}, Decimal(0), frozenset(), None)
SYMBOLS = ("BIL", "QQQ", "SPY", "TLT", "UGL")


@dataclass(frozen=True)
class Day:
    books: Books
    facts: BrokerFacts

    def result(self) -> Reconciliation:
        return reconcile(self.books, self.facts, SESSION, is_own_id, envelope("report-1"))

    def report(self) -> ReconciliationReport:
        return self.result().report

    def with_books(self, **changes: Any) -> Day:
        return replace(self, books=replace(self.books, **changes))

    def with_facts(self, **changes: Any) -> Day:
        return replace(self, facts=replace(self.facts, **changes))

    def with_cash(self, change: str | Decimal) -> Day:
        return self.with_facts(account=account(self.facts.account.cash + Decimal(change)))

    def with_shares(self, symbol: str, change: str | Decimal) -> Day:
        held = {item.symbol: item.quantity for item in self.facts.positions}
        held[symbol] = held.get(symbol, Decimal(0)) + Decimal(change)
        return self.with_facts(positions=positions(held))

    def with_booked(self, number: int, **changes: object) -> Day:
        orders = list(self.books.ledger_orders)
        orders[number] = orders[number].model_copy(update=changes)
        return self.with_books(ledger_orders=tuple(orders))

    def with_reported(self, number: int, **changes: object) -> Day:
        orders = list(self.facts.orders)
        orders[number] = orders[number].model_copy(update=changes)
        return self.with_facts(orders=tuple(orders))


def is_own_id(client_order_id: str) -> bool:
    return client_order_id.startswith(PREFIX)


def envelope(record_id: str) -> Envelope:
    return Envelope(
        record_id=record_id,
        correlation_id="c-1",
        causation_id="cause-1",
        run_id="run-1",
        account="desk",
        source="test",
        created_at=TAKEN_AT,
    )


def account(cash: Decimal) -> BrokerAccount:
    return BrokerAccount(
        account="desk",
        status="ACTIVE",
        currency="USD",
        cash=cash,
        buying_power=max(cash, Decimal(0)),
        equity=cash,
        trading_blocked=False,
        account_blocked=False,
        trade_suspended_by_user=False,
    )


def positions(held: dict[str, Decimal]) -> tuple[Position, ...]:
    return tuple(
        Position(
            symbol=symbol,
            quantity=quantity,
            quantity_available=quantity,
            average_entry_price=Decimal(1),
            market_price=Decimal(1),
            market_value=quantity,
        )
        for symbol, quantity in sorted(held.items())
        if quantity
    )


def baseline(cash: Decimal, held: dict[str, Decimal]) -> AccountSnapshot:
    return AccountSnapshot(
        envelope=envelope("snapshot-1"),
        session=SESSION,
        mode=Mode.SIMULATED,
        taken_at=TAKEN_AT,
        account=account(cash),
        positions=positions(held),
        open_orders=(),
        prices=(),
        assets=(),
        sequence=1,
    )


def plan_line(number: int, symbol: str, side: Side, quantity: Decimal) -> PlanLine:
    return PlanLine(
        line_id=f"line-{number}",
        symbol=symbol,
        side=side,
        quantity=quantity,
        reference_price=Decimal(10),
        notional=quantity * 10,
        reason=LineReason.FULL_EXIT if side is Side.SELL else LineReason.OPEN,
        target_weight=Decimal(0),
        fractionable=True,
        contributions=(),
    )


def plan_of(lines: tuple[PlanLine, ...]) -> RebalancePlan:
    return RebalancePlan(
        envelope=envelope("plan-record-1"),
        session=SESSION,
        plan_id="plan-1",
        sequence=1,
        comparison_id="comparison-1",
        lines=lines,
        skips=(),
        equity=Decimal(0),
        cash_before=Decimal(0),
        expected_sale_proceeds=Decimal(0),
        expected_purchases=Decimal(0),
    )


def result_of(plan_id: str = "plan-1", skipped: tuple[PlanLine, ...] = ()) -> ExecutionResult:
    return ExecutionResult(
        envelope=envelope("result-1"),
        session=SESSION,
        plan_id=plan_id,
        sequence=1,
        outcome=Outcome.TRADED,
        reason="",
        orders=(),
        fills=(),
        skips=tuple(
            ExecutionSkip(
                line_id=line.line_id,
                symbol=line.symbol,
                side=line.side,
                quantity=line.quantity,
                reason="test",
            )
            for line in skipped
        ),
        bought=Decimal(0),
        sold=Decimal(0),
    )


@dataclass
class Exchange:
    """Carries out lines, in fills of random size, and keeps both sides' notes of them."""

    random: Random
    cash: Decimal
    held: dict[str, Decimal]

    def __post_init__(self) -> None:
        self.booked: list[BookedOrder] = []
        self.orders: list[BrokerOrder] = []
        self.fills: list[Fill] = []

    def carry_out(self, line: PlanLine) -> None:
        """Work a line in one or two attempts; the first of two is canceled before it is filled."""
        rest = line.quantity
        if self.random.random() < 0.3:
            first = (rest * Decimal(self.random.randint(0, 9)) / 10).quantize(Decimal("1e-9"))
            self._order(line, 1, rest, first)
            rest -= first
        self._order(line, 2, rest, rest)

    def _order(self, line: PlanLine, attempt: int, asked: Decimal, filled: Decimal) -> None:
        name = f"{PREFIX}{line.line_id}-{attempt}"
        state = OrderState.FILLED if filled == asked else OrderState.CANCELED
        order = order_report(name, line.symbol, line.side, asked, filled).model_copy(update={"state": state})
        self.orders.append(order)
        self.booked.append(booked_order(order, line.line_id))
        count = self.random.randint(1, 3) if filled else 0
        part = (filled / max(count, 1)).quantize(Decimal("1e-9"))
        for number in range(count):
            self._fill(order, part if number < count - 1 else filled - part * (count - 1))

    def _fill(self, order: BrokerOrder, quantity: Decimal) -> None:
        price = Decimal(self.random.randint(20_0000, 500_0000)) / 10_000
        done = fill_of(order, f"fill-{len(self.fills) + 1}", quantity, price)
        self.fills.append(done)
        sign = 1 if order.side is Side.BUY else -1
        self.held[order.symbol] = self.held.get(order.symbol, Decimal(0)) + sign * quantity
        self.cash -= sign * (quantity * price).quantize(CENT, ROUND_HALF_EVEN)


def order_report(name: str, symbol: str, side: Side, asked: Decimal, filled: Decimal) -> BrokerOrder:
    return BrokerOrder(
        broker_order_id=f"broker-{name}",
        client_order_id=name,
        symbol=symbol,
        side=side,
        quantity=asked,
        filled_quantity=filled,
        average_price=None,
        order_type=OrderType.MARKET,
        limit_price=None,
        state=OrderState.FILLED,
        raw_status="filled",
        submitted_at=TAKEN_AT,
    )


def booked_order(order: BrokerOrder, line_id: str) -> BookedOrder:
    return BookedOrder(
        client_order_id=order.client_order_id,
        broker_order_id=order.broker_order_id,
        line_id=line_id,
        symbol=order.symbol,
        side=order.side,
        quantity=order.quantity,
        filled_quantity=order.filled_quantity,
        state=order.state,
        created_at=TAKEN_AT,
    )


def fill_of(order: BrokerOrder, fill_id: str, quantity: Decimal, price: Decimal) -> Fill:
    return Fill(
        fill_id=fill_id,
        broker_order_id=order.broker_order_id,
        client_order_id=order.client_order_id,
        symbol=order.symbol,
        side=order.side,
        quantity=quantity,
        price=price,
        filled_at=TAKEN_AT + timedelta(seconds=5),
    )


def books_of(
    opening: AccountSnapshot | None,
    plan: RebalancePlan | None = None,
    result: ExecutionResult | None = None,
    orders: tuple[BookedOrder, ...] = (),
    fills: tuple[Fill, ...] = (),
) -> Books:
    return Books(
        balance=NO_BOOKS,
        opening=opening,
        plan=plan,
        result=result,
        ledger_orders=orders,
        ledger_fills=fills,
        past_breaks={},
    )


def facts_of(
    cash: Decimal,
    held: dict[str, Decimal],
    orders: tuple[BrokerOrder, ...] = (),
    fills: tuple[Fill, ...] = (),
) -> BrokerFacts:
    return BrokerFacts(
        since=OPEN,
        account=account(cash),
        positions=positions(held),
        orders=orders,
        fills=fills,
        open_orders=(),
        activities=(),
    )


def clean_day(random: Random) -> Day:
    """Return a day with at least one line, on which everything agrees."""
    held = {s: Decimal(random.randint(10**9, 10**12)) / 10**9 for s in SYMBOLS if random.random() < 0.6}
    cash = Decimal(random.randint(10**9, 10**10)) / 100
    before = baseline(cash, held)
    lines = tuple(_line(random, number, symbol, held) for number, symbol in enumerate(_some(random)))
    exchange = Exchange(random, cash, dict(held))
    skipped = lines[1:] if random.random() < 0.2 else ()
    for line in lines:
        if line not in skipped:
            exchange.carry_out(line)
    return Day(
        books_of(
            before,
            plan_of(lines),
            result_of(skipped=skipped),
            tuple(exchange.booked),
            tuple(exchange.fills),
        ),
        facts_of(exchange.cash, exchange.held, tuple(exchange.orders), tuple(exchange.fills)),
    )


def _some(random: Random) -> list[str]:
    return random.sample(SYMBOLS, random.randint(1, len(SYMBOLS)))


def _line(random: Random, number: int, symbol: str, held: dict[str, Decimal]) -> PlanLine:
    if symbol in held:
        return plan_line(number, symbol, Side.SELL, held[symbol])
    return plan_line(number, symbol, Side.BUY, Decimal(random.randint(10**9, 10**12)) / 10**9)
