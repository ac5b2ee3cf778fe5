"""How far each symbol was from its target before a day's orders, and how far it is after them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from alchemiser_dagster.reports.pictures.allocation import MOST_ROWS, AllocationRow
from alchemiser_dagster.reports.pictures.style import (
    AFTER,
    BEFORE,
    GRID,
    INK,
    MUTED,
    Painter,
    legend,
    plain_axes,
    title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROOM, NARROWEST = 1.15, 0.5


def drift_painter(rows: Sequence[AllocationRow]) -> Painter:
    """Return who draws the drift on a figure of its own."""

    def paint(figure: Figure) -> None:
        draw_drift(figure.subplots(), rows)

    return paint


def draw_drift(axes: Axes, rows: Sequence[AllocationRow]) -> None:
    """Draw, for the symbols that were or are furthest off, a line from the drift before to the one after."""
    plain_axes(axes)
    title(axes, "Drift from target, points")
    shown = sorted(rows, key=lambda row: (-_furthest(row), row.symbol))[:MOST_ROWS]
    axes.axvline(0, color=MUTED, linewidth=1)
    for place, row in enumerate(shown):
        before, after = _points(row, row.before), _points(row, row.after)
        if before is not None and after is not None:
            axes.plot([before, after], [place, place], color=GRID, linewidth=2, zorder=2)
    _dots(axes, [_points(row, row.before) for row in shown], BEFORE, "before")
    _dots(axes, [_points(row, row.after) for row in shown], AFTER, "after")
    _frame(axes, shown)


def _dots(axes: Axes, drifts: Sequence[float | None], colour: str, label: str) -> None:
    known = [(drift, place) for place, drift in enumerate(drifts) if drift is not None]
    if known:
        across, down = zip(*known, strict=True)
        axes.scatter(across, down, s=26, color=colour, label=label, zorder=3)


def _frame(axes: Axes, shown: Sequence[AllocationRow]) -> None:
    reach = max([_furthest(row) for row in shown] + [NARROWEST]) * ROOM
    axes.set_xlim(-reach, reach)
    axes.set_yticks(range(len(shown)), [row.symbol for row in shown], color=INK)
    axes.set_ylim(max(len(shown), 2) - 0.4, -0.6)
    legend(axes)


def _points(row: AllocationRow, weight: float | None) -> float | None:
    return None if weight is None else (weight - row.target) * 100


def _furthest(row: AllocationRow) -> float:
    return max(abs(_points(row, row.before) or 0.0), abs(_points(row, row.after) or 0.0))
