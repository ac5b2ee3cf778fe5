"""A run that ends after the watch has said that its session has no result: its end is told all the same."""

from __future__ import annotations

from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import ConfigurationError, StorageError
from alchemiser_dagster.notify.compose_recovery import retold
from alchemiser_dagster.notify.notice import Notice
from alchemiser_dagster.watch.told import was_missed

LATE = "late"


def told_late(desk: TradingDesk, notice: Notice) -> Notice:
    """Return the notice under a key of its own where the watch has taken its place; else as it is (R-41)."""
    try:
        return retold(notice, LATE, "Late") if was_missed(desk.database, notice) else notice
    except (ConfigurationError, StorageError):
        return notice
