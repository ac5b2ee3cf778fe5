"""What a person wants to know before anything else: what is on, what was done, what is owed, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.ledger.break_book import BreakBook
from alchemiser_dagster.ledger.equity_history import equity_marks
from alchemiser_dagster.ledger.record_query import RecordQuery
from alchemiser_dagster.ledger.run_ends import RunEnd, RunEnds
from alchemiser_dagster.notify.notice import Notice, notice_key
from alchemiser_dagster.portfolio.profit import Profit, profits_of
from alchemiser_dagster.records.account import Position
from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.execution import ExecutionResult
from alchemiser_dagster.records.market import MarketData
from alchemiser_dagster.records.reconciliation import ReconciliationReport
from alchemiser_dagster.records.values import Instant, Mode, Money, Outcome
from alchemiser_dagster.watch.heartbeats import (
    FOLDER,
    TRADING_SCHEDULE,
    WATCH_SENSOR,
    Beat,
    last_beat,
    trading_is_on,
)

FEW = 10
SHORT_ID = 12
WAITING = "waits for approval"
GRACE = timedelta(minutes=2)
"""How late a part of the daemon may be before it counts as gone."""
UNHEARD = timedelta(minutes=10)
"""How long a part may be silent that did not say when it is to be seen next."""


class Timetable(Frozen):
    """The session that is traded next, and when; `is_early` says whether it closes before 16:00 New York."""

    session: date
    starts_at: Instant
    closes_at: Instant
    is_early: bool


class Machinery(Frozen):
    """Whether things happen by themselves.

    Parameters
    ----------
    is_on
        Whether trading by schedule is switched on; None where nobody ever said.
    seen_at
        When a part of the daemon was last seen; None where none ever was.
    is_alive
        Whether it was seen when it had to be; None where none ever was.
    """

    is_on: bool | None
    seen_at: Instant | None
    is_alive: bool | None


class LastRun(Frozen):
    """The run that ended last, and why it ended so, in its own words.

    `at` is real time. `to_do` is what its notice says to do next; None where it says nothing.
    """

    correlation_id: str
    session: date | None
    outcome: str
    why: str
    at: Instant
    to_do: str | None = None

    @property
    def ended_well(self) -> bool:
        """Whether it did all that there was to do."""
        return self.outcome in {"traded", "nothing to do"}


class Earned(Frozen):
    """What was earned since a session, in dollars; `is_certain` is False where something is unexplained."""

    since: date
    amount: Money
    is_certain: bool


class Worth(Frozen):
    """What the account was worth at its last comparison with the broker, in dollars, and what it holds."""

    at: Instant
    session: date
    equity: Money
    cash: Money
    positions: tuple[Position, ...]
    day: Earned | None
    month: Earned | None
    start: Earned | None


class Trouble(Frozen):
    """A failure that goes on: how often it was seen since when."""

    title: str
    count: int
    since: Instant


class Cockpit(Frozen):
    """The state of things.

    Parameters
    ----------
    now
        The time that schedules go by.
    session
        The session in which the account's clock stands.
    halt
        What holds trading back, in words; None where nothing does.
    data_session
        The last session of which market data was stored for a run; None where none was.
    breaks
        Differences between books and broker that lock or halt something, in words.
    notices_owed
        Titles of notices that some service does not have, oldest first.
    next_action
        What a person should do; None where nothing.
    """

    mode: Mode
    now: Instant
    session: date
    halt: str | None
    next_run: Timetable
    machinery: Machinery
    last_run: LastRun | None
    worth: Worth | None
    data_session: date | None
    breaks: tuple[str, ...]
    notices_owed: tuple[str, ...]
    incidents: tuple[Trouble, ...]
    next_action: str | None = None


def look(desk: TradingDesk) -> Cockpit:
    """Return the state of things; the broker is not asked."""
    journal, query = desk.journal, RecordQuery(account=desk.settings.account)
    data = journal.latest(MarketData, query)
    cockpit = Cockpit(
        mode=desk.settings.mode,
        now=desk.present.now(),
        session=desk.today,
        halt=desk.halt.in_words if desk.halt is not None else None,
        next_run=_timetable(desk),
        machinery=_machinery(desk),
        last_run=_last_run(desk),
        worth=_worth(desk, query),
        data_session=data.last_session if data else None,
        breaks=tuple(kept.message for kept in BreakBook(desk.database).open_breaks(desk.settings.account)),
        notices_owed=tuple(notice.title for notice in desk.notifier.unsent()),
        incidents=tuple(
            Trouble(title=one.title, count=one.count, since=one.opened_at)
            for one in desk.notifier.incidents()
        ),
    )
    return cockpit.model_copy(update={"next_action": next(_actions(cockpit), None)})


def _timetable(desk: TradingDesk) -> Timetable:
    """Return the session of which the run has not begun yet: today's, else the next one's."""
    calendar, now = desk.calendar, desk.present.now()
    lead = timedelta(minutes=desk.settings.schedule.lead_minutes)
    session = calendar.session_at(now)
    if calendar.close_of(session) - lead < now:
        session = calendar.following(session)
    close = calendar.close_of(session)
    return Timetable(
        session=session,
        starts_at=close - lead,
        closes_at=close,
        is_early=calendar.is_early_close(session),
    )


def _machinery(desk: TradingDesk) -> Machinery:
    folder, now = desk.settings.data_dir / FOLDER, desk.present.now()
    switch = trading_is_on(folder)
    beats = [found for name in (WATCH_SENSOR, TRADING_SCHEDULE) if (found := last_beat(folder, name))]
    return Machinery(
        is_on=switch.is_on if switch else None,
        seen_at=max((found.at for found in beats), default=None),
        is_alive=any(_is_in_time(found, now) for found in beats) if beats else None,
    )


def _is_in_time(beat: Beat, now: datetime) -> bool:
    return now <= (beat.at + UNHEARD if beat.next_expected is None else beat.next_expected + GRACE)


def _last_run(desk: TradingDesk) -> LastRun | None:
    """Return the run that ended last; of one that never started there is a final notice alone."""
    end = next(RunEnds(desk.database).newest_first(desk.settings.account), None)
    troubles = desk.notifier.troubles(FEW)
    told = next((one for one in troubles if one.key == notice_key(one.correlation_id, "final")), None)
    if told is not None and (end is None or _is_of(told, end) or told.created_at > end.at):
        return LastRun(
            correlation_id=told.correlation_id,
            session=told.session or (end.session if end is not None and _is_of(told, end) else None),
            outcome=told.facts.get("outcome", told.title),
            why=why_of(told) or told.title,
            at=told.created_at,
            to_do=told.facts.get("next"),
        )
    if end is None:
        return None
    result = desk.journal.latest(ExecutionResult, RecordQuery(correlation_id=end.correlation_id))
    return LastRun(
        correlation_id=end.correlation_id,
        session=end.session,
        outcome=end.outcome.value,
        why=result.reason if result else end.code,
        at=end.at,
    )


def _is_of(told: Notice, end: RunEnd) -> bool:
    return told.correlation_id == end.correlation_id and not end.outcome.is_success


def why_of(told: Notice) -> str:
    """Return why the run that a notice tells of did not end well."""
    return told.facts.get("reason") or told.facts.get("error", "")


def _worth(desk: TradingDesk, query: RecordQuery) -> Worth | None:
    report = desk.journal.latest(ReconciliationReport, query)
    if report is None:
        return None
    profits = profits_of(equity_marks(desk.journal, desk.settings.account), desk.calendar)
    return Worth(
        at=report.envelope.created_at,
        session=report.session,
        equity=report.equity,
        cash=report.actual_cash,
        positions=report.positions,
        day=_earned(profits.day),
        month=_earned(profits.month),
        start=_earned(profits.start),
    )


def _earned(profit: Profit | None) -> Earned | None:
    if profit is None:
        return None
    return Earned(since=profit.since.session, amount=profit.amount, is_certain=profit.is_certain)


def _way_out(last: LastRun) -> str:
    if last.outcome == WAITING:
        return "look at `alchemiser plan`, then type `alchemiser approve --by NAME --reason TEXT`"
    again = "alchemiser run --again" if last.outcome == Outcome.PARTIAL.value else "alchemiser run"
    return f"see why in `alchemiser story {last.correlation_id[:SHORT_ID]}`, then type `{again}`"


def _actions(cockpit: Cockpit) -> Iterator[str]:
    """Yield what a person should do, the most urgent first."""
    last = cockpit.last_run
    if cockpit.halt is not None:
        yield "find out why trading is held back, then type `alchemiser resume --reason TEXT`"
    if cockpit.breaks:
        yield "look at `alchemiser breaks`: what differs is not traded until it is explained or accepted"
    if last is not None and not last.ended_well:
        yield last.to_do or _way_out(last)
    if cockpit.machinery.is_on and not cockpit.machinery.is_alive:
        yield "start the daemon: trading is switched on, and nothing keeps its time"
    if cockpit.notices_owed:
        yield "look at `[notify]` in `alchemiser config`: somebody was not told, and is tried again"
