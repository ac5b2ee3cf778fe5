"""What the account was worth, session by session, and how far below its best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from alchemiser_dagster.reports.pictures.style import (
    AFTER,
    GAIN,
    LOSS,
    NORMAL,
    Painter,
    legend,
    plain_axes,
    title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FEWEST = 2
ROOM = 0.1
TOO_FEW = "a curve begins with the second session"


@dataclass(frozen=True)
class EquityPoint:
    """The account's value after a session, in its currency.

    `deposit` is money put in during the session less money taken out: no gain and no loss.
    """

    session: date
    equity: float
    deposit: float = 0.0


def drawdowns(points: Sequence[EquityPoint]) -> tuple[float, ...]:
    """Return how far each point is below the best before it: 0 at a new best, -0.1 for a tenth below.

    Growth is that of the money that was there: a deposit is taken out of the session's change.
    """
    level, best = 1.0, 1.0
    found = []
    for number, point in enumerate(points):
        earlier = points[number - 1].equity if number else 0.0
        if earlier > 0:
            level *= max((point.equity - point.deposit) / earlier, 0.0)
        best = max(best, level)
        found.append(level / best - 1.0)
    return tuple(found)


def equity_painter(points: Sequence[EquityPoint]) -> Painter:
    """Return who draws the curve, and the drawdown below it, on a figure of their own."""

    def paint(figure: Figure) -> None:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        draw_equity(upper, lower, points)

    return paint


def draw_equity(upper: Axes, lower: Axes, points: Sequence[EquityPoint]) -> None:
    """Draw the curve with its deposits above, and the drawdown below."""
    for axes in (upper, lower):
        plain_axes(axes)
    if len(points) < FEWEST:
        _say_too_few(upper)
        lower.set_visible(False)
        return
    title(upper, f"Equity {points[-1].equity:,.0f}, {len(points)} sessions")
    _curve(upper, points)
    _deposits(upper, points)
    _drawdown(lower, points)


def _curve(axes: Axes, points: Sequence[EquityPoint]) -> None:
    values = [point.equity for point in points]
    axes.plot(range(len(points)), values, color=AFTER, linewidth=1.6)
    axes.scatter([len(points) - 1], values[-1:], s=18, color=AFTER, zorder=3)
    axes.margins(y=ROOM)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.tick_params(labelbottom=False)


def _deposits(axes: Axes, points: Sequence[EquityPoint]) -> None:
    for sign, marker, colour in ((1, "^", GAIN), (-1, "v", LOSS)):
        moved = [(place, point) for place, point in enumerate(points) if point.deposit * sign > 0]
        if moved:
            axes.scatter(
                [place for place, _ in moved],
                [point.equity for _, point in moved],
                marker=marker,
                s=34,
                color=colour,
                zorder=4,
                label="money in" if sign > 0 else "money out",
            )
    legend(axes)


def _drawdown(axes: Axes, points: Sequence[EquityPoint]) -> None:
    below = [value * 100 for value in drawdowns(points)]
    axes.fill_between(range(len(points)), below, color=LOSS, alpha=0.35, linewidth=0)
    axes.set_ylim(min([*below, -1.0]) * 1.1, 0)
    axes.yaxis.set_major_formatter(lambda value, _: f"−{-value:g} %" if value else "0")
    axes.locator_params(axis="y", nbins=3)
    named = sorted({0, (len(points) - 1) // 2, len(points) - 1})
    axes.set_xticks(named, [points[place].session.isoformat() for place in named])
    _keep_inside(axes, len(named))


def _keep_inside(axes: Axes, named: int) -> None:
    """Let the first and the last date begin and end at the edges, where they would be cut otherwise."""
    labels = axes.get_xticklabels()
    labels[0].set_horizontalalignment("left")
    labels[named - 1].set_horizontalalignment("right")


def _say_too_few(axes: Axes) -> None:
    title(axes, "Equity")
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlabel(TOO_FEW, loc="left", fontsize=NORMAL)
    axes.xaxis.set_label_position("top")
