"""A ledger filled with runs, orders and comparisons of many sessions, written straight into its tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, insert

from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.migrate import migrate
from alchemiser_dagster.ledger.tables import (
    executions,
    fills,
    order_events,
    orders,
    run_ends,
    run_steps,
    runs,
)
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.reconciliation import Compared, ReconciliationReport
from alchemiser_dagster.sessions import TradingCalendar

ACCOUNT = "simulated"
TRADING_STEPS = (
    "market_data",
    "strategy_signals",
    "target_allocation",
    "account_snapshot",
    "allocation_comparison",
    "rebalance_plan",
    "execution_result",
)
CALENDAR = TradingCalendar()


@dataclass(frozen=True)
class Filling:
    """What each session is filled with."""

    orders: int = 8
    with_reports: bool = True


def new_ledger(url: str) -> Database:
    database = Database(url)
    migrate(database)
    return database


def fill(database: Database, sessions: tuple[date, ...], filling: Filling = Filling()) -> None:
    """Write one traded run and its comparison for each session."""
    rows: dict[Table, list[dict[str, Any]]] = {
        table: [] for table in (runs, run_steps, run_ends, executions, orders, order_events, fills)
    }
    for number, session in enumerate(sessions):
        begun = CALENDAR.close_of(session) - timedelta(minutes=15)
        _add_runs(rows, session, begun, number)
        _add_orders(rows, session, begun, filling.orders)
    with database.transaction() as connection:
        for table, found in rows.items():
            if found:
                connection.execute(insert(table), found)
        if filling.with_reports:
            journal = Journal(database)
            for session in sessions:
                journal.append(report(session), connection=connection)


def report(session: date, equity: str = "100000.12") -> ReconciliationReport:
    return ReconciliationReport(
        envelope=Envelope(
            record_id=f"report-{session}",
            correlation_id=f"c-{session}",
            causation_id="cause",
            run_id=f"b-{session}",
            account=ACCOUNT,
            source="reconciliation_report",
            created_at=CALENDAR.close_of(session),
        ),
        session=session,
        snapshot_id=None,
        plan_id=None,
        result_id=None,
        compared=Compared(orders=1, fills=1, positions=1, cash=1),
        breaks=(),
        expected_cash=Decimal(1),
        actual_cash=Decimal(1),
        equity=Decimal(equity),
        positions=(),
    )


def run_row(run_id: str, session: date | None, begun: datetime, **more: Any) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "job": "trading_job",
        "correlation_id": f"c-{session}",
        "causation_id": run_id,
        "account": ACCOUNT,
        "session": session,
        "trigger": "schedule",
        "launched_at": begun - timedelta(seconds=4),
        "began_at": begun,
        "number": 1,
        **more,
    }


def step_row(run_id: str, step: str, session: date | None, begun: datetime, **more: Any) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "step": step,
        "attempt": 1,
        "correlation_id": f"c-{session}",
        "account": ACCOUNT,
        "session": session,
        "span_id": "0" * 16,
        "began_at": begun,
        "duration_seconds": 0.5,
        "state": "ended",
        "code": None,
        "message": None,
        "number": 1,
        **more,
    }


def end_row(run_id: str, session: date | None, at: datetime, **more: Any) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "correlation_id": f"c-{session}",
        "account": ACCOUNT,
        "session": session,
        "outcome": "traded",
        "code": "none",
        "at": at,
        **more,
    }


def order_row(name: str, session: date, begun: datetime, **more: Any) -> dict[str, Any]:
    return {
        "client_order_id": name,
        "broker_order_id": f"broker-{name}",
        "plan_id": f"plan-{session}",
        "line_id": name,
        "account": ACCOUNT,
        "session": session,
        "symbol": "SPY",
        "side": "buy",
        "attempt": 1,
        "quantity": Decimal(10),
        "order_type": "limit",
        "limit_price": Decimal("100.05"),
        "time_in_force": "day",
        "decision_price": Decimal(100),
        "bid": Decimal("99.90"),
        "ask": Decimal("100.10"),
        "quoted_at": begun,
        "state": "filled",
        "filled_quantity": Decimal(10),
        "average_price": Decimal("100.05"),
        "detail": "",
        "correlation_id": f"c-{session}",
        "created_at": begun + timedelta(seconds=6),
        "updated_at": begun + timedelta(seconds=8),
        **more,
    }


def event_row(name: str, state: str, at: datetime) -> dict[str, Any]:
    return {
        "client_order_id": name,
        "from_state": "intended",
        "to_state": state,
        "filled_quantity": Decimal(0),
        "detail": "",
        "at": at,
    }


def fill_row(name: str, session: date, at: datetime, **more: Any) -> dict[str, Any]:
    return {
        "fill_id": f"fill-{name}",
        "client_order_id": name,
        "broker_order_id": f"broker-{name}",
        "account": ACCOUNT,
        "session": session,
        "symbol": "SPY",
        "side": "buy",
        "quantity": Decimal(10),
        "price": Decimal("100.05"),
        "filled_at": at,
        **more,
    }


def execution_row(session: date, begun: datetime) -> dict[str, Any]:
    return {
        "plan_id": f"plan-{session}",
        "account": ACCOUNT,
        "session": session,
        "sequence": 1,
        "state": "closed",
        "plan_record_id": f"record-{session}",
        "correlation_id": f"c-{session}",
        "opened_at": begun,
    }


def _add_runs(rows: dict[Table, list[dict[str, Any]]], session: date, begun: datetime, number: int) -> None:
    trading, compared = f"a-{session}", f"b-{session}"
    rows[runs].append(run_row(trading, session, begun))
    later = begun + timedelta(minutes=2)
    rows[runs].append(run_row(compared, session, later, job="reconciliation_job", trigger="sensor", number=2))
    for place, step in enumerate(TRADING_STEPS):
        seconds = 0.25 + (number % 4) * 0.25
        rows[run_steps].append(
            step_row(trading, step, session, begun, duration_seconds=seconds, number=place + 1)
        )
    rows[run_steps].append(step_row(compared, "reconciliation_report", session, later, number=8))
    rows[run_ends].append(end_row(trading, session, later))


def _add_orders(rows: dict[Table, list[dict[str, Any]]], session: date, begun: datetime, count: int) -> None:
    rows[executions].append(execution_row(session, begun))
    for number in range(count):
        name, at = f"o{number}-{session}", begun + timedelta(seconds=6)
        rows[orders].append(order_row(name, session, begun))
        rows[order_events].append(event_row(name, "sent", at))
        rows[order_events].append(event_row(name, "filled", at))
        rows[fills].append(fill_row(name, session, at))
