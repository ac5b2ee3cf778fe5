"""An indicator as a function of the last close alone, all closes before it fixed.

1. What the closes before the last one contribute is taken once: sums and moments of the window, or the state
   of an average that remembers the whole series, both by the engine's own `windows.py` and `recursions.py`.
2. What is left is a short expression in the last close. It is evaluated for any number of last closes at
   once, and agrees with `indicators.py` but for the last bits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from alchemiser_dagster.symphony.engine.indicators import indicator_values
from alchemiser_dagster.symphony.engine.recursions import exponential_average, wilder_average
from alchemiser_dagster.symphony.engine.windows import window_falls, window_moments
from alchemiser_dagster.symphony.syntax.conditions import Indicator
from alchemiser_dagster.symphony.syntax.vocabulary import Parameters

Floats = NDArray[np.float64]
ByLast: TypeAlias = Callable[[Floats], Floats]


def by_last_close(indicator: Indicator, closes: Floats) -> ByLast:
    """Return the indicator at the last row as a function of the last close.

    Parameters
    ----------
    closes
        At least as many as the indicator needs bars; the value of the last one is not used.
    """
    return _FORMULAS[indicator.name](closes, indicator.parameters)


def _current_price(_: Floats, __: Parameters) -> ByLast:
    return lambda last: last


def _moving_average_price(closes: Floats, parameters: Parameters) -> ByLast:
    return _mean(closes[:-1], int(parameters[0]))


def _exponential_moving_average_price(closes: Floats, parameters: Parameters) -> ByLast:
    return _exponential(closes[:-1], int(parameters[0]))


def _rsi(closes: Floats, parameters: Parameters) -> ByLast:
    window = int(parameters[0])
    before = closes[-2]
    moves = np.diff(closes[:-1])
    gain = _averaged(np.maximum(moves, 0.0), window)
    loss = _averaged(np.maximum(-moves, 0.0), window)

    def value(last: Floats) -> Floats:
        up, down = gain(np.maximum(last - before, 0.0)), loss(np.maximum(before - last, 0.0))
        both = up + down
        return 100.0 * np.divide(up, both, out=np.full_like(both, 0.5), where=both != 0)

    return value


def _cumulative_return(closes: Floats, parameters: Parameters) -> ByLast:
    base = closes[-1 - int(parameters[0])]
    return lambda last: (last - base) / base * 100.0


def _moving_average_return(closes: Floats, parameters: Parameters) -> ByLast:
    before, mean = closes[-2], _mean(_returns(closes), int(parameters[0]))
    return lambda last: mean((last - before) / before) * 100.0


def _stdev_return(closes: Floats, parameters: Parameters) -> ByLast:
    before, deviation = closes[-2], _deviation(_returns(closes), int(parameters[0]))
    return lambda last: deviation((last - before) / before) * 100.0


def _stdev_price(closes: Floats, parameters: Parameters) -> ByLast:
    return _deviation(closes[:-1], int(parameters[0]))


def _max_drawdown(closes: Floats, parameters: Parameters) -> ByLast:
    window = int(parameters[0])
    if window == 1:
        return np.zeros_like
    earlier = closes[-window:-1]
    peak, fall = earlier.max(), window_falls(earlier[:, np.newaxis], window - 1)[-1, 0]
    return lambda last: np.maximum(fall, (peak - last) / peak) * 100.0


def _percentage_price_oscillator(closes: Floats, parameters: Parameters) -> ByLast:
    short = _exponential(closes[:-1], int(parameters[0]))
    long = _exponential(closes[:-1], int(parameters[1]))

    def value(last: Floats) -> Floats:
        slow = long(last)
        return (short(last) - slow) / slow * 100.0

    return value


def _percentage_price_oscillator_signal(closes: Floats, parameters: Parameters) -> ByLast:
    line = Indicator("percentage-price-oscillator", parameters[:2])
    return _signal(line, closes, parameters)


def _moving_average_convergence_divergence(closes: Floats, parameters: Parameters) -> ByLast:
    short = _exponential(closes[:-1], int(parameters[0]))
    long = _exponential(closes[:-1], int(parameters[1]))
    return lambda last: short(last) - long(last)


def _moving_average_convergence_divergence_signal(closes: Floats, parameters: Parameters) -> ByLast:
    line = Indicator("moving-average-convergence-divergence", parameters[:2])
    return _signal(line, closes, parameters)


def _lower_bollinger(closes: Floats, parameters: Parameters) -> ByLast:
    return _band(closes, int(parameters[0]), -parameters[1])


def _upper_bollinger(closes: Floats, parameters: Parameters) -> ByLast:
    return _band(closes, int(parameters[0]), parameters[1])


def _band(closes: Floats, window: int, deviations: float) -> ByLast:
    mean, deviation = _mean(closes[:-1], window), _deviation(closes[:-1], window)
    return lambda last: mean(last) + deviations * deviation(last)


def _signal(line: Indicator, closes: Floats, parameters: Parameters) -> ByLast:
    first = line.bars_needed - 1
    before = np.empty(0)
    if len(closes) - 1 > first:
        before = indicator_values(line, closes[:-1, np.newaxis])[first:, 0]
    today = by_last_close(line, closes)
    average = _exponential(before, int(parameters[2]))
    return lambda last: average(today(last))


def _exponential(before: Floats, window: int) -> ByLast:
    """Return the exponential average of some values and a last one."""
    if len(before) < window:
        return _mean(before, window)
    state = exponential_average(before[:, np.newaxis], window)[-1, 0]
    return lambda last: state + (last - state) * (2.0 / (window + 1))


def _averaged(before: Floats, window: int) -> ByLast:
    """Return Wilder's average of some values and a last one."""
    if len(before) < window:
        return _mean(before, window)
    state = wilder_average(before[:, np.newaxis], window)[-1, 0]
    return lambda last: state + (last - state) / window


def _mean(before: Floats, window: int) -> ByLast:
    """Return the mean of a window: the last of some values and one more."""
    if window == 1:
        return lambda last: last
    rest = window_moments(before[1 - window :, np.newaxis], window - 1)[0][-1, 0]
    return lambda last: rest + (last - rest) / window


def _deviation(before: Floats, window: int) -> ByLast:
    """Return the sample deviation of a window: the last of some values and one more."""
    means, spreads = window_moments(before[1 - window :, np.newaxis], window - 1)
    rest, spread = means[-1, 0], spreads[-1, 0]

    def value(last: Floats) -> Floats:
        gap = last - rest
        squares: Floats = spread + gap * gap * ((window - 1) / window)
        return np.sqrt(squares / (window - 1))

    return value


def _returns(closes: Floats) -> Floats:
    """Return the daily returns but for the last one."""
    return np.diff(closes[:-1]) / closes[:-2]


_FORMULAS: dict[str, Callable[[Floats, Parameters], ByLast]] = {
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
