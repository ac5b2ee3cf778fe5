"""Many who open a new ledger at the same instant: one makes it, all can use it (R-22)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from alchemiser_dagster.errors import StorageError
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.journal import Journal
from alchemiser_dagster.ledger.migrate import migrate

AT_ONCE, TIMES = 3, 16


@pytest.mark.parametrize("time", range(TIMES))
def test_all_who_open_a_new_ledger_at_once_can_use_it(tmp_path: Path, time: int) -> None:
    barrier = Barrier(AT_ONCE)

    def first_look() -> int:
        database = Database(f"sqlite:///{tmp_path}/ledger-{time}.sqlite")
        barrier.wait()
        migrate(database)
        head = Journal(database).head().entry
        database.close()
        return head

    with ThreadPoolExecutor(AT_ONCE) as pool:
        looks = [pool.submit(first_look) for _ in range(AT_ONCE)]
        assert [look.result() for look in looks] == [0] * AT_ONCE


def test_a_lock_that_cant_be_made_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite.migration.lock").mkdir()
    with pytest.raises(
        StorageError, match=r"ledger.sqlite.migration.lock: the lock of the ledger can't be taken"
    ):
        migrate(Database(f"sqlite:///{tmp_path}/ledger.sqlite"))
