"""A comparison under a move of one symbol's last close: whether it holds, and where its sides meet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from alchemiser_dagster.symphony.engine.columns import EQUALITY_TOLERANCE, compared
from alchemiser_dagster.symphony.explanation.crossings import Columns, crossings, narrowed
from alchemiser_dagster.symphony.explanation.moved_values import Constant, MovedValue
from alchemiser_dagster.symphony.syntax.conditions import Operator

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class MovedComparison:
    """Both sides as functions of a move; `symbols` names the columns."""

    symbols: tuple[str, ...]
    operator: Operator
    left: MovedValue
    right: MovedValue | Constant

    def holds(self, moves: Floats, symbol: str) -> Flags:
        """Return whether it holds for each move of a symbol that it reads."""
        gap = self._gap(moves, np.full(len(moves), self.symbols.index(symbol)))
        return compared(self.operator, gap, 0.0)

    @cached_property
    def turns(self) -> dict[str, Floats]:
        """By symbol: the moves at which it may begin or cease to hold."""
        levels = (-EQUALITY_TOLERANCE, EQUALITY_TOLERANCE) if self.operator == "=" else (0.0,)
        found = [self._turns_at(level) for level in levels]
        return {
            symbol: np.concatenate([moves[columns == number] for moves, columns in found])
            for number, symbol in enumerate(self.symbols)
        }

    def _turns_at(self, level: float) -> tuple[Floats, Columns]:
        def gap(moves: Floats, columns: Columns) -> Floats:
            return self._gap(moves, columns) - level

        brackets = crossings(gap, len(self.symbols))
        return narrowed(gap, brackets), brackets.column

    def _gap(self, moves: Floats, columns: Columns) -> Floats:
        return self.left(moves, columns) - self.right(moves, columns)
