"""Series of closes, side by side: symbols with holes and block paths with fresh starts, as equal columns.

1. A stretch is a run of closes and the sessions they belong to. A symbol is one stretch of its own bars, so
   that windows count bars (spec section 1). A block's path is one stretch per fresh start (spec section 4).
2. Stretches are packed into one array, each a column from row 0 on, and padded with NaN; so an indicator is
   computed for many series at once and its history starts where the stretch starts.
3. What was computed is put back on the sessions; a session on which no stretch has a close stays NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alchemiser_dagster.symphony.conditions import Indicator
from alchemiser_dagster.symphony.indicators import indicator_values

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]

PATH_START = 100.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Closes without a gap, and the row of the session of each."""

    closes: Floats
    rows: Rows


@dataclass(frozen=True, slots=True)
class Series:
    """One symbol or one path: its stretches in order, over a number of sessions."""

    stretches: tuple[Stretch, ...]
    sessions: int

    def bars_until(self, row: int) -> int:
        """Return how many closes, up to and including a row, an indicator of that row may use."""
        for stretch in reversed(self.stretches):
            if stretch.rows[0] <= row:
                return int(np.searchsorted(stretch.rows, row, side="right"))
        return 0

    def closes_until(self, row: int) -> Floats:
        """Return the closes of the stretch around a row, through that row; empty outside of any."""
        for stretch in self.stretches:
            position = int(np.searchsorted(stretch.rows, row))
            if position < len(stretch.rows) and stretch.rows[position] == row:
                return stretch.closes[: position + 1]
        return np.empty(0)


def symbol_series(closes: Floats) -> Series:
    """Return the series of a symbol from its closes by session, NaN where there is no bar."""
    rows = np.flatnonzero(~np.isnan(closes))
    return Series((Stretch(closes[rows], rows),) if len(rows) else (), len(closes))


def path_series(defined: Flags, earned: Floats) -> Series:
    """Return a block's own price path.

    Parameters
    ----------
    defined
        Per session, whether the block is defined.
    earned
        Per session but the last, the return into the next session of what the block holds; NaN where there
        is none.
    """
    if not len(defined):
        return Series((), 0)
    goes_on = defined[1:] & defined[:-1] & ~np.isnan(earned)
    starts = np.flatnonzero(defined & ~np.concatenate([[False], goes_on]))
    ends = np.flatnonzero(defined & ~np.concatenate([goes_on, [False]]))
    return Series(
        tuple(_path(earned, int(start), int(end)) for start, end in zip(starts, ends, strict=True)),
        len(defined),
    )


def _path(earned: Floats, start: int, end: int) -> Stretch:
    factors = np.empty(end - start + 1)
    factors[0] = PATH_START
    factors[1:] = 1.0 + earned[start:end]
    values: Floats = np.multiply.accumulate(factors)
    return Stretch(values, np.arange(start, end + 1))


def indicator_columns(indicator: Indicator, series: Sequence[Series]) -> list[Floats]:
    """Return an indicator of each series, by session; NaN where it is undefined."""
    needed = indicator.bars_needed
    columns = [np.full(one.sessions, np.nan) for one in series]
    long_enough = [
        (column, stretch)
        for column, one in zip(columns, series, strict=True)
        for stretch in one.stretches
        if len(stretch.closes) >= needed
    ]
    if not long_enough:
        return columns
    values = indicator_values(indicator, _packed([stretch for _, stretch in long_enough]))
    for number, (column, stretch) in enumerate(long_enough):
        column[stretch.rows] = values[: len(stretch.rows), number]
    return columns


def _packed(stretches: Sequence[Stretch]) -> Floats:
    packed = np.full((max(len(stretch.closes) for stretch in stretches), len(stretches)), np.nan)
    for number, stretch in enumerate(stretches):
        packed[: len(stretch.closes), number] = stretch.closes
    return packed
