"""The desk's daily reports: written behind a run, and made again whenever somebody asks."""

from __future__ import annotations

from pathlib import Path

from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import AlchemiserError
from alchemiser_dagster.logs import logger_named
from alchemiser_dagster.reports.daily.facts import DayFacts
from alchemiser_dagster.reports.daily.file import report_path, write_report
from alchemiser_dagster.reports.daily.gather import DayBooks, gather_day

LOG = logger_named(__name__)


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
    facts = gather_day(day_books(desk), correlation_id)
    return write_facts(desk, facts)


def write_facts(desk: TradingDesk, facts: DayFacts) -> Path:
    """Write the report that says these facts among the desk's reports, and return its path.

    Raises
    ------
    StorageError
        If the page can't be made, or the file can't be written.
    """
    path = report_path(desk.settings.data_dir, facts.session, facts.correlation_id)
    return write_report(facts, path)


def keep_day_report(desk: TradingDesk, correlation_id: str) -> Path | None:
    """Write the report behind a run; None where none is wanted, or where it can't be (which is logged)."""
    if not desk.settings.ui.daily_report:
        return None
    try:
        return write_day_report(desk, correlation_id)
    except AlchemiserError as error:
        LOG.warning("daily report not written", correlation_id=correlation_id, error=str(error))
        return None
