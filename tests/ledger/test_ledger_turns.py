from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from alchemiser_dagster.errors import StorageError
from alchemiser_dagster.ledger import database as module
from alchemiser_dagster.ledger.database import Database


def test_a_thread_that_never_gets_its_turn_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    #
    monkeypatch.setattr(module, "BUSY_TIMEOUT_MILLISECONDS", 50)
    database = Database(f"sqlite:///{tmp_path / 'ledger.sqlite'}")

    def write() -> None:
        with database.transaction() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS made (number INTEGER)"))

    with ThreadPoolExecutor(1) as other:
        with database.transaction(), pytest.raises(StorageError, match="another thread"):
            other.submit(write).result()
        other.submit(write).result()
    database.close()


def test_a_transaction_that_fails_gives_its_turn_away(tmp_path: Path) -> None:
    #
    database = Database(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    for _ in range(3):
        with pytest.raises(StorageError), database.transaction() as connection:
            connection.execute(text("SELECT nothing FROM nowhere"))
    with database.transaction() as connection:
        connection.execute(text("CREATE TABLE made (number INTEGER)"))
    database.close()


def test_reading_waits_for_nobody(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    with database.transaction(), database.reading() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    database.close()
