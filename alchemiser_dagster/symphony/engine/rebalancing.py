"""When a symphony trades, and what it holds in between (spec section 6).

1. With a frequency, the sessions that trade are known at once: the first session with a signal, and the
   first session of each period that has one. A period begins where the calendar says that the session
   before lies in another one.
2. With a threshold, the sessions behind a trade are looked at in growing blocks, each drifted from the
   trade's weights by one array operation, until one of them must trade.
3. Between trades a holding is worth its weight times its price over the price at the trade; cash stays. A
   symbol without a bar keeps its last close.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alchemiser_dagster.symphony.syntax.rebalance import Frequency, Rebalance

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]

FIRST_BLOCK = 32


def trading_rows(
    rebalance: Rebalance, sessions: pd.DatetimeIndex, signals: Flags, targets: Floats, closes: Floats
) -> Rows:
    """Return the rows of the sessions on which a symphony trades.

    Parameters
    ----------
    signals
        The sessions that have one; the others never trade.
    targets
        Target weights, sessions × symbols.
    closes
        Closes, sessions × symbols, filled by `last_closes`.
    """
    if not signals.any():
        return np.empty(0, dtype=np.intp)
    if rebalance.threshold is not None:
        return _rows_beyond(rebalance.threshold, signals, targets, closes)
    begins = period_begins(sessions, rebalance.frequency or "daily")
    begins[int(np.argmax(signals))] = True
    return np.flatnonzero(begins & signals)


def period_begins(sessions: pd.DatetimeIndex, frequency: Frequency) -> Flags:
    """Return which sessions are the first of their day, ISO week, month, quarter or year among those given.

    Of the very first session nobody knows: it counts as none.
    """
    period = _period(sessions, frequency)
    begins: Flags = np.zeros(len(period), dtype=np.bool_)
    begins[1:] = period[1:] != period[:-1]
    return begins


def _period(sessions: pd.DatetimeIndex, frequency: Frequency) -> NDArray[np.int64]:
    year = sessions.year.to_numpy(dtype=np.int64)
    match frequency:
        case "daily":
            return np.arange(len(sessions), dtype=np.int64)
        case "weekly":
            iso = sessions.isocalendar()
            weeks: NDArray[np.int64] = (iso["year"] * 100 + iso["week"]).to_numpy(dtype=np.int64)
            return weeks
        case "monthly":
            return year * 100 + sessions.month.to_numpy(dtype=np.int64)
        case "quarterly":
            return year * 100 + sessions.quarter.to_numpy(dtype=np.int64)
        case "yearly":
            return year


def held_weights(trades: Rows, targets: Floats, closes: Floats) -> Floats:
    """Return what is held after each session: the target on a trade, else what the last one drifted to.

    Rows before the first trade are NaN.
    """
    held = np.full_like(targets, np.nan)
    if not len(trades):
        return held
    rows = np.arange(trades[0], len(targets))
    last_trade = trades[np.searchsorted(trades, rows, side="right") - 1]
    held[rows] = _drifted(targets[last_trade], closes[last_trade], closes[rows])
    held[trades] = targets[trades]
    return held


def last_closes(closes: Floats) -> Floats:
    """Return closes in which a missing one is the last one before it, and the first one where there is none.

    So a symbol stands still until its first bar. Symbols without any bar are NaN.
    """
    known = ~np.isnan(closes)
    first = (
        np.argmax(known, axis=0)[np.newaxis, :] if len(closes) else np.empty((0, closes.shape[1]), np.intp)
    )
    rows = np.where(known, np.arange(len(closes))[:, np.newaxis], first)
    filled: Floats = np.take_along_axis(closes, np.maximum.accumulate(rows, axis=0), axis=0)
    return filled


def _drifted(weights: Floats, closes_then: Floats, closes_now: Floats) -> Floats:
    growth = np.where(np.isnan(closes_now), 1.0, closes_now / closes_then)
    values = weights * growth
    total = 1.0 - _row_sums(weights) + _row_sums(values)
    drifted: Floats = values / total[:, np.newaxis]
    return drifted


def _row_sums(values: Floats) -> Floats:
    """Return the sum of each row, added from left to right: the same bits for any number of rows."""
    total = np.zeros(len(values))
    for column in values.T:
        total += column
    return total


def _rows_beyond(threshold: float, signals: Flags, targets: Floats, closes: Floats) -> Rows:
    row = int(np.argmax(signals))
    trades = [row]
    block = FIRST_BLOCK
    row += 1
    while row < len(targets):
        end = min(row + block, len(targets))
        must_trade = _must_trade(threshold, trades[-1], slice(row, end), targets, closes)
        first = np.flatnonzero(must_trade & signals[row:end])
        if len(first):
            trades.append(row + int(first[0]))
            row, block = trades[-1] + 1, FIRST_BLOCK
        else:
            row, block = end, block * 2
    return np.array(trades, dtype=np.intp)


def _must_trade(threshold: float, trade: int, rows: slice, targets: Floats, closes: Floats) -> Flags:
    wanted = targets[rows]
    traded = targets[trade]
    held = _drifted(traded[np.newaxis, :], closes[trade : trade + 1], closes[rows])
    other_symbols = (wanted > 0) != (traded > 0)
    too_far = np.abs(held - wanted) > threshold
    must_trade: Flags = np.logical_or.reduce(other_symbols | too_far, axis=1)
    return must_trade
