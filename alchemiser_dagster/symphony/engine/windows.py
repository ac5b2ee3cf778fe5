"""Moments and extremes of sliding windows, by doubling.

1. A window of w values is cut into blocks whose sizes are the powers of two in w, the largest first in time.
2. A block of size 2k is merged from two neighbouring blocks of size k, for all positions at once; so a
   window costs about 2·log2(w) array operations.
3. Moments merge as (offset of the mean from the block's last value, sum of squared deviations). Both are
   sums of deviations only: nothing large is ever subtracted from something large, and a series that doesn't
   move has a deviation of exactly 0 and a mean that is exactly its value.
4. The tree of merges at a position depends on w alone, never on how long the series goes on: values are bit
   for bit the same when later data is cut off.

Arrays are values × series; the result at row t is that of the window that ends there. The first w − 1 rows
are NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Means:
    """Of each block of `size` values: the mean less the last value."""

    size: int
    offset: Floats


@dataclass(frozen=True, slots=True)
class Moments(Means):
    """The squared deviations of each block beside its mean."""

    squares: Floats


@dataclass(frozen=True, slots=True)
class Extremes:
    """Of each block of `size` values: highest, lowest, largest fall as a fraction of its peak."""

    size: int
    highest: Floats
    lowest: Floats
    fall: Floats


def window_means(values: Floats, window: int) -> Floats:
    """Return the mean of each window, the same in every bit as that of `window_moments`."""

    def merge(earlier: Means, later: Means) -> Means:
        return Means(earlier.size + later.size, _merge_offsets(values, earlier, later)[0])

    blocks = _cover(Means(1, np.zeros_like(values)), window, merge)
    return _padded(values[window - 1 :] + blocks.offset, window)


def window_moments(values: Floats, window: int) -> tuple[Floats, Floats]:
    """Return the mean and the sum of squared deviations of each window."""
    single = Moments(1, np.zeros_like(values), np.zeros_like(values))

    def merge(earlier: Moments, later: Moments) -> Moments:
        return _merge_moments(values, earlier, later)

    blocks = _cover(single, window, merge)
    return _padded(values[window - 1 :] + blocks.offset, window), _padded(blocks.squares, window)


def window_falls(values: Floats, window: int) -> Floats:
    """Return the largest fall from a running peak in each window, as a fraction of the peak."""
    nothing = np.where(np.isnan(values), np.nan, 0.0)
    blocks = _cover(Extremes(1, values, values, nothing), window, _merge_extremes)
    return _padded(blocks.fall, window)


def _cover(single: S, window: int, merge: Callable[[S, S], S]) -> S:
    """Merge single values into windows: blocks double, and the window takes those whose bit it has."""
    doubled = single
    while not window & 1:
        doubled = merge(doubled, doubled)
        window >>= 1
    covered = doubled
    while window := window >> 1:
        doubled = merge(doubled, doubled)
        if window & 1:
            covered = merge(doubled, covered)
    return covered


def _merge_offsets(values: Floats, earlier: Means, later: Means) -> tuple[Floats, Floats]:
    """Return the offsets of merged blocks, and how far the means of their two parts lie apart."""
    size = earlier.size + later.size
    count = len(values) - size + 1
    after = later.offset[earlier.size : earlier.size + count]
    gap = values[earlier.size - 1 : earlier.size - 1 + count] - values[size - 1 :]
    between = earlier.offset[:count] + gap - after
    return after + between * (earlier.size / size), between


def _merge_moments(values: Floats, earlier: Moments, later: Moments) -> Moments:
    offset, between = _merge_offsets(values, earlier, later)
    size, count = earlier.size + later.size, len(offset)
    squares = earlier.squares[:count] + later.squares[earlier.size : earlier.size + count]
    return Moments(size, offset, squares + between * between * (earlier.size * later.size / size))


def _merge_extremes(earlier: Extremes, later: Extremes) -> Extremes:
    size = earlier.size + later.size
    count = len(earlier.highest) + earlier.size - size
    before, after = slice(0, count), slice(earlier.size, earlier.size + count)
    peak = earlier.highest[before]
    across = (peak - later.lowest[after]) / peak
    return Extremes(
        size,
        np.maximum(peak, later.highest[after]),
        np.minimum(earlier.lowest[before], later.lowest[after]),
        np.maximum(np.maximum(earlier.fall[before], later.fall[after]), across),
    )


def _padded(values: Floats, window: int) -> Floats:
    return np.concatenate([np.full((window - 1, values.shape[1]), np.nan), values])
