"""One trading run per account at a time, on one machine (R-20)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from alchemiser_dagster.errors import BusyError
from alchemiser_dagster.ids import derived_id

SHOWN_DIGITS = 4
LOOK_SECONDS = 0.2


@contextmanager
def account_lock(folder: Path, account: str, holder: str) -> Iterator[None]:
    """Hold the account, or raise `BusyError` where somebody else does for longer than a look takes.

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
    path = _lock_file(folder, account)
    with _held(path, account, LOOK_SECONDS):
        _note(path).write_text(holder, encoding="utf-8")
        yield


def require_free(folder: Path, account: str, seconds: float = 0) -> None:
    """Raise `BusyError` where somebody holds the account: what it holds is changing under their hands.

    `seconds` is how long to wait for it to be let go.
    """
    with _held(_lock_file(folder, account), account, seconds):
        pass


@contextmanager
def _held(path: Path, account: str, seconds: float) -> Iterator[None]:
    try:
        held = FileLock(path, timeout=seconds).acquire()
    except Timeout as refused:
        raise BusyError(
            f"{_read(_note(path))} is trading the account",
            where=f"account {_shown(account)}",
            remedy="Wait until it has ended; its lock goes with it",
        ) from refused
    with held:
        yield


def _lock_file(folder: Path, account: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"account-{derived_id(account, length=16)}.lock"


def _note(path: Path) -> Path:
    return path.with_suffix(".holder")


def _read(note: Path) -> str:
    return note.read_text(encoding="utf-8") if note.exists() else "another run"


def _shown(account: str) -> str:
    is_number = any(character.isdigit() for character in account)
    return f"…{account[-SHOWN_DIGITS:]}" if is_number else account
