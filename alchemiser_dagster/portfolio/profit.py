"""What an account earned: the change of its value, less what was paid in and out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext
from itertools import pairwise

from alchemiser_dagster.portfolio.arithmetic import EXACT
from alchemiser_dagster.sessions import NEW_YORK, TradingCalendar


@dataclass(frozen=True)
class EquityMark:
    """The value of the account at one instant.

    Parameters
    ----------
    report_id
        The record that says so.
    session
        The last session that had begun.
    equity
        In dollars.
    flow
        What was paid in (positive) or out (negative) since the mark before, in dollars.
    is_certain
        Whether all that changed the account since the mark before is explained and has a known value.
    """

    report_id: str
    session: date
    at: datetime
    equity: Decimal
    flow: Decimal = Decimal(0)
    is_certain: bool = True


@dataclass(frozen=True)
class Profit:
    """What was earned since a mark.

    Parameters
    ----------
    amount
        In dollars; a loss is negative.
    fraction
        The return from mark to mark, compounded, so that money paid in or out does not change it; None where
        the account was worth nothing at one of them.
    is_certain
        False where a difference that nobody explained, or shares that were moved, may be in it.
    """

    since: EquityMark
    amount: Decimal
    fraction: Decimal | None
    is_certain: bool


@dataclass(frozen=True)
class Profits:
    """What was earned in the session, the month, and since the books began; None where it is not known."""

    day: Profit | None = None
    month: Profit | None = None
    start: Profit | None = None


def profit_between(marks: Sequence[EquityMark]) -> Profit | None:
    """Return what was earned from the first mark to the last; None with fewer than two."""
    if len(marks) < 2:  # noqa: PLR2004 - a change needs two ends
        return None
    with localcontext(EXACT):
        flows = sum((mark.flow for mark in marks[1:]), Decimal(0))
        return Profit(
            since=marks[0],
            amount=marks[-1].equity - marks[0].equity - flows,
            fraction=_return(marks),
            is_certain=all(mark.is_certain for mark in marks[1:]),
        )


def profits_of(marks: Sequence[EquityMark], calendar: TradingCalendar) -> Profits:
    """Return what was earned up to the last mark, whose session counts as today.

    The day begins with the session before, the month with the last session of the month before: with the mark
    that was made nearest to its close. A month without one begins with its own first mark. A day without one
    is not known.

    Parameters
    ----------
    marks
        In the order in which they were made.
    """
    if not marks:
        return Profits()
    today = marks[-1].session
    before = closing_mark(marks, calendar.previous(today))
    begun = closing_mark(marks, _end_of_month_before(today, calendar)) or _first_of(marks, today)
    return Profits(
        day=_profit_since(marks, before),
        month=_profit_since(marks, begun),
        start=profit_between(marks),
    )


def closing_mark(marks: Sequence[EquityMark], session: date) -> EquityMark | None:
    """Return the session's mark nearest to its close: its last one of that day, else its first one later."""
    of_session = [mark for mark in marks if mark.session == session]
    same_day = [mark for mark in of_session if mark.at.astimezone(NEW_YORK).date() == session]
    return same_day[-1] if same_day else next(iter(of_session), None)


def _end_of_month_before(today: date, calendar: TradingCalendar) -> date:
    return calendar.latest(today.replace(day=1) - timedelta(days=1))


def _first_of(marks: Sequence[EquityMark], today: date) -> EquityMark | None:
    month = (today.year, today.month)
    return next((mark for mark in marks if (mark.session.year, mark.session.month) == month), None)


def _profit_since(marks: Sequence[EquityMark], begun: EquityMark | None) -> Profit | None:
    return profit_between(marks[marks.index(begun) :]) if begun else None


def _return(marks: Sequence[EquityMark]) -> Decimal | None:
    growth = Decimal(1)
    for before, after in pairwise(marks):
        if before.equity <= 0:
            return None
        growth *= (after.equity - after.flow) / before.equity
    return growth - 1
