"""How prices move from bar to bar, and which moves look like a split."""

from __future__ import annotations

import numpy as np
import pandas as pd

SPLIT_RATIOS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50, 100)
SPLIT_TOLERANCE = 0.02


def session_moves(closes: pd.DataFrame) -> pd.DataFrame:
    """Return log returns since each symbol's bar before, however long ago; NaN where there is no bar."""
    before = closes.ffill().shift(1)
    return pd.DataFrame(np.log((closes / before).to_numpy()), closes.index, closes.columns)


def market_moves(moves: pd.DataFrame) -> pd.DataFrame:
    """Return for each symbol the median absolute move of all other symbols; 0 where there is no other."""
    sizes = moves.abs()
    counts = sizes.notna().sum(axis=1).to_numpy()
    if sizes.empty:
        return sizes
    ordered = np.sort(sizes.to_numpy(), axis=1)
    ranks = sizes.rank(axis=1, method="first").to_numpy() - 1
    return pd.DataFrame(_medians_without(ordered, ranks, counts), sizes.index, sizes.columns)


def usual_moves(moves: pd.DataFrame) -> pd.Series[float]:
    """Return each symbol's median absolute log return."""
    return moves.abs().median()


def is_split_like(sizes: pd.DataFrame) -> pd.DataFrame:
    """Return where an absolute log return is, within 2 %, a split's ratio."""
    ratios = np.exp(sizes.to_numpy())
    near = np.zeros(ratios.shape, dtype=bool)
    for split in SPLIT_RATIOS:
        near |= np.abs(ratios / split - 1) <= SPLIT_TOLERANCE
    return pd.DataFrame(near, sizes.index, sizes.columns)


def _medians_without(
    ordered: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    ranks: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    counts: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the median of each sorted row without the value of each rank; a median of none is 0."""
    others = (counts - 1)[:, None]
    middle = np.stack([(others - 1) // 2, others // 2])
    skipping = np.clip(middle + (middle >= ranks), 0, ordered.shape[1] - 1).astype(int)
    rows = np.arange(len(ordered))[:, None]
    medians = (ordered[rows, skipping[0]] + ordered[rows, skipping[1]]) / 2
    return np.where(others > 0, medians, 0.0)
