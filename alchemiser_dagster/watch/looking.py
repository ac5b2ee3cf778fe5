"""Look at all that the watch goes by: signs of life, ledger, processes, disk. Nothing of it is Dagster's."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from alchemiser_dagster.errors import ConfigurationError, StorageError
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.ledger.run_book import RunBook, RunRow
from alchemiser_dagster.ledger.run_ends import RunEnds
from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings import Settings
from alchemiser_dagster.watch.heartbeats import (
    FOLDER,
    TRADING_SCHEDULE,
    WATCH_SENSOR,
    last_beat,
    trading_is_on,
)
from alchemiser_dagster.watch.run_life import life_of
from alchemiser_dagster.watch.seen import Look, Seen, SeenRun

LOCKS = "locks"


def take_look(
    settings: Settings, calendar: TradingCalendar, open_ledger: Callable[[], Database], now: datetime
) -> Look:
    """Return what there is to see now.

    Parameters
    ----------
    open_ledger
        Returns the ledger; may raise `ConfigurationError` or `StorageError`, which is seen too.
    """
    signs = settings.data_dir / FOLDER
    seen = Seen(
        switch=trading_is_on(signs),
        sensor=last_beat(signs, WATCH_SENSOR),
        schedule=last_beat(signs, TRADING_SCHEDULE),
        free_bytes=_free(settings.data_dir),
    )
    look = Look(settings, calendar, seen, now)
    try:
        return replace(look, seen=_with_ledger(look, open_ledger()))
    except (ConfigurationError, StorageError) as error:
        return replace(look, seen=replace(seen, ledger_error=str(error)))


def _with_ledger(look: Look, ledger: Database) -> Seen:
    account, since = look.settings.account, look.calendar.previous(look.session)
    book, steps = RunBook(ledger), {}
    began = look.calendar.open_of(since)
    for step in book.steps_since(account, began):
        steps[step.run_id] = step.step
    locks = look.settings.data_dir / LOCKS
    runs = tuple(_seen(run, locks, steps.get(run.run_id, "")) for run in book.since(account, began))
    return replace(look.seen, runs=runs, ends=tuple(RunEnds(ledger).newest_first(account, began)))


def _seen(run: RunRow, locks: Path, step: str) -> SeenRun:
    return SeenRun(
        run_id=run.run_id,
        job=run.job,
        correlation_id=run.correlation_id,
        session=run.session,
        began_at=run.began_at,
        life=life_of(locks, run.run_id),
        step=step,
    )


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
