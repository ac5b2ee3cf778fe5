"""`alchemiser reconcile` and `alchemiser breaks`, on a simulated account, without a trading window."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import update
from support.command import Shown, alchemiser, working_folder
from support.days import Day

from alchemiser_dagster.broker.snapshot import SnapshotRequest, take_snapshot
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.execution.lock import account_lock
from alchemiser_dagster.ledger.break_book import BreakBook
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.tables import simulated_accounts, simulated_orders
from alchemiser_dagster.records.envelope import RunIdentity
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.records.values import Mode

ACCOUNT = "simulated"
SESSION = ("--session", "2024-11-29")


@pytest.fixture
def day() -> Iterator[Day]:
    """An account of which one snapshot was taken; it was never traded."""
    with working_folder() as folder:
        day = Day.in_folder(folder)
        desk = day.desk
        identity = RunIdentity(run_id="run", correlation_id="correlation")
        request = SnapshotRequest(day.session, Mode.SIMULATED, (), 1)
        envelope = desk.envelope(identity, "test", [])
        desk.journal.append(take_snapshot(desk.reader, request, desk.clock, envelope))
        desk.close()
        yield day


def spoil(folder: Path, cash: str) -> None:
    desk = TradingDesk(Day(folder).desk.settings)
    with desk.database.transaction() as connection:
        connection.execute(update(simulated_accounts).values(cash=Decimal(cash)))
    desk.close()


def reconciled(folder: Path) -> Shown:
    return alchemiser(folder, "reconcile", *SESSION)


def only_break(day: Day) -> str:
    (kept,) = BreakBook(day.desk.database).open_breaks(ACCOUNT)
    return kept.break_id


#
def test_reconcile_compares_at_any_time_and_trades_nothing(day: Day) -> None:
    shown = reconciled(day.folder)
    assert shown.exit_code == 0
    assert (
        "Reconciliation: clean; compared 0 orders, 0 fills, 0 positions, cash 100,000.00 (nothing to list)"
        in (shown.lines)
    )
    assert "cash 100,000.00 100,000.00 0.00" in shown.lines
    with day.desk.database.reading() as connection:
        assert connection.execute(simulated_orders.select()).all() == []


def test_reconcile_says_what_differs_and_fails(day: Day) -> None:
    reconciled(day.folder)
    spoil(day.folder, "100277.77")
    shown = reconciled(day.folder)
    assert shown.exit_code == 1
    assert any(line.startswith("critical cash – 100000 USD 100277.77 USD unknown") for line in shown.lines)
    assert HaltBook(day.desk.database).level(ACCOUNT) is HaltLevel.HALT


def test_reconcile_waits_for_nobody_who_trades_the_account(day: Day) -> None:
    with account_lock(day.desk.lock_folder, ACCOUNT, "run-7"):
        shown = reconciled(day.folder)
    assert shown.exit_code == 1
    assert "run-7 is trading the account" in shown.err


def test_breaks_lists_what_is_open_and_with_all_what_is_past(day: Day) -> None:
    reconciled(day.folder)
    assert alchemiser(day.folder, "breaks").lines == ["Breaks (nothing to list)"]
    spoil(day.folder, "100277.77")
    reconciled(day.folder)
    name = only_break(day)
    (line,) = (one for one in alchemiser(day.folder, "breaks").lines if one.startswith(name[:8]))
    assert line.startswith(f"{name[:8]} 2024-11-29 critical cash – +277.77 USD of cash:")
    spoil(day.folder, "100000")
    assert reconciled(day.folder).exit_code == 0
    assert alchemiser(day.folder, "breaks").lines == ["Breaks (nothing to list)"]
    assert any(line.startswith(name[:8]) for line in alchemiser(day.folder, "breaks", "--all").lines)


#
def test_a_break_is_accepted_by_name_once_and_the_halt_waits_for_a_person(day: Day) -> None:
    reconciled(day.folder)
    spoil(day.folder, "100277.77")
    reconciled(day.folder)
    word = ("breaks", "accept", only_break(day)[:6], "--by", "Ada", "--reason", "my own money")
    first = alchemiser(day.folder, *word)
    assert first.exit_code == 0
    assert "Accepted, by Ada: critical cash, +277.77 USD of cash" in first.out
    again = alchemiser(day.folder, *word)
    assert again.exit_code == 0
    assert "It was accepted already, by Ada; nothing was changed" in again.out
    assert reconciled(day.folder).exit_code == 0
    assert HaltBook(day.desk.database).level(ACCOUNT) is HaltLevel.HALT


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("zzz", "--by", "Ada", "--reason", "why"), "no breaks have an id that begins with 'zzz'"),
        (("zzz", "--by", " ", "--reason", "why"), "say it in some words"),
        (("zzz", "--by", "Ada", "--reason", " "), "say it in some words"),
        (("zzz", "--by", "Ada"), "--reason"),
        (("zzz", "--reason", "why"), "--by"),
    ],
)
def test_an_acceptance_needs_a_break_a_name_and_a_reason(
    day: Day, arguments: tuple[str, ...], complaint: str
) -> None:
    shown = alchemiser(day.folder, "breaks", "accept", *arguments)
    assert shown.exit_code == 2
    assert complaint in shown.err
