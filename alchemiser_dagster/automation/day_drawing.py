"""The day's picture in a notice: drawn where somebody is shown it, and left out where it can't be drawn."""

from __future__ import annotations

from typing import Final

from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import AlchemiserError
from alchemiser_dagster.logs import logger_named
from alchemiser_dagster.notify.notice import Notice

LOG = logger_named(__name__)
DRAWING_FAILURES: Final = (
    AlchemiserError,
    ArithmeticError,
    ImportError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What a drawing library raises: no more than a picture depends on it (R-42)."""


def with_picture(desk: TradingDesk, notice: Notice) -> Notice:
    """Return the notice with the picture of its day; as it is where no service is told, or drawing fails."""
    if not desk.settings.notify.addresses:
        return notice
    try:
        return notice.model_copy(update={"picture": _picture(desk, notice.correlation_id)})
    except DRAWING_FAILURES as error:
        LOG.warning("day not drawn", correlation_id=notice.correlation_id, error=_named(error))
        return notice


def _picture(desk: TradingDesk, correlation_id: str) -> bytes:
    from alchemiser_dagster.day_report import day_books
    from alchemiser_dagster.reports.daily.figures import day_figures
    from alchemiser_dagster.reports.daily.gather import gather_day
    from alchemiser_dagster.reports.pictures.day import day_picture

    return day_picture(day_figures(gather_day(day_books(desk), correlation_id)))


def _named(error: Exception) -> str:
    return str(error) if isinstance(error, AlchemiserError) else type(error).__name__
