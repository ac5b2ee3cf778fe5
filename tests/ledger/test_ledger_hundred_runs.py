"""A hundred runs' worth of state changes at once end in the right states, and leave nothing behind (R-22)."""

from __future__ import annotations

import itertools
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from support.hundred_runs import ACCOUNT, MOST_ADMITTED, STEPS, Crowd
from support.trading import SESSION

from alchemiser_dagster.execution.lock import account_lock
from alchemiser_dagster.ledger import tables
from alchemiser_dagster.ledger.admissions import AdmissionBook
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.halts import HaltBook
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.ledger.run_book import RunBook, StepState
from alchemiser_dagster.records.order import OrderState
from alchemiser_dagster.records.recovery import Resumption

IS_WHOLE = os.environ.get("ALCHEMISER_SWEEP") == "all"
RUNS = 100 if IS_WHOLE else 12


def in_threads(crowd: Crowd) -> None:
    crowd.threads(range(crowd.runs))


@pytest.fixture(scope="module", params=[Crowd.rush, in_threads], ids=["processes", "threads"])
def crowd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Crowd:
    rush: Callable[[Crowd], None] = request.param
    crowd = Crowd(tmp_path_factory.mktemp("crowd"), RUNS, 4)
    crowd.prepare()
    before = residue(crowd.folder)
    rush(crowd)
    assert residue(crowd.folder) == before, "threads or open files were left"
    return crowd


@pytest.fixture
def database(crowd: Crowd) -> Iterator[Database]:
    database = Database(crowd.url)
    yield database
    database.close()


def residue(folder: Path) -> tuple[int, list[str]]:
    links = (link for link in Path("/proc/self/fd").iterdir() if link.is_symlink())
    opened = sorted(str(link.readlink()) for link in links if link.exists())
    return threading.active_count(), [name for name in opened if name.startswith(str(folder))]


def count(database: Database, table: str) -> int:
    with database.reading() as connection:
        return int(
            connection.execute(select(func.count()).select_from(tables.metadata.tables[table])).scalar_one()
        )


def test_every_run_and_step_is_there_with_its_end(database: Database) -> None:
    #
    book = RunBook(database)
    for number in range(RUNS):
        assert len(book.of_correlation(f"day-{number}")) == 1
        steps = book.steps_of(f"day-{number}")
        assert [step.step for step in steps] == [f"step-{place}" for place in range(STEPS)]
        assert {step.state for step in steps} == {StepState.ENDED}
    assert (count(database, "runs"), count(database, "run_steps")) == (RUNS, RUNS * STEPS)
    assert count(database, "run_ends") == RUNS


def test_a_claim_has_one_winner(database: Database) -> None:
    #
    claims = list(Journal(database).newest_first(Resumption, RecordQuery(account=ACCOUNT)))
    assert len(claims) == 1


def test_no_halt_was_changed_behind_anothers_back(database: Database) -> None:
    # a level that is in force already is not put in force again
    levels = [change.level for change in HaltBook(database).history(ACCOUNT)]
    assert levels
    assert all(one is not other for one, other in itertools.pairwise(levels))


def test_not_one_order_more_than_there_was_room_for_was_let_through(database: Database) -> None:
    #
    admitted = AdmissionBook(database).of_session(ACCOUNT, SESSION)
    assert len(admitted) == MOST_ADMITTED
    assert {one.order.state for one in admitted} == {OrderState.SENT}
    with database.reading() as connection:
        sent = tables.orders.c.state == OrderState.SENT.value
        assert connection.execute(
            select(func.count()).select_from(tables.orders).where(sent)
        ).scalar_one() == (MOST_ADMITTED)


def test_every_notice_is_kept_once_and_every_failure_counted(database: Database) -> None:
    #
    assert count(database, "notices") == RUNS + 1
    with database.reading() as connection:
        counts = connection.execute(select(tables.incidents.c["count"])).scalars().all()
    assert counts == [RUNS]


def test_the_journal_is_whole(database: Database, crowd: Crowd) -> None:
    Journal(database).verify()
    with sqlite3.connect(crowd.folder / "ledger.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_nobody_held_the_account_beside_another(crowd: Crowd) -> None:
    #
    held = len((crowd.folder / "holds.txt").read_text())
    assert held >= 1
    assert int(crowd.counter.read_text()) == held


def test_no_lock_is_left(crowd: Crowd) -> None:
    # neither the account's nor the ledger's
    with account_lock(crowd.folder / "locks", ACCOUNT, "after"):
        pass
    connection = sqlite3.connect(crowd.folder / "ledger.db", timeout=0, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("ROLLBACK")
    connection.close()
    assert {file.suffix for file in (crowd.folder / "locks").iterdir()} <= {".lock", ".holder"}
