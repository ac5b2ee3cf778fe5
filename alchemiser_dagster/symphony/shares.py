"""How filters and inverse volatility share among their children, by score (spec section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alchemiser_dagster.symphony.blocks import Side

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Shares:
    """Who gets how much, per session.

    Parameters
    ----------
    defined
        The sessions on which there are shares.
    takes_part
        Sessions × children: who gets something.
    sizes
        Sessions × children, or sessions × 1 where all who take part get the same.
    """

    defined: Flags
    takes_part: Flags
    sizes: Floats

    def of_child(self, position: int) -> Floats:
        """Return a child's share per session; 0 where it has none or shares are undefined."""
        sizes = self.sizes[:, position if self.sizes.shape[1] > 1 else 0]
        return np.where(self.takes_part[:, position], sizes, 0.0)

    def at(self, row: int) -> Floats:
        """Return every child's share on one session, given by its row."""
        sizes = np.broadcast_to(self.sizes[row], self.takes_part[row].shape)
        return np.where(self.takes_part[row], sizes, 0.0)


def chosen_shares(scores: Sequence[Floats], sessions: int, side: Side, count: int) -> Shares:
    """Return equal shares for the `count` highest or lowest scores; undefined ones (NaN) are left out.

    Of equal scores the earlier wins, at the top and at the bottom. Undefined where no score is defined.
    """
    table = _table(scores, sessions)
    scored = ~np.isnan(table)
    order = np.argsort(-table if side == "top" else table, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(table.shape[1])[np.newaxis, :], axis=1)
    chosen = scored & (rank < count)
    number = np.count_nonzero(chosen, axis=1, keepdims=True)
    return Shares(number[:, 0] > 0, chosen, 1.0 / np.maximum(number, 1))


def inverse_shares(deviations: Sequence[Floats], sessions: int) -> Shares:
    """Return shares by the inverse of each deviation; those with deviation 0, if any, share all equally.

    Undefined where any deviation is. Inverses are taken as multiples of the largest, so that none overflows.
    """
    table = _table(deviations, sessions)
    defined: Flags = np.logical_not(np.isnan(table).any(axis=1))
    still = (table == 0) & defined[:, np.newaxis]
    any_still = still.any(axis=1)
    moving = np.broadcast_to((defined & ~any_still)[:, np.newaxis], table.shape)
    calmest = np.min(table, axis=1, keepdims=True, initial=np.inf)
    inverse = np.divide(calmest, table, out=np.zeros_like(table), where=moving)
    total = np.zeros(sessions)
    for position in range(table.shape[1]):
        total += inverse[:, position]
    sizes = inverse / np.where(total == 0, 1.0, total)[:, np.newaxis]
    equal = 1.0 / np.maximum(still.sum(axis=1, keepdims=True), 1)
    return Shares(defined, still | moving, np.where(still, equal, sizes))


def _table(columns: Sequence[Floats], sessions: int) -> Floats:
    return np.stack(columns, axis=1) if columns else np.empty((sessions, 0))
