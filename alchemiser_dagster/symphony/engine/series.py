"""Series of closes, side by side: symbols with holes and block paths with fresh starts, as equal columns.

1. A stretch is a run of closes and the sessions they belong to. A symbol is one stretch of its own bars, so
   that windows count bars (spec section 1). A block's path is one stretch per fresh start (spec section 4).
2. Stretches are packed into tables, each a column from row 0 on, and padded with NaN; so an indicator is
   computed for several series at once and its history starts where the stretch starts. A table is as large
   as the processor's near memory holds.
3. What was computed is put back on the sessions; a session on which no stretch has a close stays NaN.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from alchemiser_dagster.symphony.engine.indicators import indicator_values
from alchemiser_dagster.symphony.syntax.conditions import Indicator

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]

PATH_START = 100.0
TABLE_SIZE = 16_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """Closes without a gap, and the rows of their sessions: a slice where no session lies between them."""

    closes: Floats
    rows: slice | Rows

    @property
    def first_row(self) -> int:
        """The row of its first close."""
        return int(self.rows.start if isinstance(self.rows, slice) else self.rows[0])

    def count_until(self, row: int) -> int:
        """Return how many of its closes lie at or before a row."""
        if isinstance(self.rows, slice):
            return max(0, min(row + 1 - self.first_row, len(self.closes)))
        return int(np.searchsorted(self.rows, row, side="right"))

    def row_of(self, position: int) -> int:
        """Return the row of the close at a position."""
        return self.first_row + position if isinstance(self.rows, slice) else int(self.rows[position])


@dataclass(frozen=True, slots=True)
class Series:
    """One symbol or one path: its stretches in order, over a number of sessions."""

    stretches: tuple[Stretch, ...]
    sessions: int

    def bars_until(self, row: int) -> int:
        """Return how many closes, up to and including a row, an indicator of that row may use."""
        for stretch in reversed(self.stretches):
            if stretch.first_row <= row:
                return stretch.count_until(row)
        return 0

    def closes_until(self, row: int) -> Floats:
        """Return the closes of the stretch around a row, through that row; empty outside of any."""
        for stretch in reversed(self.stretches):
            if stretch.first_row <= row:
                count = stretch.count_until(row)
                return stretch.closes[:count] if stretch.row_of(count - 1) == row else np.empty(0)
        return np.empty(0)


def symbol_series(closes: Floats) -> Series:
    """Return the series of a symbol from its closes by session, NaN where there is no bar."""
    rows = np.flatnonzero(~np.isnan(closes))
    if not len(rows):
        return Series((), len(closes))
    first, last = int(rows[0]), int(rows[-1])
    if last - first + 1 == len(rows):
        return Series((Stretch(closes[first : last + 1], slice(first, last + 1)),), len(closes))
    return Series((Stretch(closes[rows], rows),), len(closes))


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
    goes_on = (earned == earned) & defined[:-1] & defined[1:]  # noqa: PLR0124  NaN alone differs from itself
    spans = _spans(defined, goes_on)
    return Series(tuple(_path(earned, start, end) for start, end in spans), len(defined))


def _spans(defined: Flags, goes_on: Flags) -> Iterator[tuple[int, int]]:
    """Yield the first and the last row of each run of rows that go on from one another."""
    if not defined.any():
        return
    first = int(np.argmax(defined))
    if goes_on[first:].all():
        yield first, len(defined) - 1
        return
    starting, ending = defined.copy(), defined.copy()
    starting[1:] &= ~goes_on
    ending[:-1] &= ~goes_on
    yield from zip(np.flatnonzero(starting).tolist(), np.flatnonzero(ending).tolist(), strict=True)


def _path(earned: Floats, start: int, end: int) -> Stretch:
    values = np.empty(end - start + 1)
    values[0] = PATH_START
    np.add(earned[start:end], 1.0, out=values[1:])
    np.multiply.accumulate(values, out=values)
    return Stretch(values, slice(start, end + 1))


def indicator_columns(indicator: Indicator, series: Sequence[Series]) -> list[Floats]:
    """Return an indicator of each series, by session; NaN where it is undefined."""
    columns: list[Floats | None] = [None] * len(series)
    for part in _tables(series, indicator.bars_needed):
        values = indicator_values(indicator, _packed([stretch for _, stretch in part]))
        for (number, stretch), found in zip(part, np.ascontiguousarray(values.T), strict=True):
            columns[number] = _placed(columns[number], series[number].sessions, stretch, found)
    return [
        np.full(one.sessions, np.nan) if column is None else column
        for column, one in zip(columns, series, strict=True)
    ]


def _tables(series: Sequence[Series], needed: int) -> Iterator[list[tuple[int, Stretch]]]:
    """Yield the stretches that are long enough, each with its series' number, as many as fit a table."""
    long_enough = [
        (number, stretch)
        for number, one in enumerate(series)
        for stretch in one.stretches
        if len(stretch.closes) >= needed
    ]
    long_enough.sort(key=lambda one: len(one[1].closes))
    for _, group in groupby(_numbered(long_enough), key=lambda one: one[0]):
        yield [member for _, member in group]


def _numbered(stretches: list[tuple[int, Stretch]]) -> Iterator[tuple[int, tuple[int, Stretch]]]:
    table, count = 0, 0
    for member in stretches:
        count += 1
        if count * len(member[1].closes) > TABLE_SIZE:
            table, count = table + 1, 1
        yield table, member


def _packed(stretches: Sequence[Stretch]) -> Floats:
    packed = np.full((max(len(stretch.closes) for stretch in stretches), len(stretches)), np.nan)
    for number, stretch in enumerate(stretches):
        packed[: len(stretch.closes), number] = stretch.closes
    return packed


def _placed(column: Floats | None, sessions: int, stretch: Stretch, values: Floats) -> Floats:
    """Put a stretch's values, padded behind its end, on the sessions of a new or a begun column."""
    count = len(stretch.closes)
    if count == sessions:
        return values[:count]
    if column is None:
        column = np.full(sessions, np.nan)
    column[stretch.rows] = values[:count]
    return column
