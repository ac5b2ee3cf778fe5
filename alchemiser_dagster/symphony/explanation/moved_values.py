"""Values of indicators under a move of one symbol's last close, for several symbols at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alchemiser_dagster.symphony.explanation.crossings import Columns
from alchemiser_dagster.symphony.explanation.last_close import ByLast

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MovedValue:
    """An indicator of a series whose last close depends on the symbols that are moved.

    Parameters
    ----------
    by_last
        The indicator as a function of the last close.
    close
        The last close as it is.
    slopes
        By column: what a move of the column's symbol by 1 (100 %) adds to the last close.
    """

    by_last: ByLast
    close: float
    slopes: Floats

    def __call__(self, moves: Floats, columns: Columns) -> Floats:
        """Return the value for each move of the symbol of each column."""
        slopes = self.slopes[columns]
        moved = slopes != 0
        values = np.full(len(moves), self.by_last(np.array([self.close]))[0])
        values[moved] = self.by_last(self.close + slopes[moved] * moves[moved])
        return values


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that no move changes."""

    value: float

    def __call__(self, moves: Floats, _: Columns) -> Floats:
        """Return the number for each move."""
        return np.full(len(moves), self.value)


def slope_columns(slopes: Mapping[str, float], symbols: Sequence[str]) -> Floats:
    """Return the slopes by column, 0 for a symbol that is not named."""
    return np.array([slopes.get(symbol, 0.0) for symbol in symbols])
