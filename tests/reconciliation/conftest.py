from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.books_bench import BooksBench, opened
from support.command import working_folder


@pytest.fixture(scope="session")
def ready() -> Iterator[Path]:
    """A ledger whose books are open and agree, to be copied."""
    with working_folder() as folder:
        opened(folder).database.close()
        yield folder / "ledger.db"


@pytest.fixture
def books(ready: Path) -> Iterator[BooksBench]:
    """An account that holds 100 AAA, 40 BBB and cash, whose books are open and agree."""
    with working_folder() as folder:
        shutil.copy(ready, folder)
        books = BooksBench(folder)
        yield books
        books.database.close()
