from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from support.ledger_builders import target_allocation

from alchemiser_dagster.errors import ConfigurationError, StorageError
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.hashing import GENESIS
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.migrate import migrate, schema_revision
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.ledger.tables import metadata
from alchemiser_dagster.records.allocation import TargetAllocation
from alchemiser_dagster.records.plan import RebalancePlan

SESSION = date(2024, 11, 29)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "ledger.sqlite"


@pytest.fixture
def database(file: Path) -> Database:
    database = Database(f"sqlite:///{file}")
    migrate(database)
    return database


@pytest.fixture
def journal(database: Database) -> Journal:
    return Journal(database)


def tamper(file: Path, statement: str) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TRIGGER journal_UPDATE")
        connection.execute("DROP TRIGGER journal_DELETE")
        connection.execute(statement)


def test_migrations_add_up_to_the_tables(database: Database) -> None:
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    #
    migrate(database)
    assert schema_revision(database) == "0004"


def test_many_processes_can_migrate_a_new_database_at_once(file: Path) -> None:
    #
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: migrate(Database(f"sqlite:///{file}")), range(8)))
    assert schema_revision(Database(f"sqlite:///{file}")) == "0004"


def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    #
    with database.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageError, match=r"newer version of alchemiser\? Install that one"):
        migrate(database)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    #
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="Set `data_dir` to a folder that you may write"):
        migrate(Database(f"sqlite:///{tmp_path}/file/ledger.sqlite"))


def test_a_record_comes_back_as_it_was(journal: Journal) -> None:
    # decimals keep their digits
    record = target_allocation("a", weight=Decimal("0.10"))
    journal.append(record)
    found = journal.record("a")
    assert found == record
    assert isinstance(found, TargetAllocation)
    assert str(found.lines[0].weight) == "0.10"


def test_making_a_record_again_adds_an_entry_and_the_newest_is_the_latest(journal: Journal) -> None:
    for identity in ("a", "b"):
        journal.append(target_allocation(identity))
    found = journal.latest(TargetAllocation, RecordQuery(session=SESSION))
    assert found is not None
    assert found.envelope.record_id == "b"
    assert journal.head().entry == 2


def test_appending_the_same_record_twice_changes_nothing(journal: Journal) -> None:
    #
    first = journal.append(target_allocation("a"))
    assert journal.append(target_allocation("a")) == first
    assert journal.head().entry == 1


def test_another_record_under_the_same_id_is_refused(journal: Journal) -> None:
    journal.append(target_allocation("a"))
    with pytest.raises(StorageError, match="is there already and says something else"):
        journal.append(target_allocation("a", weight=Decimal("0.2")))


def test_queries_tell_session_account_name_and_correlation_apart(journal: Journal) -> None:
    journal.append(target_allocation("a", correlation="x"), name="one")
    journal.append(target_allocation("b", correlation="y"), name="two")
    assert journal.latest(TargetAllocation, RecordQuery(correlation_id="x")) == journal.record("a")
    assert journal.latest(TargetAllocation, RecordQuery(name="two")) == journal.record("b")
    assert journal.latest(TargetAllocation, RecordQuery(session=date(2024, 11, 27))) is None
    assert journal.latest(TargetAllocation, RecordQuery(account="other")) is None
    assert journal.latest(RebalancePlan, RecordQuery()) is None
    assert [record.envelope.record_id for record in journal.story("y")] == ["b"]


def test_a_record_that_is_not_there_is_an_error(journal: Journal) -> None:
    with pytest.raises(StorageError, match="there is no record nothing"):
        journal.record("nothing")


def test_an_append_inside_a_transaction_that_fails_leaves_nothing(
    journal: Journal, database: Database
) -> None:
    #
    def append_and_fail() -> None:
        with database.transaction() as connection:
            journal.append(target_allocation("a"), connection=connection)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        append_and_fail()
    assert journal.head().entry == 0


def test_the_chain_of_an_untouched_journal_verifies(journal: Journal) -> None:
    assert journal.verify().hash == GENESIS
    for number in range(5):
        journal.append(target_allocation(f"record-{number}"))
    assert journal.verify() == journal.head()


def test_a_hundred_appends_at_once_make_one_unbroken_chain(journal: Journal) -> None:
    #
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: journal.append(target_allocation(f"r{number}")), range(100)))
    assert journal.verify().entry == 100


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET payload = replace(payload, 'SPY', 'SPX') WHERE entry = 2",
        "UPDATE journal SET correlation_id = 'y' WHERE entry = 2",
        "UPDATE journal SET created_at = '2024-11-29 17:45:01.000000' WHERE entry = 2",
        "UPDATE journal SET hash = replace(hash, substr(hash, 1, 1), 'g') WHERE entry = 2",
        "DELETE FROM journal WHERE entry = 2",
    ],
)
def test_a_changed_or_missing_entry_is_found(journal: Journal, file: Path, statement: str) -> None:
    for number in range(3):
        journal.append(target_allocation(f"record-{number}"))
    tamper(file, statement)
    with pytest.raises(StorageError, match=r"entry 2 is not what was written|missing before entry 3"):
        journal.verify()


def test_the_database_itself_refuses_to_change_or_delete_an_entry(
    journal: Journal, database: Database
) -> None:
    journal.append(target_allocation("a"))
    for statement in ("UPDATE journal SET kind = 'x'", "DELETE FROM journal"):
        with pytest.raises(StorageError, match="append-only"), database.transaction() as connection:
            connection.exec_driver_sql(statement)


def test_a_kind_that_nothing_reads_is_named(journal: Journal, file: Path) -> None:
    journal.append(target_allocation("a"))
    tamper(file, "UPDATE journal SET kind = 'tea leaves'")
    with pytest.raises(StorageError, match="nothing here reads records of the kind 'tea leaves'"):
        journal.record("a")


def test_instants_without_a_zone_and_numbers_that_are_none_are_refused(
    database: Database, file: Path
) -> None:
    #
    from alchemiser_dagster.ledger.tables import journal as table
    from alchemiser_dagster.ledger.tables import simulated_accounts

    with pytest.raises(StorageError, match="has no time zone"), database.transaction() as connection:
        connection.execute(table.select().where(table.c.created_at == datetime(2024, 1, 1)))  # noqa: DTZ001
    now = datetime(2024, 1, 1, tzinfo=UTC)
    with database.transaction() as connection:
        connection.execute(simulated_accounts.insert().values(account="a", cash=Decimal(1), opened_at=now))
    with sqlite3.connect(file) as raw:
        raw.execute("UPDATE simulated_accounts SET cash = 'much'")
    with pytest.raises(StorageError, match="'much' is not a decimal number"), database.reading() as reading:
        reading.execute(simulated_accounts.select()).all()
