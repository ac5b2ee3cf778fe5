"""One trading run per account at a time, on one machine (R-20)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from alchemiser_dagster.errors import BusyError
from alchemiser_dagster.ids import derived_id

SHOWN_DIGITS = 4


@contextmanager
def account_lock(folder: Path, account: str, holder: str) -> Iterator[None]:
    """Hold the account, or raise `BusyError` at once where somebody else does.

    The kernel releases the lock when its process ends, however it ends, so none is ever left behind (R-22).

    Parameters
    ----------
    folder
        Where lock files are kept; made where it is missing.
    account
        The account; its file's name is a hash of it.
    holder
        Who is told to others that ask for the account meanwhile.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"account-{derived_id(account, length=16)}.lock"
    note = path.with_suffix(".holder")
    try:
        held = FileLock(path, timeout=0).acquire()
    except Timeout as refused:
        raise BusyError(
            f"{_read(note)} is trading the account",
            where=f"account {_shown(account)}",
            remedy="Wait until it has ended; its lock goes with it",
        ) from refused
    with held:
        note.write_text(holder, encoding="utf-8")
        yield


def _read(note: Path) -> str:
    return note.read_text(encoding="utf-8") if note.exists() else "another run"


def _shown(account: str) -> str:
    is_number = any(character.isdigit() for character in account)
    return f"…{account[-SHOWN_DIGITS:]}" if is_number else account
