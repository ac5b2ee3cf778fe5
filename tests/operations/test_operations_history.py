"""A long history costs a few questions, however long it is; and what happened beside the runs is counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from operations.operations_bench import MONDAY, TUESDAY, Measured, at
from sqlalchemy import event
from support.filled_ledger import ACCOUNT, CALENDAR, Filling, fill

from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.tables import breaks, incidents, notices
from alchemiser_dagster.operations.history import usual_query
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.halt import HaltChange, HaltLevel
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.recovery import RecoveredOrder, RecoveryReport
from alchemiser_dagster.records.values import Mode, Side
from alchemiser_dagster.settings import Settings

NOTHING = Decimal(0)


@pytest.fixture
def ledger(tmp_path: Path) -> Measured:
    return Measured(tmp_path)


@contextmanager
def counted_statements(ledger: Measured) -> Iterator[list[str]]:
    seen: list[str] = []
    engine = ledger.database.engine

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def envelope(name: str, at_: datetime) -> Envelope:
    return Envelope(
        record_id=name,
        correlation_id="correlation",
        causation_id="cause",
        run_id="run",
        account=ACCOUNT,
        source="test",
        created_at=at_,
    )


def test_a_longer_history_asks_no_more_questions(ledger: Measured) -> None:
    #
    sessions = CALENDAR.between(date(2024, 9, 3), date(2024, 11, 29))
    fill(ledger.database, sessions[:3], Filling(orders=1))
    with counted_statements(ledger) as few:
        ledger.history()
    fill(ledger.database, sessions[3:], Filling(orders=2))
    with counted_statements(ledger) as many:
        history = ledger.history()
    assert len(many) == len(few) <= 20
    assert (len(history.trading), history.measures.orders.filled) == (
        len(sessions),
        3 + 2 * len(sessions[3:]),
    )


def halt(name: str, level: HaltLevel, day: date, *, is_tripped: bool = False) -> HaltChange:
    return HaltChange(
        envelope=envelope(name, at(day)),
        session=day,
        level=level,
        by="anna",
        reason="why",
        is_tripped=is_tripped,
    )


def recovery(name: str, *, was_needed: bool) -> RecoveryReport:
    order = RecoveredOrder(
        client_order_id="order",
        symbol="SPY",
        side=Side.BUY,
        quantity=NOTHING,
        filled_quantity=NOTHING,
        state=OrderState.UNKNOWN,
    )
    return RecoveryReport(
        envelope=envelope(name, at(TUESDAY)),
        session=TUESDAY,
        failed_run_id="run",
        found=(),
        orders=(order,) if was_needed else (),
        adopted_fills=0,
        plan_id=None,
        lines_remaining=0,
        value_remaining=NOTHING,
        hindrances=(),
        next_action="none",
    )


def kept_break(name: str, severity: str, state: str) -> dict[str, object]:
    return {
        "break_id": name,
        "account": ACCOUNT,
        "session": MONDAY,
        "kind": "cash",
        "severity": severity,
        "message": "m",
        "remedy": "r",
        "state": state,
        "first_seen_at": at(MONDAY),
        "last_seen_at": at(MONDAY),
        "report_id": "report",
    }


def test_what_happened_beside_the_runs_is_counted(ledger: Measured) -> None:
    database = ledger.database
    book, journal = HaltBook(database), Journal(database)
    book.change(halt("one", HaltLevel.HALT, MONDAY))
    book.change(halt("two", HaltLevel.NONE, MONDAY))
    book.change(halt("three", HaltLevel.REDUCE_ONLY, TUESDAY, is_tripped=True))
    journal.append(recovery("needed", was_needed=True))
    journal.append(recovery("needless", was_needed=False))
    ledger.write(
        breaks,
        kept_break("a", "note", "cleared"),
        kept_break("b", "critical", "open"),
        kept_break("c", "warning", "cleared"),
    )
    found = ledger.history().measures.happenings
    assert (found.halts, found.tripped, found.halt) == (2, 1, HaltLevel.REDUCE_ONLY)
    assert (found.breaks, found.breaks_open, found.recoveries) == (2, 1, 1)
    later = ledger.history(since=at(TUESDAY, 0)).measures.happenings
    assert (later.halts, later.breaks, later.breaks_open, later.recoveries) == (1, 0, 1, 1)


def test_owed_notices_and_failures_that_go_on_are_counted_once_each(ledger: Measured) -> None:
    #
    for key, sent in (("told", at(MONDAY)), ("owed", None), ("owed/mail", None), ("owed/chat", None)):
        row = {"notice_key": key, "correlation_id": "c", "level": "info", "title": "t", "body": "b"}
        ledger.write(notices, {**row, "created_at": at(MONDAY), "sent_at": sent})
    for name, closed in (("a", None), ("b", at(TUESDAY))):
        row = {
            "account": ACCOUNT,
            "fingerprint": name,
            "scope": "run",
            "level": "error",
            "title": "t",
            "correlation_id": "c",
            "opened_at": at(MONDAY),
            "last_seen_at": at(MONDAY),
            "last_told_at": at(MONDAY),
            "count": 1,
            "closed_at": closed,
        }
        ledger.write(incidents, row)
    found = ledger.history().measures.happenings
    assert (found.notices_owed, found.incidents_open) == (1, 1)


@pytest.mark.parametrize(
    ("mode", "due", "is_real_time"),
    [(Mode.PAPER, MONDAY, True), (Mode.SIMULATED, None, False)],
)
def test_a_session_is_due_from_its_close_on(mode: Mode, due: date | None, is_real_time: bool) -> None:  # noqa: FBT001
    before_close = usual_query(Settings(mode=mode), CALENDAR, at(TUESDAY, 20, 59))
    assert (before_close.due, before_close.is_real_time) == (due, is_real_time)
