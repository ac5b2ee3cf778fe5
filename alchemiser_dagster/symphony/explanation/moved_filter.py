"""A filter's picks under a move of one symbol's last close."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alchemiser_dagster.symphony.explanation.crossings import (
    Brackets,
    Columns,
    crossings,
    decided_by_rounding,
    just_beyond,
    narrowed,
)
from alchemiser_dagster.symphony.explanation.moved_values import MovedValue

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NOWHERE = np.zeros(1)
FIRST = np.zeros(1, dtype=np.intp)
TIED = 1e-300


@dataclass(frozen=True)
class MovedFilter:
    """The scored children of a filter, in the order of the text.

    Parameters
    ----------
    sign
        1 where the highest scores are picked, -1 where the lowest are.
    scores
        Each child's score as a function of a move of the symbol of a column.
    picked
        Who is picked as things are; neither all nor nobody.
    """

    columns: int
    sign: float
    scores: tuple[MovedValue, ...]
    picked: Flags

    def differs(self, moves: Floats, columns: Columns) -> Flags:
        """Return whether other children are picked, for each move."""
        table = np.stack([self.sign * score(moves, columns) for score in self.scores])
        order = np.argsort(-table, axis=0, kind="stable")
        picks = np.zeros(table.shape, dtype=np.bool_)
        np.put_along_axis(picks, order[: np.count_nonzero(self.picked)], values=True, axis=0)
        changed: Flags = (picks != self.picked[:, np.newaxis]).any(axis=0)
        return changed

    def nearest_change(self) -> tuple[float, int] | None:
        """Return the smallest move that changes the picks, and its column; None where there is none.

        It is 0 where rounding alone decides.
        """
        scale = max(abs(float(score(NOWHERE, FIRST)[0])) for score in self.scores)
        rounded = np.flatnonzero(decided_by_rounding(self._gap, self.columns, scale))
        if len(rounded) or self.differs(NOWHERE, FIRST)[0]:
            return 0.0, int(rounded[0]) if len(rounded) else 0
        waiting = crossings(self._firmness, self.columns)
        while len(waiting.near):
            is_next = np.abs(waiting.near) <= np.min(np.abs(waiting.far))
            looked_at = Brackets(*(part[is_next] for part in waiting))
            moves = narrowed(self._firmness, looked_at)
            changed = np.flatnonzero(self.differs(just_beyond(moves), looked_at.column))
            if len(changed):
                nearest = changed[np.argmin(np.abs(moves[changed]))]
                return float(moves[nearest]), int(looked_at.column[nearest])
            waiting = Brackets(*(part[~is_next] for part in waiting))
        return None

    def _firmness(self, moves: Floats, columns: Columns) -> Floats:
        """Return the gap; where scores tie, a hair above 0 if the picks stay all the same, else below."""
        gap = self._gap(moves, columns)
        tied = np.flatnonzero(gap == 0)
        if len(tied):
            gap[tied] = np.where(self.differs(moves[tied], columns[tied]), -TIED, TIED)
        return gap

    def _gap(self, moves: Floats, columns: Columns) -> Floats:
        worst = np.full(len(moves), np.inf)
        best = np.full(len(moves), -np.inf)
        for score, is_picked in zip(self.scores, self.picked, strict=True):
            values = self.sign * score(moves, columns)
            if is_picked:
                np.minimum(worst, values, out=worst)
            else:
                np.maximum(best, values, out=best)
        gap: Floats = worst - best
        return gap
