"""The account before and after a day beside what it should be: weights of equity, symbol by symbol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alchemiser_dagster.reports.pictures.style import (
    AFTER,
    BEFORE,
    INK,
    MUTED,
    SMALL,
    TARGET,
    Painter,
    Size,
    legend,
    plain_axes,
    title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_ROWS = 12
ROW_PIXELS, FRAME_PIXELS = 24, 90
LABEL_ROOM = 1.22
OTHERS = "others"


@dataclass(frozen=True)
class AllocationRow:
    """Weights of one symbol as fractions of equity; None where nobody knows."""

    symbol: str
    before: float | None
    target: float
    after: float | None

    @property
    def largest(self) -> float:
        """The largest of its weights."""
        return max(self.before or 0.0, self.target, self.after or 0.0)


def shown_rows(rows: Sequence[AllocationRow], most: int = MOST_ROWS) -> tuple[AllocationRow, ...]:
    """Return the largest rows, largest first; what is beyond `most` becomes one row of others."""
    ordered = sorted(rows, key=lambda row: (-row.largest, row.symbol))
    if len(ordered) <= most:
        return tuple(ordered)
    first, rest = ordered[: most - 1], ordered[most - 1 :]
    return *first, _together(rest)


def allocation_size(rows: Sequence[AllocationRow], size: Size) -> Size:
    """Return the size with the height that the rows need."""
    return Size(size.width, FRAME_PIXELS + ROW_PIXELS * max(len(shown_rows(rows)), 2))


def allocation_painter(rows: Sequence[AllocationRow]) -> Painter:
    """Return who draws the bars on a figure of their own."""

    def paint(figure: Figure) -> None:
        draw_allocation(figure.subplots(), rows)

    return paint


def draw_allocation(axes: Axes, rows: Sequence[AllocationRow]) -> None:
    """Draw a bar before and a bar after for each symbol, and a mark at its target."""
    plain_axes(axes)
    title(axes, "Allocation, % of equity")
    shown = shown_rows(rows)
    places = range(len(shown))
    if any(row.before is not None for row in shown):
        axes.barh(
            [place - 0.2 for place in places],
            [(row.before or 0.0) * 100 for row in shown],
            height=0.28,
            color=BEFORE,
            label="before",
        )
    if any(row.after is not None for row in shown):
        axes.barh(
            [place + 0.16 for place in places],
            [(row.after or 0.0) * 100 for row in shown],
            height=0.36,
            color=AFTER,
            label="after",
        )
    _targets(axes, shown)
    _frame(axes, shown)


def _targets(axes: Axes, shown: Sequence[AllocationRow]) -> None:
    for place, row in enumerate(shown):
        axes.plot(
            [row.target * 100] * 2,
            [place - 0.4, place + 0.4],
            color=TARGET,
            linewidth=2.5,
            solid_capstyle="butt",
            label="target" if place == 0 else None,
        )
        axes.annotate(
            _in_figures(row),
            (row.largest * 100, place),
            xytext=(6, 0),
            textcoords="offset points",
            verticalalignment="center",
            fontsize=SMALL,
            color=MUTED,
        )


def _frame(axes: Axes, shown: Sequence[AllocationRow]) -> None:
    axes.grid(visible=False, axis="y")
    axes.set_yticks(range(len(shown)), [row.symbol for row in shown], color=INK)
    axes.set_ylim(max(len(shown), 2) - 0.4, -0.6)
    axes.set_xlim(0, max([row.largest for row in shown] + [0.01]) * 100 * LABEL_ROOM)
    legend(axes)


def _in_figures(row: AllocationRow) -> str:
    target = f"{row.target * 100:.1f}"
    return target if row.after is None else f"{row.after * 100:.1f} of {target}"


def _together(rows: Sequence[AllocationRow]) -> AllocationRow:
    befores = [row.before for row in rows if row.before is not None]
    afters = [row.after for row in rows if row.after is not None]
    return AllocationRow(
        symbol=f"{len(rows)} {OTHERS}",
        before=sum(befores) if befores else None,
        target=sum(row.target for row in rows),
        after=sum(afters) if afters else None,
    )
