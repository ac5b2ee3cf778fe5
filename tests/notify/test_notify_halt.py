"""What holds an account back stands in every notice, and a halt that tripped has a notice of its own."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from notify.notify_builders import (
    CORRELATION,
    NOON,
    SESSION,
    RecordingSink,
    envelope,
    migrated,
    notice,
    plan,
    report,
    result,
    snapshot,
)

from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.notify import (
    Failure,
    NoticeLevel,
    Notifier,
    TradingRecords,
    compose_failure,
    compose_trading,
)
from alchemiser_dagster.notify.compose_halt import NEXT, compose_halt
from alchemiser_dagster.notify.terms import NotifierTerms
from alchemiser_dagster.records.execution import ExecutionSkip
from alchemiser_dagster.records.halt import HaltChange, HaltLevel
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.values import Mode, Outcome, Side

CLOCK = StandingClock(NOON)


def change(level: HaltLevel, reason: str = "quotes look wrong") -> HaltChange:
    made = envelope(f"change-{level.value}")
    return HaltChange(envelope=made, session=SESSION, level=level, by="anna", reason=reason, is_tripped=False)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = migrated(tmp_path)
    yield opened
    opened.close()


def told(database: Database, **more: str) -> str:
    sink = RecordingSink()
    account = envelope("any").account
    Notifier(database, [sink], CLOCK, NotifierTerms(account, ("hunter22",))).send(notice(**more))
    return sink.delivered[0].body


def test_every_notice_ends_with_what_holds_the_account_back(database: Database) -> None:
    assert told(database) == "all is well\nhalt: none"
    HaltBook(database).change(change(HaltLevel.REDUCE_ONLY))
    line = "halt: reduce only since 2024-11-29 17:00 UTC by anna: quotes look wrong"
    assert told(database, about="other") == f"all is well\n{line}"
    HaltBook(database).change(change(HaltLevel.NONE))
    assert told(database, about="third").endswith("\nhalt: none")


def test_a_long_notice_says_it_too(database: Database) -> None:
    assert told(database, body="x" * 10_000).endswith("\nhalt: none")


def test_no_secret_is_told_by_a_reason(database: Database) -> None:
    #
    HaltBook(database).change(change(HaltLevel.HALT, "the key hunter22 leaked"))
    assert "hunter22" not in told(database)


def test_another_accounts_halt_is_not_told(database: Database) -> None:
    other = change(HaltLevel.HALT)
    made = other.envelope.model_copy(update={"account": "other"})
    HaltBook(database).change(other.model_copy(update={"envelope": made}))
    assert told(database).endswith("\nhalt: none")


def test_without_a_ledger_the_notice_goes_out_and_says_that_nobody_knows(tmp_path: Path) -> None:
    #
    unmigrated = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    assert told(unmigrated) == "all is well\nhalt: not known, for the ledger can't be read"
    unmigrated.close()


def test_a_halt_that_tripped_is_told_with_its_limit_its_reason_and_how_to_go_on() -> None:
    tripped = change(HaltLevel.HALT, "3 runs failed").model_copy(
        update={"by": "risk.max_failed_runs", "is_tripped": True}
    )
    said = compose_halt(tripped, Mode.PAPER, NOON)
    assert (said.level, said.title) == (
        NoticeLevel.ERROR,
        "Trading halted by itself (paper, session 2024-11-29)",
    )
    assert said.body.splitlines() == [
        "in short: No order is sent until a person resumes trading.",
        "mode: paper",
        "session: 2024-11-29",
        "level: halt",
        "limit: risk.max_failed_runs",
        "reason: 3 runs failed",
        f"next: {NEXT}",
        "correlation id: correlation-1",
    ]
    assert said.key != compose_halt(change(HaltLevel.FLATTEN), Mode.PAPER, NOON).key


def test_a_run_that_was_halted_is_told_as_halted() -> None:
    failure = Failure(CORRELATION, Mode.LIVE, SESSION, "start", "trading is halted since …", "halted")
    said = compose_failure(failure, NOON)
    assert (said.level, said.title) == (NoticeLevel.WARNING, "Halted (live, session 2024-11-29)")
    assert {
        "outcome: skipped",
        "code: halted",
        "error: trading is halted since …",
        "next: Run `alchemiser resume --reason TEXT` once the cause is gone",
    } <= set(said.body.splitlines())


def test_a_run_that_was_halted_on_its_way_is_told_as_halted_and_says_how_far_it_came() -> None:
    skipped = ExecutionSkip(
        line_id="line-BIL",
        symbol="BIL",
        side=Side.BUY,
        quantity=Decimal(2),
        reason="trading is halted (halt) by anna: enough",
    )
    done = result(Outcome.PARTIAL, "1 of 2 lines are done", SPY=OrderState.FILLED)
    records = TradingRecords(
        snapshot(), plan("SPY", "BIL"), done.model_copy(update={"skips": (skipped,)}), report()
    )
    said = compose_trading(records, NOON)
    assert said.title == "Halted: 1 of 2 trades filled, 100,123.46 USD (paper, session 2024-11-29)"
    assert {
        "success: no",
        "error: trading is halted (halt) by anna: enough; 1 of 2 lines are done",
        "code: halted",
    } <= set(said.body.splitlines())
