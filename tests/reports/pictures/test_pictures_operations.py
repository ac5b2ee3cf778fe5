"""How runs went, drawn: nothing is left out of a bar, and of nothing there is a picture too."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from alchemiser_dagster.operations.runs import RunState
from alchemiser_dagster.reports.pictures.operations import (
    MOST_STEPS,
    NO_DATA,
    NOTHING,
    OTHERS,
    OUTCOMES,
    RunFigures,
    SessionFigures,
    costs_painter,
    durations_painter,
    largest_steps,
    outcomes_painter,
    slippage_painter,
)
from alchemiser_dagster.reports.pictures.style import METADATA, Painter, as_png

SESSIONS = (
    SessionFigures(date(2024, 11, 25), "traded", 2.5, 1.25),
    SessionFigures(date(2024, 11, 26), "failed", None, 1.25),
    SessionFigures(date(2024, 11, 27), NOTHING, None, 1.25),
    SessionFigures(date(2024, 11, 29), "nothing to do", -1.0, 0.75),
)
STEPS = st.dictionaries(st.sampled_from("abcdefghij"), st.floats(0.01, 100), max_size=10)


def drawn(painter: Painter) -> Figure:
    figure = Figure()
    painter(figure)
    return figure


def titles(painter: Painter) -> str:
    return drawn(painter).axes[0].get_title(loc="left")


def test_every_outcome_has_a_row_of_its_own() -> None:
    assert {state.value for state in RunState} - {"ended"} == set(OUTCOMES) - {NOTHING}


def test_each_session_is_a_dot_in_the_row_of_its_outcome() -> None:
    axes = drawn(outcomes_painter(SESSIONS, 0.75)).axes[0]
    names = [label.get_text() for label in axes.get_yticklabels()]
    dots = {
        float(place): names[round(float(row))]
        for part in axes.collections
        for place, row in part.get_offsets()
    }
    assert dots == {0.0: "traded", 1.0: "failed", 2.0: NOTHING, 3.0: "nothing to do"}
    assert axes.get_title(loc="left") == "Last 4 sessions; success rate of all runs 75.0 %"
    assert titles(outcomes_painter(SESSIONS, None)).endswith("not known")


@settings(max_examples=20)
@given(st.lists(STEPS, min_size=1, max_size=6))
def test_a_bar_is_as_high_as_all_steps_of_its_run(found: list[dict[str, float]]) -> None:
    runs = [RunFigures(f"run {number}", steps) for number, steps in enumerate(found)]
    axes = drawn(durations_painter(runs)).axes[0]
    heights = [0.0] * len(runs)
    for bar in axes.patches:
        heights[round(bar.get_x() + bar.get_width() / 2)] += bar.get_height()
    assert heights == pytest.approx([sum(run.steps.values()) for run in runs])
    named = {text.get_text() for legend in [axes.get_legend()] if legend for text in legend.get_texts()}
    assert named <= {*largest_steps(runs), OTHERS}
    assert len(largest_steps(runs)) <= MOST_STEPS


def test_slippage_that_is_not_known_has_no_bar() -> None:
    #
    bars = drawn(slippage_painter(SESSIONS)).axes[0].patches
    assert [bar.get_height() for bar in bars] == [2.5, -1.0]


def test_the_cost_up_to_now_is_said() -> None:
    assert titles(costs_painter(SESSIONS)) == "Slippage and fees so far: 0.75"


@pytest.mark.parametrize(
    "painter",
    [
        outcomes_painter([], None),
        durations_painter([]),
        durations_painter([RunFigures("run", {})]),
        slippage_painter(SESSIONS[1:3]),
        costs_painter([SessionFigures(date(2024, 11, 25), "failed", None, None)]),
    ],
)
def test_of_nothing_there_is_a_picture_that_says_so(painter: Painter) -> None:
    assert titles(painter) == NO_DATA
    assert as_png(painter, METADATA).startswith(b"\x89PNG")


def test_the_same_figures_give_the_same_bytes() -> None:
    painter = outcomes_painter(SESSIONS, 0.75)
    assert as_png(painter, METADATA) == as_png(painter, METADATA)
