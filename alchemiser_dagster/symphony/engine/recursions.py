"""Averages that remember the whole series, by doubling.

1. y_t = q·y_{t−1} + x_t is unrolled to y_t = Σ q^i·x_{t−i}.
2. Partial sums over 2k terms are made of two over k terms, one of them k rows earlier and multiplied by
   q^k. So all rows of all series are done after log2(rows) array operations, and the order of additions at
   a row never depends on rows behind it.
3. An exponential average is followed as its distance from the latest value, so that of a series that
   doesn't move it is exactly that value.

Arrays are values × series, every series starting at row 0, with at least `window` rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def exponential_average(values: Floats, window: int) -> Floats:
    """Return the average with smoothing 2/(w+1), seeded with the mean of the first w values."""
    average = np.full_like(values, np.nan)
    distance = decayed_sum(exponential_inputs(values, window), exponential_decay(window))
    average[window - 1 :] = values[window - 1 :] + distance
    return average


def exponential_decay(window: int) -> float:
    """Return the part of an exponential average that a session leaves of the one before."""
    return 1.0 - 2.0 / (window + 1)


def exponential_inputs(values: Floats, window: int) -> Floats:
    """Return what each row from the seed on adds to an exponential average's distance from its value."""
    inputs = np.empty_like(values[window - 1 :])
    inputs[0] = _mean(values[:window] - values[window - 1])
    inputs[1:] = exponential_decay(window) * (values[window - 1 : -1] - values[window:])
    return inputs


def wilder_average(values: Floats, window: int) -> Floats:
    """Return the average that moves by (x − average)/w, seeded with the mean of the first w values."""
    average = np.full_like(values, np.nan)
    average[window - 1 :] = decayed_sum(wilder_inputs(values, window), 1.0 - 1.0 / window)
    return average


def wilder_inputs(values: Floats, window: int) -> Floats:
    """Return what each row from the seed on adds to Wilder's average."""
    inputs = values[window - 1 :] / window
    inputs[0] = _mean(values[:window])
    return inputs


def _mean(values: Floats) -> Floats:
    """Return the mean of each column, added from the top: the same bits beside any number of columns."""
    mean: Floats = np.cumsum(values, axis=0)[-1] / len(values)
    return mean


def decayed_sum(inputs: Floats, keep: float) -> Floats:
    """Return y where y_0 = x_0 and y_t = keep·y_{t−1} + x_t."""
    total = inputs.copy()
    reach = 1
    while reach < len(total) and keep > 0:
        total[reach:] += keep * total[:-reach]
        keep *= keep
        reach *= 2
    return total
