"""Dagster's own storage, opened by one process at a time: making it anew is no atomic act."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
from filelock import FileLock, Timeout

from alchemiser_dagster.errors import BusyError

LOCK_FILE = "dagster.lock"
LOCK_SECONDS = 60


def open_instance(lock_folder: Path) -> dg.DagsterInstance:
    """Return the instance of DAGSTER_HOME with its storage in place; raise `BusyError` after a minute."""
    lock_folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(lock_folder / LOCK_FILE, timeout=LOCK_SECONDS):
            instance = dg.DagsterInstance.get()
            _ = instance.run_storage, instance.event_log_storage, instance.schedule_storage
            return instance
    except Timeout as refused:
        raise BusyError(
            "another process is still opening Dagster's storage",
            where=str(lock_folder / LOCK_FILE),
            remedy="Wait until it has ended, then run again",
        ) from refused
