"""What each indicator computes (spec section 2): functions from closes to values.

Arrays are bars × series, every series starting at row 0 and padded with NaN behind its last bar. Where an
indicator lacks history its value is NaN. Returns, deviations and drawdowns are percent.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from alchemiser_dagster.symphony.engine.recursions import exponential_average, wilder_average
from alchemiser_dagster.symphony.engine.windows import window_falls, window_means, window_moments
from alchemiser_dagster.symphony.syntax.conditions import Indicator
from alchemiser_dagster.symphony.syntax.vocabulary import Parameters

Floats = NDArray[np.float64]


def indicator_values(indicator: Indicator, closes: Floats) -> Floats:
    """Return an indicator of each column of closes; NaN where it is undefined.

    The array must have at least as many rows as the indicator needs bars.
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore", under="ignore"):
        return _KERNELS[indicator.name](closes, indicator.parameters)


def relative_strength(gain: Floats, loss: Floats) -> Floats:
    """Return Wilder's index of an average gain and an average loss; 50 where both are 0."""
    both = gain + loss
    return np.where(both == 0, 50.0, 100.0 * (gain / both))


def percentage_oscillator(short: Floats, long: Floats) -> Floats:
    """Return how far a short average stands above a long one, in percent."""
    distance: Floats = (short - long) / long * 100.0
    return distance


def _current_price(closes: Floats, _: Parameters) -> Floats:
    return closes


def _moving_average_price(closes: Floats, parameters: Parameters) -> Floats:
    return window_means(closes, int(parameters[0]))


def _exponential_moving_average_price(closes: Floats, parameters: Parameters) -> Floats:
    return exponential_average(closes, int(parameters[0]))


def _rsi(closes: Floats, parameters: Parameters) -> Floats:
    window = int(parameters[0])
    moves = closes[1:] - closes[:-1]
    gain = wilder_average(np.maximum(moves, 0.0), window)
    loss = wilder_average(np.maximum(-moves, 0.0), window)
    return _behind_first_row(relative_strength(gain, loss))


def _cumulative_return(closes: Floats, parameters: Parameters) -> Floats:
    window = int(parameters[0])
    result = np.full_like(closes, np.nan)
    result[window:] = _relative_change(closes[window:], closes[:-window]) * 100.0
    return result


def _moving_average_return(closes: Floats, parameters: Parameters) -> Floats:
    return _behind_first_row(window_means(_daily_returns(closes), int(parameters[0])) * 100.0)


def _stdev_return(closes: Floats, parameters: Parameters) -> Floats:
    return _behind_first_row(_sample_deviation(_daily_returns(closes), int(parameters[0])) * 100.0)


def _stdev_price(closes: Floats, parameters: Parameters) -> Floats:
    return _sample_deviation(closes, int(parameters[0]))


def _max_drawdown(closes: Floats, parameters: Parameters) -> Floats:
    return window_falls(closes, int(parameters[0])) * 100.0


def _percentage_price_oscillator(closes: Floats, parameters: Parameters) -> Floats:
    short, long = int(parameters[0]), int(parameters[1])
    return percentage_oscillator(exponential_average(closes, short), exponential_average(closes, long))


def _percentage_price_oscillator_signal(closes: Floats, parameters: Parameters) -> Floats:
    return _signal_line(_percentage_price_oscillator(closes, parameters), parameters)


def _moving_average_convergence_divergence(closes: Floats, parameters: Parameters) -> Floats:
    short, long = int(parameters[0]), int(parameters[1])
    return exponential_average(closes, short) - exponential_average(closes, long)


def _moving_average_convergence_divergence_signal(closes: Floats, parameters: Parameters) -> Floats:
    return _signal_line(_moving_average_convergence_divergence(closes, parameters), parameters)


def _lower_bollinger(closes: Floats, parameters: Parameters) -> Floats:
    return _bollinger(closes, int(parameters[0]), -parameters[1])


def _upper_bollinger(closes: Floats, parameters: Parameters) -> Floats:
    return _bollinger(closes, int(parameters[0]), parameters[1])


def _bollinger(closes: Floats, window: int, deviations: float) -> Floats:
    mean, squares = window_moments(closes, window)
    return mean + deviations * np.sqrt(squares / (window - 1))


def _signal_line(line: Floats, parameters: Parameters) -> Floats:
    before = int(max(parameters[:2])) - 1
    result = np.full_like(line, np.nan)
    result[before:] = exponential_average(line[before:], int(parameters[2]))
    return result


def _sample_deviation(values: Floats, window: int) -> Floats:
    return np.sqrt(window_moments(values, window)[1] / (window - 1))


def _daily_returns(closes: Floats) -> Floats:
    return _relative_change(closes[1:], closes[:-1])


def _relative_change(later: Floats, earlier: Floats) -> Floats:
    return (later - earlier) / earlier


def _behind_first_row(values: Floats) -> Floats:
    return np.concatenate([np.full((1, values.shape[1]), np.nan), values])


_KERNELS: dict[str, Callable[[Floats, Parameters], Floats]] = {
    "current-price": _current_price,
    "moving-average-price": _moving_average_price,
    "exponential-moving-average-price": _exponential_moving_average_price,
    "rsi": _rsi,
    "cumulative-return": _cumulative_return,
    "moving-average-return": _moving_average_return,
    "stdev-return": _stdev_return,
    "stdev-price": _stdev_price,
    "max-drawdown": _max_drawdown,
    "percentage-price-oscillator": _percentage_price_oscillator,
    "percentage-price-oscillator-signal": _percentage_price_oscillator_signal,
    "moving-average-convergence-divergence": _moving_average_convergence_divergence,
    "moving-average-convergence-divergence-signal": _moving_average_convergence_divergence_signal,
    "lower-bollinger": _lower_bollinger,
    "upper-bollinger": _upper_bollinger,
}
