"""The capability to trade: an object that can only be made for the session that is open now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from alchemiser_dagster.broker.protocol import AccountReader
from alchemiser_dagster.clock import Clock
from alchemiser_dagster.errors import SessionError
from alchemiser_dagster.sessions import TradingCalendar

GREATEST_SKEW = timedelta(seconds=60)


@dataclass(frozen=True)
class TradingPermit:
    """Permission to send orders in one session, within the window before its close.

    Making one asks the calendar, the clock and the broker's own clock; it can't be made where they disagree.
    Nothing is sent without one, and each order asks `check` again.

    Parameters
    ----------
    session
        The session that is to be traded.
    calendar, clock, reader
        Who is asked; `reader` gives the broker's clock.
    window
        How long before the close trading begins.

    Raises
    ------
    SessionError
        If the session is not today's, the window is not open, the broker's market is closed, or the clocks
        disagree by more than a minute.
    """

    session: date
    calendar: TradingCalendar
    clock: Clock
    reader: AccountReader
    window: timedelta
    closes_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        """Refuse to exist where trading is not allowed."""
        now = self.clock.now()
        self._require_todays_session(now)
        object.__setattr__(self, "closes_at", self.calendar.close_of(self.session))
        self.check(now)
        self._require_broker_agrees()

    def check(self, instant: datetime) -> None:
        """Raise `SessionError` unless orders may be sent at the instant."""
        opens_at = self.closes_at - self.window
        if not opens_at <= instant < self.closes_at:
            raise SessionError(
                f"orders are sent from {opens_at:%Y-%m-%d %H:%M} to {self.closes_at:%H:%M} UTC, "
                f"and it is {instant:%Y-%m-%d %H:%M}",
                where=f"session {self.session}",
                remedy=f"Nothing was sent; run on {self._next_opening(instant):%A %Y-%m-%d from %H:%M} UTC",
            )

    def _next_opening(self, instant: datetime) -> datetime:
        opens_at = self.closes_at - self.window
        if instant < opens_at:
            return opens_at
        return self.calendar.close_of(self.calendar.following(self.session)) - self.window

    def _require_todays_session(self, now: datetime) -> None:
        today = self.calendar.session_at(now)
        if self.session != today:
            raise SessionError(
                f"only the present session, {today}, can be traded",
                where=f"session {self.session}",
                remedy="For another session use `alchemiser signals` or a backtest: neither reaches a broker",
            )

    def _require_broker_agrees(self) -> None:
        theirs = self.reader.clock()
        skew = abs(theirs.now - self.clock.now())
        if skew > GREATEST_SKEW:
            self._refuse(f"the broker's clock is {skew.total_seconds():.0f} seconds away from ours")
        if not theirs.is_open:
            self._refuse("the broker says that its market is closed")
        if abs(theirs.next_close - self.closes_at) > GREATEST_SKEW:
            self._refuse(f"the broker closes at {theirs.next_close:%H:%M} UTC, the calendar says otherwise")

    def _refuse(self, what: str) -> None:
        raise SessionError(
            what,
            where=f"session {self.session}",
            remedy="Nothing was sent; set this machine's clock, and look for an unscheduled closing",
        )
