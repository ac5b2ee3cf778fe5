"""Where a function of a price move changes its sign: robust for functions that bend, kink or turn back.

1. Moves are fractions of the last close. The function is looked at on a fixed grid: 0, and from a hundredth
   of a basis point to half the price up and down, each step 8 % further than the one before.
2. Two neighbours on the grid with different signs hold a crossing between them.
3. Where the function turns back towards the side it came from without having crossed 0 on the grid, it may
   have crossed it twice in between (a deviation falls and rises again). Such a dip is looked at ever closer
   around its lowest point, until it crosses or is too flat to.
4. A crossing is cut into 64 parts again and again, each time keeping the first part, seen from 0, in which
   the sign changes.

5. A function that is 0 but for rounding changes its sign with the last bits: that is no crossing to be found,
   and is told apart.

Several functions, one per column, are treated at once. They are asked for flat arrays of moves and of the
columns that these are for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Columns = NDArray[np.intp]
Flags = NDArray[np.bool_]
Gap: TypeAlias = Callable[[Floats, Columns], Floats]

SMALLEST_MOVE, LARGEST_MOVE, STEPS = 1e-6, 0.5, 161
PARTS, ROUNDS, CLOSER_LOOKS = 64, 6, 4
STEEPEST_BEND = 1.5
HAIR, SMALLEST_HAIR = 1e-9, 1e-12
ROUNDING = 1e-11

_OUTWARDS = np.geomspace(SMALLEST_MOVE, LARGEST_MOVE, STEPS)
GRID: Floats = np.concatenate([-_OUTWARDS[::-1], [0.0], _OUTWARDS])


class Brackets(NamedTuple):
    """Between `near` and `far`, seen from 0, the function of a column changes its sign."""

    near: Floats
    far: Floats
    column: Columns


def crossings(gap: Gap, columns: int) -> Brackets:
    """Return, for each column, where between two moves the sign of the function changes."""
    moves = np.repeat(GRID, columns)
    values = gap(moves, np.tile(np.arange(columns), len(GRID))).reshape(len(GRID), columns)
    signs = np.sign(values)
    rows, found = np.nonzero(signs[1:] != signs[:-1])
    plain = _brackets(GRID[rows], GRID[rows + 1], found)
    dips = _crossings_in_dips(gap, values, signs)
    return (
        plain if dips is None else Brackets(*(np.concatenate(pair) for pair in zip(plain, dips, strict=True)))
    )


def narrowed(gap: Gap, brackets: Brackets) -> Floats:
    """Return the first move, seen from 0, at which the sign has changed, for each bracket."""
    near, far, column = brackets
    if not len(near):
        return near
    parts = np.linspace(0.0, 1.0, PARTS + 1)
    rows = np.arange(len(near))
    for _ in range(ROUNDS):
        moves = near[:, np.newaxis] + (far - near)[:, np.newaxis] * parts
        moves[:, -1] = far
        values = gap(moves.ravel(), np.repeat(column, PARTS + 1)).reshape(moves.shape)
        signs = np.sign(values)
        first = np.argmax(signs != signs[:, :1], axis=1)
        first[first == 0] = PARTS
        near, far = moves[rows, first - 1], moves[rows, first]
    return far


def _brackets(low: Floats, high: Floats, column: Columns) -> Brackets:
    is_fall = high <= 0
    return Brackets(np.where(is_fall, high, low), np.where(is_fall, low, high), column)


def _crossings_in_dips(gap: Gap, values: Floats, signs: Floats) -> Brackets | None:
    size = np.abs(values)
    before, here, after = size[:-2], size[1:-1], size[2:]
    turns = (here < before) & (here <= after) | (here <= before) & (here < after)
    same_side = (signs[:-2] == signs[1:-1]) & (signs[2:] == signs[1:-1])
    reach = STEEPEST_BEND * np.maximum(before - here, after - here)
    rows, column = np.nonzero(turns & same_side & (here <= reach))
    if not len(rows):
        return None
    return _closer(gap, GRID[rows], GRID[rows + 2], column)


def _closer(gap: Gap, low: Floats, high: Floats, column: Columns) -> Brackets:
    found: list[Brackets] = []
    for _ in range(CLOSER_LOOKS):
        moves = np.linspace(low, high, PARTS + 1, axis=1)
        values = gap(moves.ravel(), np.repeat(column, PARTS + 1)).reshape(moves.shape)
        signs = np.sign(values)
        rows, parts = np.nonzero(signs[:, 1:] != signs[:, :-1])
        found.append(_brackets(moves[rows, parts], moves[rows, parts + 1], column[rows]))
        lowest = np.clip(np.argmin(np.abs(values), axis=1), 1, PARTS - 1)
        keep = np.setdiff1d(np.arange(len(column)), rows)
        low, high = moves[keep, lowest[keep] - 1], moves[keep, lowest[keep] + 1]
        column = column[keep]
        if not len(keep):
            break
    return Brackets(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def decided_by_rounding(gap: Gap, columns: int, scale: float) -> Flags:
    """Return the columns whose function is 0 but for rounding, as things are and under some move.

    Such are two paths that held the same, but began at different times: moved alike, they change places by
    the last bits alone.

    Parameters
    ----------
    scale
        The size of the values of which the function is a difference.
    """
    noise = ROUNDING * max(1.0, scale)
    found = np.abs(gap(np.zeros(columns), np.arange(columns))) <= noise
    for column in np.flatnonzero(found):
        sizes = np.abs(gap(GRID, np.full(len(GRID), column)))
        found[column] = bool(((sizes > 0) & (sizes <= noise)).any())
    return found


def just_beyond(moves: Floats) -> Floats:
    """Return moves that lie a hair further from 0: enough for what turns at a crossing to have turned."""
    return moves + np.copysign(np.maximum(np.abs(moves) * HAIR, SMALLEST_HAIR), moves)
