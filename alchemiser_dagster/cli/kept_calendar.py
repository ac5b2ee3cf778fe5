"""The exchange's calendar as it was computed before, for commands that only show something.

Computing it costs a second, most of it for loading what computes it. Whatever trades computes it anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from pydantic import ValidationError

from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.logs import logger_named
from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.sessions import TradingCalendar

FILE = "calendar.json"
SOURCE = "exchange-calendars"


class KeptTimes(Frozen):
    """Each session with its open and its close in seconds since 1970, and what computed them."""

    source: str
    first: date
    last: date
    sessions: tuple[tuple[date, int, int], ...]


@dataclass(frozen=True)
class KeptCalendar(TradingCalendar):
    """A calendar that knows its sessions, opens and closes from a file, and asks the library for all else."""

    times: KeptTimes = field(kw_only=True, repr=False)

    @property
    def sessions(self) -> tuple[date, ...]:
        """All sessions, in order."""
        return tuple(self._ordinal)

    def close_of(self, session: date) -> datetime:
        """Return the instant of the session's close."""
        return datetime.fromtimestamp(self._times_of(session)[2], UTC)

    def open_of(self, session: date) -> datetime:
        """Return the instant of the session's open."""
        return datetime.fromtimestamp(self._times_of(session)[1], UTC)

    @cached_property
    def _ordinal(self) -> dict[date, int]:
        return {found[0]: number for number, found in enumerate(self.times.sessions)}

    def _times_of(self, session: date) -> tuple[date, int, int]:
        return self.times.sessions[self._ordinal[self.require(session)]]


class ShowingDesk(TradingDesk):
    """A desk for commands that only show something."""

    @cached_property
    def calendar(self) -> TradingCalendar:
        """The sessions of the exchange, from a file where one was kept by the same library."""
        return kept_calendar(self.settings.data_dir)


def kept_calendar(folder: Path) -> TradingCalendar:
    """Return the calendar that is kept in the folder, else a computed one, which is kept from now on."""
    file, computed = folder / FILE, TradingCalendar()
    source = f"{SOURCE} {version(SOURCE)}"
    try:
        kept = KeptTimes.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        kept = None
    if kept is None or (kept.source, kept.first, kept.last) != (source, computed.first, computed.last):
        _keep(file, computed, source)
        return computed
    return KeptCalendar(computed.first, computed.last, times=kept)


def _keep(file: Path, calendar: TradingCalendar, source: str) -> None:
    """Write the calendar for the next time; where that is not possible it is computed again."""
    times = KeptTimes(
        source=source,
        first=calendar.first,
        last=calendar.last,
        sessions=tuple(
            (session, _seconds(opens), _seconds(closes)) for session, opens, closes in calendar.hours()
        ),
    )
    new = file.with_suffix(".new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(times.model_dump_json(), encoding="utf-8")
        new.replace(file)
    except OSError as error:
        logger_named(__name__).info("calendar not kept", error=type(error).__name__)


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
