"""The desk at which a tick is looked at: made anew for each, and a tick that fails is told of once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alchemiser_dagster.assets.resources import DeskResource
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import AlchemiserError
from alchemiser_dagster.notify.compose_schedule import DayNote, FailedTick, compose_failed_tick
from alchemiser_dagster.sessions import NEW_YORK
from alchemiser_dagster.settings import Settings, load_settings


@dataclass(frozen=True)
class Tick:
    """One tick of one schedule.

    Parameters
    ----------
    schedule
        The schedule's name.
    at
        The instant that it stands for.
    read
        The settings that Dagster read when it made the schedules: the times of the day come from them.
    """

    schedule: str
    at: datetime
    read: Settings


@contextmanager
def desk_at(tick: Tick, resource: DeskResource) -> Iterator[TradingDesk]:
    """Yield a desk whose today is now, with the settings of now at the tick's own times of the day.

    Any error of the system's own is told once, and fails the tick in the error's words.
    """
    with closing(TradingDesk(tick.read)) as fallback:
        try:
            with closing(_desk(tick, resource)) as desk:
                yield desk
        except AlchemiserError as error:
            _tell(fallback, tick, error)
            raise


def day_note(desk: TradingDesk, at: datetime) -> DayNote:
    """Return what a note about the instant's day is about."""
    return DayNote(desk.settings.account, desk.settings.mode, at.astimezone(NEW_YORK).date())


def _desk(tick: Tick, resource: DeskResource) -> TradingDesk:
    file = Path(resource.settings_file) if resource.settings_file else None
    settings = load_settings(file, resource.overrides())
    return TradingDesk(settings.model_copy(update={"schedule": tick.read.schedule}))


def _tell(desk: TradingDesk, tick: Tick, error: AlchemiserError) -> None:
    failed = FailedTick(tick.schedule, str(error), error.code)
    desk.notifier.send(compose_failed_tick(day_note(desk, tick.at), failed, desk.wall_clock.now()))
