from __future__ import annotations

from datetime import date, timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.pngs import size_of

from alchemiser_dagster.records.values import Mode, Outcome
from alchemiser_dagster.reports.pictures.allocation import (
    AllocationRow,
    allocation_painter,
    allocation_size,
    shown_rows,
)
from alchemiser_dagster.reports.pictures.day import DayFigures, day_picture, day_size
from alchemiser_dagster.reports.pictures.drift import drift_painter
from alchemiser_dagster.reports.pictures.equity import EquityPoint, drawdowns, equity_painter
from alchemiser_dagster.reports.pictures.style import PAGE, as_png, as_svg

FIRST = date(2026, 1, 5)
ROWS = (AllocationRow("SPY", 0.3, 0.2, 0.21), AllocationRow("BRK.B", 0.0, 0.8, 0.79))
weights = st.none() | st.floats(0, 2)
rows = st.lists(
    st.builds(AllocationRow, st.from_regex(r"[A-Z]{1,5}", fullmatch=True), weights, st.floats(0, 2), weights),
    unique_by=lambda row: row.symbol,
    max_size=40,
)


def points(*values: float, deposits: dict[int, float] | None = None) -> tuple[EquityPoint, ...]:
    flows = deposits or {}
    return tuple(
        EquityPoint(FIRST + timedelta(days=number), value, flows.get(number, 0.0))
        for number, value in enumerate(values)
    )


def day(outcome: Outcome | None, **more: object) -> DayFigures:
    known = {"equity": 101_000.0, "change": -12.5, "allocation": ROWS, "curve": points(100.0, 101.0)}
    return DayFigures(FIRST, Mode.PAPER, outcome, "3 of 4 trades filled", **{**known, **more})  # type: ignore[arg-type]


def test_the_picture_of_a_day_has_its_size_and_the_same_bytes_twice() -> None:
    size, picture = day_size(day(Outcome.TRADED)), day_picture(day(Outcome.TRADED))
    assert size_of(picture) == (size.width * 2, size.height * 2)
    assert picture == day_picture(day(Outcome.TRADED))


def test_days_that_ended_differently_look_different() -> None:
    outcomes = [*Outcome, None]
    assert len({day_picture(day(found, allocation=(), curve=())) for found in outcomes}) == len(outcomes)


def test_a_day_of_which_nothing_is_known_has_a_head_alone() -> None:
    nothing = day(Outcome.FAILED, equity=None, change=None, allocation=(), curve=())
    with_both = day_size(day(Outcome.FAILED))
    assert day_size(nothing).height < with_both.height / 3
    assert size_of(day_picture(nothing)) == (day_size(nothing).width * 2, day_size(nothing).height * 2)


@given(rows)
def test_rows_beyond_what_fits_become_one_and_no_weight_is_lost(found: list[AllocationRow]) -> None:
    shown = shown_rows(found, most=12)
    assert len(shown) <= 12
    assert sum(row.target for row in shown) == pytest.approx(sum(row.target for row in found))
    assert sum(row.after or 0 for row in shown) == pytest.approx(sum(row.after or 0 for row in found))
    assert shown == shown_rows(list(reversed(found)), most=12)


def test_all_pictures_are_drawn_of_nothing_and_of_much() -> None:
    many = tuple(AllocationRow(f"S{number}", None, number / 400, 0.01) for number in range(30))
    for found in ((), (AllocationRow("A", None, 0.0, None),), ROWS, many):
        size = allocation_size(found, PAGE)
        assert size_of(as_png(allocation_painter(found), size)) == (size.width * 2, size.height * 2)
        assert as_svg(drift_painter(found), size, "drift", "Drift").startswith("<svg")
    for curve in ((), points(1.0), points(*range(60, 0, -1)), points(0.0, 0.0, 5.0)):
        assert as_svg(equity_painter(curve), PAGE, "equity", "Equity").startswith("<svg")


def test_a_weight_says_what_was_reached_of_what_was_wanted() -> None:
    svg = as_svg(allocation_painter(ROWS), PAGE, "allocation", "Weights")
    assert ">79.0 of 80.0<" in svg
    assert ">BRK.B<" in svg


@given(st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=30))
def test_a_drawdown_is_the_way_down_from_the_best(returns: list[float]) -> None:
    values = list(accumulate(returns, lambda value, change: value * (1 + change), initial=1_000.0))
    best = list(accumulate(values, max))
    expected = [value / top - 1 for value, top in zip(values, best, strict=True)]
    assert drawdowns(points(*values)) == pytest.approx(expected, abs=1e-9)


def test_money_that_is_paid_in_or_out_is_no_gain_and_no_loss() -> None:
    assert drawdowns(points(100.0, 50.0, 150.0, deposits={1: -50.0, 2: 100.0})) == (0.0, 0.0, 0.0)
    assert drawdowns(points(100.0, 190.0, deposits={1: 100.0})) == pytest.approx((0.0, -0.1))


def test_money_in_and_out_is_marked() -> None:
    moved = as_svg(equity_painter(points(100.0, 200.0, 150.0, deposits={1: 100.0, 2: -50.0})), PAGE, "e", "E")
    still = as_svg(equity_painter(points(100.0, 101.0)), PAGE, "e", "E")
    assert ">money in<" in moved
    assert ">money out<" in moved
    assert "money in" not in still
