"""The desk's daily reports: written behind a run, and made again whenever somebody asks."""

from __future__ import annotations

from pathlib import Path

from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.reports.daily.file import write_day
from alchemiser_dagster.reports.daily.gather import DayBooks


def day_books(desk: TradingDesk) -> DayBooks:
    """Return where the desk's daily reports find their facts."""
    settings = desk.settings
    return DayBooks(
        database=desk.database,
        calendar=desk.calendar,
        clock=desk.wall_clock,
        account=settings.account,
        mode=settings.mode,
        ui_url=settings.ui.url,
    )


def write_day_report(desk: TradingDesk, correlation_id: str) -> Path:
    """Write the report of the runs that share the id, and return its path.

    Raises
    ------
    StorageError
        If the file can't be written, or the ledger can't be read.
    DataError
        If nothing is known of the id.
    """
    return write_day(day_books(desk), desk.settings.data_dir, correlation_id)
