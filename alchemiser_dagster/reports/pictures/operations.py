"""How runs went, drawn: outcomes, durations by step, slippage, and what trading has cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from alchemiser_dagster.reports.pictures.style import (
    AFTER,
    BEFORE,
    GAIN,
    LOSS,
    MUTED,
    NORMAL,
    SERIES,
    SMALL,
    TARGET,
    Painter,
    plain_axes,
    title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NOTHING = "no run"
OUTCOMES = {
    "traded": GAIN,
    "nothing to do": AFTER,
    "partial": TARGET,
    "skipped": BEFORE,
    "failed": LOSS,
    "not finished": MUTED,
    NOTHING: LOSS,
}
"""A row and a colour for each outcome of a session, the best above."""
OTHERS = "others"
MOST_STEPS = len(SERIES) - 1
NO_DATA = "nothing to draw yet"


@dataclass(frozen=True)
class SessionFigures:
    """One session.

    Parameters
    ----------
    outcome
        One of `OUTCOMES`; `NOTHING` where no run was.
    basis_points
        Slippage beside the quotes: positive where trading cost something. None where it is not known.
    cost_so_far
        Slippage and fees up to and with it, in dollars; None where nothing is known.
    """

    session: date
    outcome: str
    basis_points: float | None
    cost_so_far: float | None


@dataclass(frozen=True)
class RunFigures:
    """How long each step of a run took, in seconds; `label` is what stands below it."""

    label: str
    steps: Mapping[str, float]


def outcomes_painter(sessions: Sequence[SessionFigures], success_rate: float | None) -> Painter:
    """Return who draws a dot a session, in the row of its outcome; the rate is a fraction of runs."""

    def draw(axes: Axes) -> None:
        rows = list(reversed(OUTCOMES))
        for name, colour in OUTCOMES.items():
            places = [place for place, found in enumerate(sessions) if found.outcome == name]
            marker = "x" if name in {"failed", NOTHING} else "o"
            axes.scatter(places, [rows.index(name)] * len(places), s=16, color=colour, marker=marker)
        axes.set_yticks(range(len(rows)), rows)
        axes.set_ylim(-0.6, len(rows) - 0.4)
        rate = "not known" if success_rate is None else f"{success_rate * 100:.1f} %"
        title(axes, f"Last {len(sessions)} sessions; success rate of all runs {rate}")
        _name_sessions(axes, [found.session for found in sessions])

    return _painter(draw, is_empty=not sessions)


def durations_painter(runs: Sequence[RunFigures]) -> Painter:
    """Return who draws a bar a run, made of what its steps took; the smallest steps are one part."""

    def draw(axes: Axes) -> None:
        names = largest_steps(runs)
        floor = [0.0] * len(runs)
        for name, colour in zip((*names, OTHERS), SERIES, strict=False):
            heights = [_height(run, name, names) for run in runs]
            if any(heights):
                axes.bar(range(len(runs)), heights, bottom=floor, color=colour, width=0.8, label=name)
            floor = [below + height for below, height in zip(floor, heights, strict=True)]
        axes.margins(y=0.45)
        title(axes, f"Seconds in steps, {len(runs)} runs")
        _name_places(axes, [run.label for run in runs])
        axes.legend(loc="upper left", ncols=3, frameon=False, fontsize=SMALL, labelcolor=MUTED)

    return _painter(draw, is_empty=not any(run.steps for run in runs))


def slippage_painter(sessions: Sequence[SessionFigures]) -> Painter:
    """Return who draws the slippage of each session in basis points; one where it is not known has no bar."""

    def draw(axes: Axes) -> None:
        known = [(place, found.basis_points) for place, found in enumerate(sessions)]
        bars = [(place, value) for place, value in known if value is not None]
        colours = [LOSS if value > 0 else GAIN for _, value in bars]
        axes.bar([place for place, _ in bars], [value for _, value in bars], color=colours, width=0.8)
        axes.axhline(0, color=MUTED, linewidth=0.8)
        title(axes, "Slippage in basis points: below the line it earned")
        _name_sessions(axes, [found.session for found in sessions])

    return _painter(draw, is_empty=all(found.basis_points is None for found in sessions))


def costs_painter(sessions: Sequence[SessionFigures]) -> Painter:
    """Return who draws what trading has cost so far, in dollars."""

    def draw(axes: Axes) -> None:
        known = [(place, found.cost_so_far) for place, found in enumerate(sessions)]
        points = [(place, value) for place, value in known if value is not None]
        places, values = [place for place, _ in points], [value for _, value in points]
        axes.step(places, values, where="post", color=AFTER, linewidth=1.6)
        axes.scatter(places[-1:], values[-1:], s=18, color=AFTER, zorder=3)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.2f}")
        title(axes, f"Slippage and fees so far: {values[-1]:,.2f}")
        _name_sessions(axes, [found.session for found in sessions])

    return _painter(draw, is_empty=all(found.cost_so_far is None for found in sessions))


def largest_steps(runs: Sequence[RunFigures]) -> tuple[str, ...]:
    """Return the steps that took most over all runs, the longest first."""
    total: dict[str, float] = {}
    for run in runs:
        for name, seconds in run.steps.items():
            total[name] = total.get(name, 0.0) + seconds
    return tuple(sorted(total, key=lambda name: -total[name])[:MOST_STEPS])


def _height(run: RunFigures, name: str, shown: Sequence[str]) -> float:
    if name != OTHERS:
        return run.steps.get(name, 0.0)
    return sum(seconds for step, seconds in run.steps.items() if step not in shown)


def _painter(draw: Callable[[Axes], None], *, is_empty: bool) -> Painter:
    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        plain_axes(axes)
        if is_empty:
            axes.set_xticks([])
            axes.set_yticks([])
            title(axes, NO_DATA)
        else:
            draw(axes)

    return paint


def _name_sessions(axes: Axes, sessions: Sequence[date]) -> None:
    _name_places(axes, [session.isoformat() for session in sessions])


def _name_places(axes: Axes, names: Sequence[str]) -> None:
    """Name the first, the middle and the last place."""
    named = sorted({0, (len(names) - 1) // 2, len(names) - 1})
    axes.set_xticks(named, [names[place] for place in named])
    labels = axes.get_xticklabels()
    if len(named) > 1:
        labels[0].set_horizontalalignment("left")
        labels[-1].set_horizontalalignment("right")
    axes.tick_params(axis="x", labelsize=NORMAL)
