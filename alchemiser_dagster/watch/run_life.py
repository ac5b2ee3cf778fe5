"""A file that a run keeps locked while it lives; the kernel lets go of it when its process dies."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from filelock import FileLock, Timeout

from alchemiser_dagster.logs import logger_named

LOOK_SECONDS = 5


class Life(StrEnum):
    """What has become of a run: its process works, or ended it, or is gone before it did."""

    LIVING = "living"
    ENDED = "ended"
    DIED = "died"


@dataclass(frozen=True)
class Heartbeat:
    """The sign of life of a run; ending it removes the file."""

    lock: FileLock

    def end(self) -> None:
        """Remove the file while it is still held, so that nobody ever sees it free, then let go."""
        Path(self.lock.lock_file).unlink(missing_ok=True)
        self.lock.release()


def begin_heartbeat(folder: Path, run_id: str) -> Heartbeat | None:
    """Return the heartbeat of a run; None where it can't be kept, or is kept already."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(_file(folder, run_id), timeout=LOOK_SECONDS)
        lock.acquire()
    except (OSError, Timeout) as error:
        logger_named(__name__).warning("no heartbeat", run_id=run_id, error=type(error).__name__)
        return None
    return Heartbeat(lock)


def life_of(folder: Path, run_id: str) -> Life:
    """Return what has become of a run that has begun on this machine."""
    file = _file(folder, run_id)
    if not file.exists():
        return Life.ENDED
    try:
        with FileLock(file, timeout=0):
            return Life.DIED
    except (OSError, Timeout):
        return Life.LIVING


def has_vanished(folder: Path, run_id: str) -> bool:
    """Return whether the run has begun, has not ended, and nobody holds its file any more."""
    return life_of(folder, run_id) is Life.DIED


def forget(folder: Path, run_id: str) -> None:
    """Remove the file of a run that has vanished."""
    _file(folder, run_id).unlink(missing_ok=True)


def _file(folder: Path, run_id: str) -> Path:
    return folder / f"run-{run_id}.lock"
