"""Notices, sinks and records for tests of what people are told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.migrate import migrate
from alchemiser_dagster.notify import Notice, NoticeLevel, notice_key
from alchemiser_dagster.records.account import AccountSnapshot, BrokerAccount
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.execution import ExecutionResult, OrderReport
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.plan import LineReason, PlanLine, RebalancePlan
from alchemiser_dagster.records.reconciliation import (
    Break,
    BreakKind,
    Compared,
    ReconciliationReport,
    Severity,
)
from alchemiser_dagster.records.values import Mode, Outcome, Side

NOON = datetime(2024, 11, 29, 17, 0, tzinfo=UTC)
SESSION = date(2024, 11, 29)
CORRELATION = "correlation-1"
ACCOUNT_NUMBER = "PA1234567890"


def migrated(folder: Path) -> Database:
    """Return a new ledger in the folder."""
    database = Database(f"sqlite:///{folder / 'ledger.sqlite'}")
    migrate(database)
    return database


def notice(about: str = "final", *, body: str = "all is well", title: str = "Traded") -> Notice:
    return Notice(
        key=notice_key(CORRELATION, about),
        level=NoticeLevel.INFO,
        title=title,
        body=body,
        correlation_id=CORRELATION,
        created_at=NOON,
    )


class RecordingSink:
    """A sink that keeps what it is given, and fails as often as it is told to."""

    def __init__(
        self,
        name: str = "recording",
        *,
        failures: int = 0,
        level: NoticeLevel = NoticeLevel.INFO,
        is_paging: bool = False,
    ) -> None:
        self.name = name
        self.level, self.is_paging = level, is_paging
        self.failures = failures
        self.delivered: list[Notice] = []

    def deliver(self, notice: Notice) -> None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError(
                'Traceback (most recent call last):\n  File "x.py", line 1\nBoom: no key hunter22'
            )
        self.delivered.append(notice)


def envelope(record_id: str) -> Envelope:
    return Envelope(
        record_id=record_id,
        correlation_id=CORRELATION,
        causation_id="cause",
        run_id="run",
        account=ACCOUNT_NUMBER,
        source="test",
        created_at=NOON,
    )


def snapshot(mode: Mode = Mode.PAPER) -> AccountSnapshot:
    return AccountSnapshot(
        envelope=envelope("snapshot"),
        session=SESSION,
        mode=mode,
        taken_at=NOON,
        account=BrokerAccount(
            account=ACCOUNT_NUMBER,
            status="ACTIVE",
            currency="USD",
            cash=Decimal(1000),
            buying_power=Decimal(1000),
            equity=Decimal("100000.5"),
            trading_blocked=False,
            account_blocked=False,
            trade_suspended_by_user=False,
        ),
        positions=(),
        open_orders=(),
        prices=(),
        assets=(),
        sequence=1,
    )


def plan(*symbols: str) -> RebalancePlan:
    lines = tuple(
        PlanLine(
            line_id=f"line-{symbol}",
            symbol=symbol,
            side=Side.BUY,
            quantity=Decimal(2),
            reference_price=Decimal(50),
            notional=Decimal(100),
            reason=LineReason.OPEN,
            target_weight=Decimal("0.5"),
            fractionable=True,
            contributions=(),
        )
        for symbol in symbols
    )
    return RebalancePlan(
        envelope=envelope("plan"),
        session=SESSION,
        plan_id="plan-1",
        sequence=1,
        comparison_id="comparison",
        lines=lines,
        skips=(),
        equity=Decimal(100_000),
        cash_before=Decimal(1000),
        expected_sale_proceeds=Decimal(0),
        expected_purchases=Decimal(100),
    )


def result(outcome: Outcome, reason: str = "", **states: OrderState) -> ExecutionResult:
    orders = tuple(
        OrderReport(
            client_order_id=f"order-{symbol}",
            broker_order_id=None,
            line_id=f"line-{symbol}",
            symbol=symbol,
            side=Side.BUY,
            quantity=Decimal(2),
            filled_quantity=Decimal(2) if state is OrderState.FILLED else Decimal(0),
            average_price=None,
            state=state,
            detail="",
        )
        for symbol, state in states.items()
    )
    return ExecutionResult(
        envelope=envelope("result"),
        session=SESSION,
        plan_id="plan-1",
        sequence=1,
        outcome=outcome,
        reason=reason,
        orders=orders,
        fills=(),
        skips=(),
        bought=Decimal("1234.5"),
        sold=Decimal(0),
    )


def report(*messages: str, compared: int = 3) -> ReconciliationReport:
    breaks = tuple(
        Break(
            break_id=message,
            kind=BreakKind.POSITION,
            severity=Severity.CRITICAL,
            symbol="SPY",
            expected="2",
            actual="1",
            message=message,
            remedy="",
        )
        for message in messages
    )
    return ReconciliationReport(
        envelope=envelope("report"),
        session=SESSION,
        snapshot_id="snapshot",
        plan_id="plan-1",
        result_id="result",
        compared=Compared(orders=compared, fills=0, positions=0, cash=0),
        breaks=breaks,
        expected_cash=Decimal(0),
        actual_cash=Decimal(0),
        equity=Decimal("100123.456"),
        positions=(),
    )
