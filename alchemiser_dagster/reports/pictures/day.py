"""One glance at a day: how it ended, what is held, and how the account has fared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from textwrap import shorten
from typing import TYPE_CHECKING

from alchemiser_dagster.records.values import Mode, Outcome
from alchemiser_dagster.reports.pictures.allocation import AllocationRow, allocation_size, draw_allocation
from alchemiser_dagster.reports.pictures.equity import FEWEST, EquityPoint, draw_equity
from alchemiser_dagster.reports.pictures.style import (
    GAIN,
    INK,
    LARGE,
    LOSS,
    MAIL,
    MUTED,
    TARGET,
    Size,
    as_png,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

LAST_SESSIONS = 60
HEAD_PIXELS, CURVE_PIXELS = 80, 210
HUGE, MOST_LETTERS = 16.0, 52
SIGNS: dict[Outcome | None, tuple[str, str]] = {
    Outcome.TRADED: ("✓", GAIN),
    Outcome.NOTHING_TO_DO: ("–", MUTED),
    Outcome.SKIPPED: ("»", TARGET),
    Outcome.PARTIAL: ("!", TARGET),
    Outcome.FAILED: ("✗", LOSS),
}
"""A sign and a colour for each outcome: either alone tells it."""
NO_SIGN = ("…", MUTED)


@dataclass(frozen=True)
class DayFigures:
    """What the picture of a day is drawn of.

    Parameters
    ----------
    outcome
        None where the run came to no result, or was not to trade.
    headline
        A few words below the outcome; a long one is cut.
    equity
        Value of the account after the run; None where it was not seen.
    change
        Today's gain or loss in account currency, without deposits; None where it is not known.
    curve
        Values after the sessions up to this one; the last 60 are drawn.
    """

    session: date | None
    mode: Mode
    outcome: Outcome | None
    headline: str
    equity: float | None
    change: float | None
    allocation: tuple[AllocationRow, ...] = ()
    curve: tuple[EquityPoint, ...] = ()


def day_picture(figures: DayFigures) -> bytes:
    """Return the picture as PNG: outcome, then allocation and equity where there are such."""
    return as_png(lambda figure: _paint(figure, figures), day_size(figures))


def day_size(figures: DayFigures) -> Size:
    """Return the size of the picture, which grows with the symbols, and has no curve before there is one."""
    return Size(MAIL.width, sum(_heights(figures)))


def _heights(figures: DayFigures) -> tuple[int, int, int]:
    """Return the heights of head, bars and curve; 0 for what is left out."""
    bars = allocation_size(figures.allocation, MAIL).height if figures.allocation else 0
    return HEAD_PIXELS, bars, CURVE_PIXELS if len(figures.curve) >= FEWEST else 0


def _paint(figure: Figure, figures: DayFigures) -> None:
    heights = _heights(figures)
    shown = [height for height in heights if height]
    grid = figure.add_gridspec(len(shown), 1, height_ratios=shown)
    head, *others = [figure.add_subfigure(grid[number]) for number in range(len(shown))]
    _head(head, figures)
    if heights[1]:
        draw_allocation(others[0].subplots(), figures.allocation)
    if heights[2]:
        upper, lower = others[-1].subplots(2, 1, sharex=True, height_ratios=(3, 1))
        draw_equity(upper, lower, figures.curve[-LAST_SESSIONS:])


def _head(part: SubFigure, figures: DayFigures) -> None:
    sign, colour = SIGNS.get(figures.outcome, NO_SIGN)
    outcome = figures.outcome.value.capitalize() if figures.outcome else "No result"
    part.text(0.02, 0.72, f"{sign} {outcome}", fontsize=HUGE, color=colour, fontweight="bold", va="center")
    part.text(
        0.02,
        0.36,
        shorten(figures.headline, MOST_LETTERS, placeholder=" …"),
        fontsize=LARGE,
        color=INK,
        va="center",
    )
    part.text(
        0.02,
        0.1,
        f"{figures.session or 'unknown session'} · {figures.mode.value}",
        fontsize=LARGE,
        color=MUTED,
        va="center",
    )
    if figures.equity is not None:
        part.text(
            0.98, 0.72, f"{figures.equity:,.2f}", fontsize=HUGE, color=INK, fontweight="bold", ha="right",
            va="center",
        )  # fmt: skip
    if figures.change is not None:
        part.text(0.98, 0.36, _change(figures.change), fontsize=LARGE, color=MUTED, ha="right", va="center")


def _change(change: float) -> str:
    sign = "▲ +" if change > 0 else "▼ −" if change < 0 else "± "
    return f"{sign}{abs(change):,.2f} today"
