"""How filters and inverse volatility share among their children, by score (spec section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alchemiser_dagster.symphony.syntax.blocks import Side

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ranks = NDArray[np.int16]

FEW = 8


@dataclass(frozen=True, slots=True)
class Shares:
    """Who gets how much, per session.

    Parameters
    ----------
    defined
        The sessions on which there are shares.
    takes_part
        Children × sessions: who gets something.
    sizes
        Children × sessions, or 1 × sessions where all who take part get the same.
    """

    defined: Flags
    takes_part: Flags
    sizes: Floats

    def of_child(self, position: int) -> Floats:
        """Return a child's share per session; 0 where it has none or shares are undefined."""
        sizes = self.sizes[position if len(self.sizes) > 1 else 0]
        share: Floats = sizes * self.takes_part[position]
        return share

    def at(self, row: int) -> Floats:
        """Return every child's share on one session, given by its row."""
        share: Floats = self.sizes[:, row] * self.takes_part[:, row]
        return share


def chosen_shares(scores: Sequence[Floats], sessions: int, side: Side, count: int) -> Shares:
    """Return equal shares for the `count` highest or lowest scores; undefined ones (NaN) are left out.

    Of equal scores the earlier wins, at the top and at the bottom. Undefined where no score is defined.
    """
    table = _table(scores, sessions)
    scored = ~np.isnan(table)
    chosen = scored if count >= len(table) else scored & _among_first(_ordered(table, scored, side), count)
    number = np.add.reduce(chosen, axis=0, dtype=np.float64)
    return Shares(number > 0, chosen, 1.0 / np.maximum(number, 1.0)[np.newaxis, :])


def _ordered(table: Floats, scored: Flags, side: Side) -> Floats:
    """Return scores of which the higher is always the better one, and no score the worst."""
    return np.where(scored, table if side == "top" else -table, -np.inf)


def _among_first(scores: Floats, count: int) -> Flags:
    if len(scores) <= FEW:
        first: Flags = _ranks(scores) < count
        return first
    best = np.argsort(-scores, axis=0, kind="stable")[:count]
    first = np.zeros(scores.shape, dtype=np.bool_)
    np.put_along_axis(first, best, values=True, axis=0)
    return first


def _ranks(scores: Floats) -> Ranks:
    """Return how many scores are better than each: among few, every pair is compared."""
    ranks = np.zeros(scores.shape, dtype=np.int16)
    for later in range(1, len(scores)):
        for earlier in range(later):
            is_first = scores[earlier] >= scores[later]
            ranks[later] += is_first
            ranks[earlier] += ~is_first
    return ranks


def inverse_shares(deviations: Sequence[Floats], sessions: int) -> Shares:
    """Return shares by the inverse of each deviation; those with deviation 0, if any, share all equally.

    Undefined where any deviation is. Inverses are taken as multiples of the largest, so that none overflows.
    """
    table = _table(deviations, sessions)
    defined: Flags = np.logical_not(np.isnan(table).any(axis=0))
    still = (table == 0) & defined
    moving = np.broadcast_to(defined & ~still.any(axis=0), table.shape)
    calmest = np.min(table, axis=0, initial=np.inf)
    inverse = np.divide(calmest, table, out=np.zeros_like(table), where=moving)
    total = np.zeros(sessions)
    for row in inverse:
        total += row
    sizes = inverse / np.where(total == 0, 1.0, total)
    equal = 1.0 / np.maximum(still.sum(axis=0), 1)
    return Shares(defined, still | moving, np.where(still, equal, sizes))


def _table(columns: Sequence[Floats], sessions: int) -> Floats:
    return np.stack(columns) if columns else np.empty((0, sessions))
