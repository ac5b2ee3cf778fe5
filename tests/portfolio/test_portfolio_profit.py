"""What an account earned: money that was paid in or out is no profit, and what is not known is not told."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from alchemiser_dagster.portfolio.profit import EquityMark, Profits, closing_mark, profit_between, profits_of
from alchemiser_dagster.sessions import TradingCalendar

CALENDAR = TradingCalendar(date(2024, 1, 1), date(2025, 12, 31))
SESSIONS = CALENDAR.between(date(2024, 10, 1), date(2025, 1, 31))
CLOSING = time(20, 50)
CENTS = some.decimals(Decimal(-5000), Decimal(5000), places=2)


def mark(session: date, equity: str | Decimal, flow: str | Decimal = "0", **more: object) -> EquityMark:
    at = more.pop("at", datetime.combine(session, CLOSING, UTC))
    assert isinstance(at, datetime)
    is_certain = more.pop("is_certain", True)
    return EquityMark(f"{session} {at}", session, at, Decimal(equity), Decimal(flow), bool(is_certain))


@some.composite
def histories(draw: some.DrawFn) -> tuple[tuple[EquityMark, ...], list[Decimal]]:
    """Draw marks, and what was earned before each: some sessions are missing, some have several marks."""
    sessions = sorted(draw(some.lists(some.sampled_from(SESSIONS), min_size=1, max_size=12)))
    equity, marks, earned = Decimal(100_000), [], []
    for number, session in enumerate(sessions):
        gain, flow = draw(CENTS), draw(some.sampled_from([Decimal(0), Decimal(2000), Decimal(-2000)]))
        equity += gain + flow
        at = datetime.combine(session, CLOSING, UTC) + timedelta(seconds=number)
        marks.append(mark(session, equity, flow, at=at))
        earned.append(gain)
    return tuple(marks), earned


@given(histories())
def test_what_is_paid_in_or_out_is_no_profit(history: tuple[tuple[EquityMark, ...], list[Decimal]]) -> None:
    marks, earned = history
    found = profit_between(marks)
    assert (found.amount if found else None) == (sum(earned[1:]) if len(marks) > 1 else None)


@given(histories(), some.data())
def test_profits_of_the_parts_add_up_to_that_of_the_whole(
    history: tuple[tuple[EquityMark, ...], list[Decimal]], data: some.DataObject
) -> None:
    marks, _ = history
    cut = data.draw(some.integers(0, len(marks) - 1))
    parts = [profit_between(marks[: cut + 1]), profit_between(marks[cut:])]
    whole = profit_between(marks)
    assert sum(part.amount for part in parts if part) == (whole.amount if whole else 0)
    if whole and whole.fraction is not None:
        growth = Decimal(1)
        for part in parts:
            growth *= 1 + (part.fraction or 0) if part else 1
        assert abs(growth - 1 - whole.fraction) < Decimal("1e-20")


@given(histories())
def test_day_and_month_count_from_the_close_before_them_or_are_not_known(
    history: tuple[tuple[EquityMark, ...], list[Decimal]],
) -> None:
    marks, earned = history
    found, today = profits_of(marks, CALENDAR), marks[-1].session
    if found.day:
        assert found.day.since.session == CALENDAR.previous(today)
        assert found.day.amount == sum(earned[marks.index(found.day.since) + 1 :])
    else:
        assert CALENDAR.previous(today) not in {one.session for one in marks}
    if found.month:
        since = found.month.since.session
        following = CALENDAR.following(since)
        is_month_before = (following.year, following.month) == (today.year, today.month)
        assert is_month_before or (since.year, since.month) == (today.year, today.month)
    assert found.start == profit_between(marks)


def test_a_deposit_changes_neither_profit_nor_return() -> None:
    first, second, third = SESSIONS[:3]
    plain = (mark(first, "100"), mark(second, "110"), mark(third, "121"))
    paid_in = (mark(first, "100"), mark(second, "1110", "1000"), mark(third, "1221"))
    assert profit_between(plain).amount == Decimal(21)  # type: ignore[union-attr]
    assert profit_between(paid_in).amount == Decimal(121)  # type: ignore[union-attr]
    assert profit_between(paid_in).fraction == profit_between(plain).fraction == Decimal("0.21")  # type: ignore[union-attr]


def test_a_month_that_began_without_us_counts_from_its_first_mark() -> None:
    november = CALENDAR.between(date(2024, 11, 1), date(2024, 11, 30))
    marks = (mark(SESSIONS[0], "90"), mark(november[3], "100"), mark(november[9], "105"))
    found = profits_of(marks, CALENDAR)
    assert found.day is None
    assert found.month is not None
    assert (found.month.since, found.month.amount) == (marks[1], Decimal(5))
    assert found.start is not None
    assert found.start.amount == Decimal(15)


@pytest.mark.parametrize("today", [date(2024, 11, 1), date(2024, 12, 2), date(2025, 1, 2)])
def test_on_the_first_session_of_a_month_day_and_month_are_the_same(today: date) -> None:
    before = CALENDAR.previous(today)
    found = profits_of((mark(before, "100"), mark(today, "101")), CALENDAR)
    assert found.day == found.month
    assert found.day is not None


def test_a_session_is_closed_by_its_last_mark_of_that_day_and_not_by_the_next_morning() -> None:
    day = date(2024, 11, 26)
    morning_after = datetime(2024, 11, 27, 13, 0, tzinfo=UTC)
    early, late, after = (
        mark(day, "1", at=datetime(2024, 11, 26, 15, tzinfo=UTC)),
        mark(day, "2"),
        mark(day, "3", at=morning_after),
    )
    assert closing_mark((early, late, after), day) == late
    assert closing_mark((after,), day) == after
    assert closing_mark((early,), SESSIONS[0]) is None


def test_one_mark_or_none_tells_nothing() -> None:
    assert profits_of((), CALENDAR) == profits_of((mark(SESSIONS[0], "1"),), CALENDAR) == Profits()


def test_what_nobody_explained_is_said_and_an_empty_account_has_no_return() -> None:
    first, second, third = SESSIONS[:3]
    doubtful = profit_between((mark(first, "1"), mark(second, "2", is_certain=False), mark(third, "3")))
    assert doubtful is not None
    assert not doubtful.is_certain
    known = profit_between((mark(first, "1", is_certain=False), mark(second, "2")))
    assert known is not None
    assert known.is_certain
    empty = profit_between((mark(first, "0"), mark(second, "2", "2")))
    assert empty is not None
    assert (empty.amount, empty.fraction) == (0, None)
