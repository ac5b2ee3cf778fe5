"""One round of the watch: look, find, tell."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from alchemiser_dagster.clock import Clock
from alchemiser_dagster.errors import BrokerError
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.notify.notifier import Notifier
from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings import Settings
from alchemiser_dagster.watch.expectations import findings
from alchemiser_dagster.watch.finding import WatchFinding
from alchemiser_dagster.watch.looking import take_look
from alchemiser_dagster.watch.telling import tell


class Watched(Protocol):
    """The parts of a desk that the watch needs; each is made when it is first asked for."""

    @property
    def settings(self) -> Settings:
        """What a person has chosen."""
        ...

    @property
    def calendar(self) -> TradingCalendar:
        """The sessions of the exchange."""
        ...

    @property
    def wall_clock(self) -> Clock:
        """The real time."""
        ...

    @property
    def present(self) -> Clock:
        """The time that schedules go by; may raise `BrokerError` where it is that of a look-alike."""
        ...

    @property
    def database(self) -> Database:
        """The ledger; may raise `ConfigurationError` or `StorageError`, which is a finding."""
        ...

    @property
    def notifier(self) -> Notifier:
        """Who tells the person, without a ledger too."""
        ...


def instant_of(desk: Watched) -> datetime:
    """Return the instant that the watch goes by; the real one where the desk's own is not known."""
    try:
        return desk.present.now()
    except BrokerError:
        return desk.wall_clock.now()


def go_round(desk: Watched) -> tuple[WatchFinding, ...]:
    """Look once, tell of what is found, each finding once, and return all of it."""
    found = findings(take_look(desk.settings, desk.calendar, lambda: desk.database, instant_of(desk)))
    if found:
        tell(found, desk.settings, desk.notifier, desk.wall_clock.now())
    return found
