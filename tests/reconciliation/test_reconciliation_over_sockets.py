"""Breaks that are found over the wire: the real adapter before the look-alike of Alpaca."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.alpaca_bench import ACCOUNT, AlpacaBench, LookAlike, served_here
from support.trading import CALENDAR, SESSION, buy, envelope_for

from alchemiser_dagster.broker.snapshot import SnapshotRequest, take_snapshot
from alchemiser_dagster.execution.client_order_id import is_ours
from alchemiser_dagster.ids import CountingIds
from alchemiser_dagster.ledger.account_books import AccountBooks
from alchemiser_dagster.ledger.break_book import BreakBook
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.reconciliation import Reconciler
from alchemiser_dagster.records.envelope import Envelope, Record
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.records.reconciliation import BreakKind, ReconciliationReport, Severity
from alchemiser_dagster.records.values import Mode

NOTE, WARNING, CRITICAL = Severity.NOTE, Severity.WARNING, Severity.CRITICAL


class Office:
    """A trading process and its books, before a look-alike."""

    def __init__(self, folder: Path, look_alike: LookAlike) -> None:
        self.look_alike = look_alike
        self.bench = AlpacaBench(folder, look_alike)
        self.ids = CountingIds("report")

    def envelope(self, _cause: Record | None = None) -> Envelope:
        update = {"record_id": self.ids.new_id(), "account": ACCOUNT, "created_at": self.bench.now()}
        return envelope_for("report").model_copy(update=update)

    def look(self) -> None:
        request = SnapshotRequest(SESSION, Mode.PAPER, (), 1)
        snapshot = take_snapshot(self.bench.broker, request, self.bench.clock, self.envelope())
        Journal(self.bench.database).append(snapshot)

    def reconcile(self) -> ReconciliationReport:
        return Reconciler(
            database=self.bench.database,
            reader=self.bench.broker,
            calendar=CALENDAR,
            account=ACCOUNT,
            is_own_id=is_ours,
            require_free=lambda: None,
        ).reconcile(SESSION, self.envelope)

    def happen(self, **fields: object) -> None:
        self.look_alike.ask("POST", "/sim/activities", fields)

    def order_by_hand(self, side: str, quantity: str, **more: str) -> None:
        order = {"symbol": "BBB", "qty": quantity, "side": side, "type": "market", "time_in_force": "day"}
        self.look_alike.ask("POST", "/v2/orders", {**order, "client_order_id": "by-hand", **more})


@pytest.fixture(scope="module")
def look_alike(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LookAlike]:
    with served_here(tmp_path_factory.mktemp("look-alike")) as served:
        yield served


@pytest.fixture
def office(look_alike: LookAlike, tmp_path: Path) -> Iterator[Office]:
    """An account that holds 40 BBB, looked at before the first trade, and 100 AAA bought by a plan."""
    look_alike.reset(holdings={"BBB": "40"})
    office = Office(tmp_path, look_alike)
    office.look()
    plan = office.bench.plan(buy("AAA", "100"))
    Journal(office.bench.database).append(plan)
    office.bench.execute(plan)
    assert office.reconcile().breaks == ()
    yield office
    office.bench.close()


SEEDS: dict[str, tuple[Callable[[Office], None], tuple[tuple[BreakKind, Severity], ...]]] = {
    "dividend": (
        lambda office: office.happen(kind="dividend", amount="12.34", symbol="AAA"),
        ((BreakKind.DIVIDEND, NOTE),),
    ),
    "deposit": (lambda office: office.happen(kind="deposit", amount="500"), ((BreakKind.DEPOSIT, NOTE),)),
    "withdrawal": (
        lambda office: office.happen(kind="withdrawal", amount="500"),
        ((BreakKind.WITHDRAWAL, NOTE),),
    ),
    "fee": (lambda office: office.happen(kind="fee", amount="0.03"), ((BreakKind.FEE, NOTE),)),
    "interest": (
        lambda office: office.happen(kind="interest", amount="-0.57"),
        ((BreakKind.INTEREST, NOTE),),
    ),
    "split": (
        lambda office: office.happen(kind="split", symbol="AAA", ratio="3"),
        ((BreakKind.SPLIT, NOTE),),
    ),
    "reverse split": (
        lambda office: office.happen(kind="split", symbol="AAA", ratio="0.1"),
        ((BreakKind.SPLIT, NOTE),),
    ),
    "symbol change": (
        lambda office: office.happen(kind="symbol change", symbol="BBB", new_symbol="CCC"),
        ((BreakKind.SYMBOL_CHANGE, NOTE),) * 2,
    ),
    "transfer": (
        lambda office: office.happen(kind="transfer", symbol="AAA", quantity="-5"),
        ((BreakKind.TRANSFER, NOTE),),
    ),
    "debt": (
        lambda office: office.happen(kind="withdrawal", amount="99999"),
        ((BreakKind.NEGATIVE_CASH, CRITICAL), (BreakKind.WITHDRAWAL, NOTE)),
    ),
    "manual buy": (
        lambda office: office.order_by_hand("buy", "2"),
        ((BreakKind.MANUAL_TRADE, WARNING),),
    ),
    "manual sale": (
        lambda office: office.order_by_hand("sell", "40"),
        ((BreakKind.MANUAL_TRADE, WARNING),),
    ),
    "foreign order": (
        lambda office: office.order_by_hand("buy", "2", type="limit", limit_price="1"),
        ((BreakKind.FOREIGN_ORDER, WARNING),),
    ),
    "order with our id": (
        lambda office: office.order_by_hand("buy", "2", client_order_id="alch-of-another"),
        ((BreakKind.UNRESOLVED_ORDER, CRITICAL), (BreakKind.UNKNOWN_FILL, CRITICAL)),
    ),
    "manual buy and a deposit": (
        lambda office: (office.order_by_hand("buy", "2"), office.happen(kind="deposit", amount="1"))[0],
        ((BreakKind.MANUAL_TRADE, WARNING), (BreakKind.DEPOSIT, NOTE)),
    ),
}


#
@pytest.mark.parametrize("name", SEEDS)
def test_a_break_is_found_over_the_wire_and_named_rightly(office: Office, name: str) -> None:
    seed, expected = SEEDS[name]
    seed(office)
    report = office.reconcile()
    assert sorted((found.kind, found.severity) for found in report.breaks) == sorted(expected)
    locked = BreakBook(office.bench.database).locked_symbols(ACCOUNT)
    halts = (BreakKind.NEGATIVE_CASH, CRITICAL) in expected
    assert set(locked) == (set() if report.is_clean or halts else {"BBB"})
    assert HaltBook(office.bench.database).level(ACCOUNT) is (HaltLevel.HALT if halts else HaltLevel.NONE)
    balance = AccountBooks(office.bench.database).balance(ACCOUNT)
    if report.is_clean:
        assert {
            symbol: held for symbol, held in balance.positions.items() if held
        } == office.look_alike.held()
        assert balance.cash == office.look_alike.cash()
    lasting = {found.break_id for found in report.breaks if found.severity is not NOTE}
    assert {found.break_id for found in office.reconcile().breaks} == lasting
