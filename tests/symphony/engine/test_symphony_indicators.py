"""Every indicator of the language, by name: its value, its first defined bar, its edges (spec section 2)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.examples import examples
from support.symphony_indicator_reference import indicator as reference
from support.symphony_random import PARAMETER_NAMES, parameters

from alchemiser_dagster.symphony.engine.series import indicator_columns, symbol_series
from alchemiser_dagster.symphony.syntax.conditions import Indicator
from alchemiser_dagster.symphony.syntax.vocabulary import FORMULAS

RISE = [100.0, 110.0, 99.0, 99.0, 118.8]


def values(name: str, parameters: tuple[float, ...], closes: list[float | None]) -> list[float]:
    series = symbol_series(np.array(closes, dtype=np.float64))
    return indicator_columns(Indicator(name, parameters), [series])[0].tolist()


def last(name: str, parameters: tuple[float, ...], closes: list[float] = RISE) -> float:
    return values(name, parameters, list(closes))[-1]


def test_the_language_has_exactly_the_indicators_of_the_specification() -> None:
    assert {name: formula.parameters for name, formula in FORMULAS.items()} == PARAMETER_NAMES


@pytest.mark.parametrize(
    ("name", "given_parameters", "expected"),
    [
        ("current-price", (), 118.8),
        ("moving-average-price", (2,), 108.9),
        ("exponential-moving-average-price", (3,), 109.9),
        ("rsi", (2,), 100 * 11.15 / 12.525),
        ("cumulative-return", (4,), 18.8),
        ("moving-average-return", (2,), 10.0),
        ("stdev-return", (2,), math.sqrt(200.0)),
        ("stdev-price", (2,), math.sqrt(2 * 9.9**2)),
        ("max-drawdown", (5,), 10.0),
        ("percentage-price-oscillator", (1, 3), (118.8 - 109.9) / 109.9 * 100),
        ("moving-average-convergence-divergence", (1, 3), 118.8 - 109.9),
        ("lower-bollinger", (2, 2), 108.9 - 2 * math.sqrt(2 * 9.9**2)),
        ("upper-bollinger", (2, 2), 108.9 + 2 * math.sqrt(2 * 9.9**2)),
    ],
)
def test_an_indicator_has_the_value_worked_out_by_hand(
    name: str, given_parameters: tuple[float, ...], expected: float
) -> None:
    assert last(name, given_parameters) == pytest.approx(expected, rel=1e-12)


def test_rsi_begins_with_plain_averages_and_goes_on_as_wilder_does() -> None:
    closes = [10.0, 12.0, 11.0, 14.0]
    gain, loss = (2.0 + 0.0) / 2, (0.0 + 1.0) / 2
    assert values("rsi", (2,), closes)[2] == pytest.approx(100 * gain / (gain + loss))
    gain, loss = gain + (3.0 - gain) / 2, loss + (0.0 - loss) / 2
    assert values("rsi", (2,), closes)[3] == pytest.approx(100 * gain / (gain + loss))


@pytest.mark.parametrize(
    ("closes", "expected"),
    [([5.0, 5.0, 5.0], 50.0), ([5.0, 6.0, 7.0], 100.0), ([7.0, 6.0, 5.0], 0.0)],
)
def test_rsi_is_exact_where_nothing_moves_or_all_moves_one_way(closes: list[float], expected: float) -> None:
    assert last("rsi", (2,), closes) == expected


def test_rsi_of_a_series_that_stops_moving_keeps_its_last_value() -> None:
    moved = [10.0, 12.0, 11.0]
    still = values("rsi", (2,), [*moved, *[11.0] * 900])
    assert still[-1] == pytest.approx(still[2], rel=1e-9)


def test_an_exponential_average_is_seeded_with_the_mean_of_the_first_window() -> None:
    assert values("exponential-moving-average-price", (3,), RISE)[2] == pytest.approx(103.0)


def test_the_signal_line_is_the_average_of_its_line() -> None:
    line = values("moving-average-convergence-divergence", (2, 3), RISE)
    signal = values("moving-average-convergence-divergence-signal", (2, 3, 2), RISE)
    first = (line[2] + line[3]) / 2
    assert signal[3] == pytest.approx(first)
    assert signal[4] == pytest.approx(first + (line[4] - first) * 2 / 3)


@pytest.mark.parametrize("name", PARAMETER_NAMES)
def test_an_indicator_is_first_defined_on_the_bar_the_specification_says(name: str) -> None:
    given_parameters = {0: (), 1: (5,), 2: (3, 5), 3: (3, 5, 4)}[len(PARAMETER_NAMES[name])]
    if "stdev" in PARAMETER_NAMES[name]:
        given_parameters = (5, 2)
    column = values(name, given_parameters, [50.0 + number % 3 for number in range(20)])
    first = int(np.flatnonzero(~np.isnan(column))[0])
    expected = {"current-price": 1, "max-drawdown": 5}.get(name, 5)
    if name in {"rsi", "cumulative-return", "moving-average-return", "stdev-return"}:
        expected = 6
    if name.endswith("-signal"):
        expected = 5 + 4 - 1
    assert first + 1 == expected == Indicator(name, given_parameters).bars_needed
    assert not np.isnan(column[first:]).any()


@pytest.mark.parametrize("price", [0.1, 33.3, 1e-7, 123456.789])
@pytest.mark.parametrize("window", [2, 3, 7, 20])
def test_of_a_series_that_does_not_move_everything_is_exact(price: float, window: int) -> None:
    still = [price] * 40
    for name in ("stdev-return", "stdev-price", "cumulative-return", "moving-average-return", "max-drawdown"):
        assert last(name, (window,), still) == 0.0
    for name in ("moving-average-price", "exponential-moving-average-price"):
        assert last(name, (window,), still) == price
    assert last("moving-average-convergence-divergence", (window, 2 * window), still) == 0.0
    assert last("upper-bollinger", (window, 2.0), still) == price


def test_a_deviation_of_tiny_moves_at_a_great_height_does_not_drown_in_rounding() -> None:
    moves = [1e6 + 1e-4 * (number % 2) for number in range(10)]
    assert last("stdev-price", (10,), moves) == pytest.approx(
        reference("stdev-price", (10,), moves), rel=1e-9
    )


def test_a_still_window_behind_a_wild_past_has_no_deviation_left_over() -> None:
    closes = [1.0, 1e9, 3.0, 7e8, *[3.3] * 8]
    assert last("stdev-price", (8,), closes) == 0.0
    assert last("stdev-return", (7,), closes) == 0.0


def test_windows_of_one_are_legal_but_for_deviations() -> None:
    assert last("moving-average-price", (1,)) == 118.8
    assert last("exponential-moving-average-price", (1,)) == 118.8
    assert last("cumulative-return", (1,)) == pytest.approx(20.0)
    assert last("max-drawdown", (1,)) == 0.0
    assert last("rsi", (1,)) == 100.0


def test_windows_count_bars_and_a_session_without_a_bar_is_undefined() -> None:
    with_hole = [100.0, None, 110.0, 120.0]
    assert values("moving-average-price", (2,), with_hole) == pytest.approx(
        [math.nan, math.nan, 105.0, 115.0], nan_ok=True
    )
    assert values("cumulative-return", (1,), with_hole)[2] == pytest.approx(10.0)


def test_a_drawdown_from_before_the_window_does_not_count() -> None:
    assert last("max-drawdown", (3,), [200.0, 100.0, 90.0, 120.0, 114.0]) == pytest.approx(5.0)


@settings(max_examples=examples(150), deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1), name=st.sampled_from(tuple(PARAMETER_NAMES)))
def test_values_agree_with_the_reference_on_series_with_holes(
    data: st.DataObject, seed: int, name: str
) -> None:
    random = np.random.default_rng(seed)
    length = int(random.integers(1, 60))
    closes = 20 * np.cumprod(1 + 0.03 * random.standard_normal(length))
    closes[random.random(length) < 0.1] = np.nan
    given_parameters = data.draw(parameters(name))
    column = values(name, given_parameters, closes.tolist())
    bars: list[float] = []
    for t in range(length):
        if np.isnan(closes[t]):
            assert np.isnan(column[t])
            continue
        bars.append(float(closes[t]))
        expected = reference(name, given_parameters, bars)
        assert column[t] == pytest.approx(
            expected if expected is not None else np.nan, rel=1e-9, abs=1e-12, nan_ok=True
        )
