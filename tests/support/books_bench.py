"""An account whose books are kept over sessions, over the real embedded broker, and ways to spoil both sides.

Trades are sent straight to the broker and written down step by step, so that a test can stop between any two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update
from support.trading import (
    ACCOUNT,
    BEFORE_CLOSE,
    CALENDAR,
    SESSION,
    Bench,
    envelope_for,
    line_at,
    market_order,
)
from support.trading import plan_of as plan_of_lines

from alchemiser_dagster.broker.protocol import AccountReader
from alchemiser_dagster.broker.simulated.happenings import (
    CashMoved,
    Happening,
    ShareTransfer,
    Split,
    SymbolChange,
)
from alchemiser_dagster.broker.snapshot import SnapshotRequest, take_snapshot
from alchemiser_dagster.execution.client_order_id import OrderKey, client_order_id, is_ours
from alchemiser_dagster.ids import CountingIds, derived_id
from alchemiser_dagster.ledger.account_books import AccountBooks, Balance
from alchemiser_dagster.ledger.break_book import BreakBook, KeptBreak
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.executions import ExecutionBook
from alchemiser_dagster.ledger.fills import FillBook
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.order_rows import OrderIntent, OrderNews
from alchemiser_dagster.ledger.orders import OrderBook
from alchemiser_dagster.ledger.tables import simulated_accounts, simulated_positions
from alchemiser_dagster.reconciliation import Reconciler
from alchemiser_dagster.records.account import AccountSnapshot
from alchemiser_dagster.records.break_acceptance import BreakAcceptance
from alchemiser_dagster.records.envelope import Envelope, Record
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.records.order import BrokerOrder, Fill, OrderState
from alchemiser_dagster.records.reconciliation import Break, ReconciliationReport
from alchemiser_dagster.records.values import Mode, Side


@dataclass
class SpoiledReader:
    """A reader that lies as a test wants it to; everything else is the broker's own word."""

    real: AccountReader
    changes: dict[str, Callable[[Any], Any]] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        asked = getattr(self.real, name)
        change = self.changes.get(name)
        return asked if change is None else lambda *arguments: change(asked(*arguments))

    def hide_fill(self, fill_id: str) -> None:
        self._change_fills(lambda fills: tuple(one for one in fills if one.fill_id != fill_id))

    def show_fill(self, fill: Fill) -> None:
        self._change_fills(lambda fills: (*fills, fill))

    def _change_fills(self, change: Callable[[tuple[Fill, ...]], tuple[Fill, ...]]) -> None:
        before = self.changes.get("fills_since", lambda fills: fills)
        self.changes["fills_since"] = lambda fills: change(before(fills))

    def hide_order(self, name: str) -> None:
        self.changes["orders_since"] = lambda all_: tuple(o for o in all_ if o.client_order_id != name)
        self.changes["order_by_client_id"] = lambda order: (
            None if order is None or order.client_order_id == name else order
        )

    def change_order(self, name: str, **fields: object) -> None:
        def changed(order: BrokerOrder) -> BrokerOrder:
            return order.model_copy(update=fields) if order.client_order_id == name else order

        self.changes["orders_since"] = lambda orders: tuple(changed(order) for order in orders)

    def show_activity_without_size(self) -> None:
        self.changes["activities_since"] = lambda all_: tuple(
            one.model_copy(update={"quantity": Decimal(0)}) for one in all_
        )

    def heal(self) -> None:
        self.changes.clear()


@dataclass
class BooksBench:
    """One account, its ledger and its books; another bench over the same folder is another process."""

    folder: Path
    bench: Bench = None  # type: ignore[assignment]  # made from the folder
    session: date = SESSION

    def __post_init__(self) -> None:
        self.bench = self.bench or Bench(self.folder)
        self.ids = CountingIds(derived_id(str(self.folder), str(id(self)), length=8))
        self.reader = SpoiledReader(self.bench.broker)
        self.happened = 0

    @property
    def database(self) -> Database:
        return self.bench.database

    @property
    def now(self) -> datetime:
        return self.bench.clock.now()

    @cached_property
    def breaks(self) -> BreakBook:
        return BreakBook(self.database)

    @cached_property
    def orders(self) -> OrderBook:
        return OrderBook(self.database)

    @cached_property
    def fills(self) -> FillBook:
        return FillBook(self.database)

    def reconciler(self, database: Database | None = None) -> Reconciler:
        return Reconciler(
            database=database or self.database,
            reader=self.reader,
            calendar=CALENDAR,
            account=ACCOUNT,
            is_own_id=is_ours,
            require_free=lambda: None,
        )

    def reconcile(self, database: Database | None = None) -> ReconciliationReport:
        return self.reconciler(database).reconcile(self.session, self._envelope)

    def _envelope(self, _cause: Record | None) -> Envelope:
        update = {"record_id": self.ids.new_id(), "created_at": self.now}
        return envelope_for("report").model_copy(update=update)

    def look(self) -> AccountSnapshot:
        """Take the snapshot that a run begins with."""
        sequence = ExecutionBook(self.database).count(ACCOUNT, self.session) + 1
        request = SnapshotRequest(self.session, Mode.SIMULATED, (), sequence)
        snapshot = take_snapshot(self.reader, request, self.bench.clock, self._envelope(None))
        Journal(self.database).append(snapshot)
        return snapshot

    def next_session(self) -> None:
        """Move on to a quarter of an hour before the next close."""
        self.session = CALENDAR.following(self.session)
        at = CALENDAR.close_of(self.session) - (CALENDAR.close_of(SESSION) - BEFORE_CLOSE)
        self.bench.clock.sleep((at - self.now).total_seconds())

    def trade(self, symbol: str, side: Side, quantity: str, *, until: str = "end") -> str:
        """Trade as a run does and return the client order id.

        `until` is the last step that is written down: `begun` (the plan alone), `intended`, `sent`, `ordered`
        (the broker has the order, and the ledger does not know), `order` (the ledger knows the order, no
        fill), `end`.
        """
        planned = line_at(self.bench.feed.prices[symbol], symbol, side, Decimal(quantity))
        sequence = ExecutionBook(self.database).count(ACCOUNT, self.session) + 1
        plan = plan_of_lines(planned, cash=Decimal(0), sequence=sequence, session=self.session)
        plan = plan.model_copy(update={"lines": (planned.model_copy(update={"line_id": plan.plan_id}),)})
        Journal(self.database).append(plan)
        ExecutionBook(self.database).open(plan, self.now)
        name = client_order_id(OrderKey(ACCOUNT, self.session, plan.plan_id, symbol, side, 1))
        request = market_order(symbol, side, quantity, name)
        intent = OrderIntent(
            request=request,
            plan_id=plan.plan_id,
            line_id=plan.plan_id,
            attempt=1,
            account=ACCOUNT,
            session=self.session,
            decision_price=planned.reference_price,
            correlation_id="correlation-1",
        )
        steps: dict[str, Callable[[], object]] = {
            "begun": lambda: None,
            "intended": lambda: self.orders.intend([intent], self.now),
            "sent": lambda: self.orders.note(name, OrderNews(OrderState.SENT, self.now)),
            "ordered": lambda: self.bench.broker.submit(request),
            "order": lambda: self.write_order(name),
            "end": self.write_fills,
        }
        for step, take in steps.items():
            take()
            if step == until:
                return name
        raise ValueError(until)

    def write_order(self, name: str) -> None:
        reported = self.bench.broker.order_by_client_id(name)
        assert reported is not None
        self.orders.record(reported, self.now)

    def write_fills(self) -> None:
        self.fills.record(self.bench.broker.fills_since(BEFORE_CLOSE - timedelta(days=90)))

    def by_hand(self, symbol: str, side: Side, quantity: str, name: str = "by-hand") -> BrokerOrder:
        """Trade as somebody else does."""
        return self.bench.broker.submit(market_order(symbol, side, quantity, name))

    def happen(self, happening: Happening) -> None:
        self.bench.broker.venue.let_happen(happening)

    def cash_moves(self, kind: str, amount: str, symbol: str | None = None) -> None:
        self.happened += 1
        self.happen(
            CashMoved(
                happening_id=f"{kind}-{self.happened}-{self.session}",
                kind=kind,  # type: ignore[arg-type]  # pydantic checks it
                amount=Decimal(amount),
                symbol=symbol,
            )
        )

    def split(self, symbol: str, ratio: str) -> None:
        self.happened += 1
        self.happen(
            Split(happening_id=f"split-{self.happened}-{self.session}", symbol=symbol, ratio=Decimal(ratio))
        )

    def rename(self, symbol: str, new_symbol: str) -> None:
        self.bench.feed.prices[new_symbol] = self.bench.feed.prices[symbol]
        self.happened += 1
        self.happen(
            SymbolChange(
                happening_id=f"rename-{self.happened}-{self.session}", symbol=symbol, new_symbol=new_symbol
            )
        )

    def transfer(self, symbol: str, quantity: str) -> None:
        self.happened += 1
        self.happen(
            ShareTransfer(
                happening_id=f"transfer-{self.happened}-{self.session}",
                symbol=symbol,
                quantity=Decimal(quantity),
            )
        )

    def secretly(self, *, cash: str = "0", **shares: str) -> None:
        """Change the account without a word to anybody."""
        accounts, held = simulated_accounts.c, simulated_positions.c
        with self.database.transaction() as connection:
            before = connection.execute(select(accounts.cash).where(accounts.account == ACCOUNT)).scalar_one()
            connection.execute(
                update(simulated_accounts)
                .where(accounts.account == ACCOUNT)
                .values(cash=before + Decimal(cash))
            )
            for symbol, change in shares.items():
                which = (held.account == ACCOUNT) & (held.symbol == symbol)
                had = connection.execute(select(held.quantity).where(which)).scalar_one_or_none()
                connection.execute(delete(simulated_positions).where(which))
                quantity = (had or Decimal(0)) + Decimal(change)
                if quantity:
                    row = {"account": ACCOUNT, "symbol": symbol, "quantity": quantity}
                    connection.execute(
                        insert(simulated_positions).values(**row, average_entry_price=Decimal(1))
                    )

    def balance(self) -> Balance:
        return AccountBooks(self.database).balance(ACCOUNT)

    def level(self) -> HaltLevel:
        return HaltBook(self.database).level(ACCOUNT)

    def locked(self) -> set[str]:
        return set(self.breaks.locked_symbols(ACCOUNT))

    def open_breaks(self) -> tuple[KeptBreak, ...]:
        return self.breaks.open_breaks(ACCOUNT)

    def accept(self, found: Break | KeptBreak, by: str = "Ada") -> bool:
        kept = self.breaks.find(ACCOUNT, found.break_id)
        return self.breaks.accept(
            BreakAcceptance(
                envelope=self._envelope(None),
                session=self.session,
                break_id=kept.break_id,
                by=by,
                reason="I know of it",
                posted=self.breaks.adjustments(kept),
            )
        )


def opened(folder: Path, session: date = SESSION, bench: Bench | None = None) -> BooksBench:
    """Return a bench that holds 100 AAA, 40 BBB and cash, whose books are open and agree."""
    books = BooksBench(folder, bench or Bench(folder), session)
    books.look()
    books.trade("AAA", Side.BUY, "100")
    books.trade("BBB", Side.BUY, "40")
    assert books.reconcile().is_clean
    return books
