"""The day's picture in a notice: drawn where somebody is shown it, and left out where it can't be drawn."""

from __future__ import annotations

from typing import Final

from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import AlchemiserError
from alchemiser_dagster.logs import logger_named
from alchemiser_dagster.notify.notice import Notice
from alchemiser_dagster.reports.drawing import DRAWING_FAILURES

LOG = logger_named(__name__)
NOT_DRAWN: Final = (AlchemiserError, *DRAWING_FAILURES)


def with_picture(desk: TradingDesk, notice: Notice) -> Notice:
    """Return the notice with the picture of its day; as it is where no service is told, or drawing fails."""
    if not desk.settings.notify.addresses:
        return notice
    try:
        return notice.model_copy(update={"picture": _picture(desk, notice.correlation_id)})
    except NOT_DRAWN as error:
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
