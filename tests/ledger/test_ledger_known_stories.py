"""Which stories there are, newest first, whatever clocks their parts go by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from support.trading import ACCOUNT, SESSION, named

from alchemiser_dagster.ids import derived_id
from alchemiser_dagster.ledger import tables
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.known_stories import known_stories
from alchemiser_dagster.ledger.run_book import RunBook, RunRow
from alchemiser_dagster.ledger.run_ends import RunEnd, RunEnds
from alchemiser_dagster.notify.notice import Notice, NoticeLevel
from alchemiser_dagster.notify.outbox import Outbox
from alchemiser_dagster.records.halt import HaltChange, HaltLevel
from alchemiser_dagster.records.recovery import Resumption
from alchemiser_dagster.records.values import Outcome, Trigger

REAL = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    tables.metadata.create_all(database.engine)
    yield database
    database.close()


def journaled(database: Database, correlation: str, account: str = ACCOUNT) -> None:
    """Keep a record whose own clock stands, as it does in a simulated day."""
    envelope = named(f"record-of-{correlation}").model_copy(
        update={"correlation_id": correlation, "account": account}
    )
    record = Resumption(envelope=envelope, session=SESSION, plan_id="plan")
    Journal(database).append(record, name="plan")


def ended(database: Database, correlation: str, minutes: int) -> None:
    at = REAL + timedelta(minutes=minutes)
    end = RunEnd(f"run-{correlation}", correlation, ACCOUNT, SESSION, Outcome.FAILED, "data", at)
    RunEnds(database).record(end)


def told(database: Database, correlation: str, minutes: int, about: str = "final") -> None:
    notice = Notice(
        key=derived_id("notice", correlation, about),
        level=NoticeLevel.ERROR,
        title="Failed",
        body="",
        correlation_id=correlation,
        created_at=REAL + timedelta(minutes=minutes),
    )
    Outbox(database).register(notice, ["console"])


def began(database: Database, correlation: str, job: str, at: datetime) -> None:
    row = RunRow(
        f"run-{correlation}", job, correlation, "command", ACCOUNT, SESSION, Trigger.COMMAND, None, at
    )
    RunBook(database).began(row)


def names(database: Database) -> list[str]:
    return [story.correlation_id for story in known_stories(database, ACCOUNT)]


def test_nothing_is_known_of_an_empty_ledger(database: Database) -> None:
    assert known_stories(database, ACCOUNT) == ()


def test_the_journal_has_the_order_and_what_left_nothing_there_stands_by_its_clock(
    database: Database,
) -> None:
    # "early" and "late" failed before any record
    journaled(database, "first")
    ended(database, "first", 10)
    ended(database, "early", 5)
    journaled(database, "second")
    ended(database, "second", 20)
    ended(database, "between", 15)
    told(database, "late", 30)
    assert names(database) == ["late", "second", "between", "first", "early"]


def test_what_is_told_late_of_an_old_story_does_not_make_it_newer_than_the_journal_says(
    database: Database,
) -> None:
    journaled(database, "first")
    journaled(database, "second")
    ended(database, "second", 20)
    ended(database, "first", 30)
    assert names(database) == ["second", "first"]


def test_a_run_that_was_killed_before_it_left_anything_is_known(database: Database) -> None:
    journaled(database, "first")
    began(database, "first", "trading_job", REAL)
    began(database, "killed", "trading_job", REAL + timedelta(minutes=1))
    began(database, "looked", "reconciliation_job", REAL - timedelta(minutes=1))
    found = {story.correlation_id: story.is_trading for story in known_stories(database, ACCOUNT)}
    assert list(found) == ["killed", "first", "looked"]
    assert found == {"killed": True, "first": True, "looked": False}


def test_a_notice_makes_a_trading_story_only_where_it_is_the_final_one(database: Database) -> None:
    told(database, "never-began", 1)
    told(database, "said", 2, about="holiday")
    assert {story.correlation_id: story.is_trading for story in known_stories(database, ACCOUNT)} == {
        "never-began": True,
        "said": False,
    }


def test_previews_and_other_accounts_are_left_out(database: Database) -> None:
    journaled(database, "own")
    journaled(database, "preview-1")
    journaled(database, "foreign", account="another")
    told(database, "foreign", 1)
    assert names(database) == ["own"]
    assert [story.correlation_id for story in known_stories(database, "another")] == ["foreign"]


def test_a_halt_alone_is_no_trading_story(database: Database) -> None:
    change = HaltChange(
        envelope=named("halt").model_copy(update={"correlation_id": "typed"}),
        session=date(2024, 11, 27),
        level=HaltLevel.HALT,
        by="Ann",
        reason="stop",
        is_tripped=False,
    )
    Journal(database).append(change)
    (story,) = known_stories(database, ACCOUNT)
    assert not story.is_trading
    assert story.session == date(2024, 11, 27)
