"""What the watch goes by: what it is told to expect, and what there is to see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alchemiser_dagster.ids import scheduled_correlation
from alchemiser_dagster.ledger.run_ends import RunEnd
from alchemiser_dagster.records.values import Outcome
from alchemiser_dagster.sessions import TradingCalendar
from alchemiser_dagster.settings import Settings
from alchemiser_dagster.watch.deadlines import result_due
from alchemiser_dagster.watch.heartbeats import Beat, Switch
from alchemiser_dagster.watch.run_life import Life

TICK_LASTS = timedelta(minutes=2)
RESULTS = frozenset({Outcome.TRADED, Outcome.NOTHING_TO_DO, Outcome.PARTIAL})


@dataclass(frozen=True)
class SeenRun:
    """A run that has begun; `step` is the one that it began last, or empty."""

    run_id: str
    job: str
    correlation_id: str
    session: date | None
    began_at: datetime
    life: Life
    step: str = ""


@dataclass(frozen=True)
class Seen:
    """All that there is to see.

    Parameters
    ----------
    switch
        Whether trading by schedule is on; None where nobody ever said.
    sensor, schedule
        When the watch's sensor and the trading schedule looked last; None where they never did.
    runs, ends
        Runs of the last two sessions that began, and how those that are over ended.
    free_bytes
        What is free on the disk; None where that is not known.
    ledger_error
        Why the ledger can't be read; None where it can.
    """

    switch: Switch | None = None
    sensor: Beat | None = None
    schedule: Beat | None = None
    runs: tuple[SeenRun, ...] = ()
    ends: tuple[RunEnd, ...] = ()
    free_bytes: int | None = None
    ledger_error: str | None = None

    @property
    def is_on(self) -> bool:
        """Whether trading by schedule is on."""
        return self.switch is not None and self.switch.is_on


@dataclass(frozen=True)
class Look:
    """One look: what is known at an instant."""

    settings: Settings
    calendar: TradingCalendar
    seen: Seen
    now: datetime

    @property
    def session(self) -> date:
        """The session of the day, else the one before."""
        return self.calendar.session_at(self.now)

    def correlation(self, session: date) -> str:
        """Return the correlation id of the session's scheduled run."""
        return scheduled_correlation(self.settings.account, session)

    def due(self, session: date) -> datetime:
        """Return when the session has to have a result."""
        return result_due(self.settings, self.calendar, session)

    def is_expected(self, session: date) -> bool:
        """Return whether the session was to be traded: its run began, or trading was on at its time."""
        if any(run.correlation_id == self.correlation(session) for run in self.seen.runs):
            return True
        switch = self.seen.switch
        begins = self.calendar.close_of(session) - timedelta(minutes=self.settings.schedule.lead_minutes)
        return switch is not None and switch.is_on and switch.at <= begins + TICK_LASTS

    def has_result(self, session: date) -> bool:
        """Return whether the session's scheduled run ended, or another one traded it."""
        return any(
            end.correlation_id == self.correlation(session) or end.outcome in RESULTS
            for end in self.seen.ends
            if end.session == session
        )

    def is_silent(self, beat: Beat | None) -> bool:
        """Return whether there was no sign of life for too long."""
        silence = timedelta(minutes=self.settings.watch.silent_minutes)
        return beat is None or self.now - beat.at > silence
