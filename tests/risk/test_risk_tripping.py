"""Trading halts by itself after so many failed runs in a row, once, until a person resumes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.trading import unhurried

from alchemiser_dagster.ledger import tables
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.run_ends import RunEnd, RunEnds
from alchemiser_dagster.records.envelope import Envelope
from alchemiser_dagster.records.halt import HaltLevel
from alchemiser_dagster.records.values import Outcome
from alchemiser_dagster.risk.halting import HaltWish, change_level
from alchemiser_dagster.risk.tripping import TRIPPED_BY, trip_after_failures

SESSION = date(2024, 11, 29)
START = datetime(2024, 11, 29, 20, 45, tzinfo=UTC)
LIMIT = 3
FAILED, TRADED, REFUSED = Outcome.FAILED, Outcome.TRADED, Outcome.SKIPPED
NUMBERS = count()


class Account:
    """An account of its own in a shared ledger, and a clock that goes on by a minute a step."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.name = f"account-{next(NUMBERS)}"
        self.minutes = count()

    @property
    def now(self) -> datetime:
        return START + timedelta(minutes=next(self.minutes))

    @property
    def level(self) -> HaltLevel:
        return HaltBook(self.database).level(self.name)

    def end(self, outcome: Outcome, run_id: str = "") -> bool:
        """Let a run end; return whether that halted trading."""
        name = run_id or f"{self.name}-run-{next(NUMBERS)}"
        code = {FAILED: "order", REFUSED: "busy"}.get(outcome, "none")
        end = RunEnd(name, "correlation", self.name, SESSION, outcome, code, self.now)
        RunEnds(self.database).record(end)
        return trip_after_failures(self.database, self.name, LIMIT, "code") is not None

    def put(self, level: HaltLevel) -> None:
        """Let a person put a level in force."""
        envelope = Envelope(
            record_id=f"change-{next(NUMBERS)}",
            correlation_id="correlation",
            causation_id="command",
            run_id="command",
            account=self.name,
            source="test",
            created_at=self.now,
        )
        change_level(self.database, HaltWish(level, "anna", "because"), SESSION, envelope)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = unhurried(Database(f"sqlite:///{tmp_path_factory.mktemp('tripping') / 'ledger.db'}"))
    tables.metadata.create_all(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def account(database: Database) -> Account:
    return Account(database)


def test_one_failure_fewer_than_the_limit_does_not_halt_and_the_next_one_does(account: Account) -> None:
    assert [account.end(FAILED) for _ in range(LIMIT)] == [False, False, True]
    (halt,) = HaltBook(account.database).history(account.name)
    assert (halt.level, halt.by, halt.is_tripped) == (HaltLevel.HALT, TRIPPED_BY, True)
    assert halt.reason == "3 trading runs failed one after the other (order, order, order)"


def test_a_run_that_went_well_ends_the_row(account: Account) -> None:
    for outcome in (FAILED, FAILED, TRADED, FAILED, FAILED):
        assert not account.end(outcome)


def test_a_refused_run_neither_counts_nor_ends_the_row(account: Account) -> None:
    for outcome in (FAILED, REFUSED, REFUSED, REFUSED, FAILED):
        assert not account.end(outcome)
    assert account.end(FAILED)


def test_the_same_end_told_twice_counts_once(account: Account) -> None:
    #
    for _ in range(LIMIT + 1):
        assert not account.end(FAILED, "one-run")


def test_the_same_failures_halt_once(account: Account) -> None:
    #
    for _ in range(LIMIT):
        account.end(FAILED)
    assert trip_after_failures(account.database, account.name, LIMIT, "code") is None
    account.put(HaltLevel.NONE)
    assert trip_after_failures(account.database, account.name, LIMIT, "code") is None
    assert account.level is HaltLevel.NONE


@pytest.mark.parametrize("level", [HaltLevel.NONE, HaltLevel.FLATTEN])
def test_a_person_who_goes_on_begins_the_count_anew(account: Account, level: HaltLevel) -> None:
    for _ in range(LIMIT):
        account.end(FAILED)
    account.put(level)
    assert [account.end(FAILED) for _ in range(LIMIT)] == [False, False, True]


def test_a_halt_in_force_is_not_halted_again(account: Account) -> None:
    account.put(HaltLevel.HALT)
    assert not any(account.end(FAILED) for _ in range(LIMIT + 1))


def test_other_accounts_are_left_alone(account: Account) -> None:
    other = Account(account.database)
    for _ in range(LIMIT):
        account.end(FAILED)
    assert other.level is HaltLevel.NONE


RESUMED = "resumed"
Happening = Outcome | str


@given(
    happenings=st.lists(
        st.sampled_from([FAILED, FAILED, FAILED, TRADED, Outcome.PARTIAL, REFUSED, RESUMED]), max_size=12
    )
)
def test_whatever_happens_a_row_of_failures_and_nothing_else_halts(
    database: Database, happenings: list[Happening]
) -> None:
    account, row, is_halted = Account(database), 0, False
    for happening in happenings:
        if isinstance(happening, Outcome):
            row = row + 1 if happening is FAILED else row if happening is REFUSED else 0
            account.end(happening)
            is_halted = is_halted or row >= LIMIT
        else:
            row, is_halted = (0, False) if is_halted else (row, is_halted)
            account.put(HaltLevel.NONE)
        assert (account.level is HaltLevel.HALT) is is_halted


def test_ends_are_told_newest_first_and_none_is_written_over(tmp_path: Path) -> None:
    database = unhurried(Database(f"sqlite:///{tmp_path / 'ledger.db'}"))
    tables.metadata.create_all(database.engine)
    ends = RunEnds(database)
    first = RunEnd("one", "correlation", "a", None, FAILED, "broker", START)
    second = RunEnd("two", "correlation", "a", SESSION, TRADED, "none", START + timedelta(minutes=1))
    assert [ends.record(end) for end in (first, second)] == [True, True]
    again = RunEnd("one", "correlation", "a", SESSION, TRADED, "none", START)
    assert not ends.record(again)
    assert tuple(ends.newest_first("a")) == (second, first)
    assert tuple(ends.newest_first("a", START)) == (second,)
    database.close()
