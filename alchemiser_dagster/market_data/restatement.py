"""Restated history: closes that the source now gives differently from what is stored (R-36)."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from alchemiser_dagster.records.market import RestatedHistory

RESTATEMENT_TOLERANCE = 1e-6


def closes_of(bars: pd.DataFrame) -> pd.DataFrame:
    """Return the closes of a long frame, sessions by symbols."""
    return bars.set_index(["session", "symbol"])["close"].unstack("symbol")  # noqa: PD010 -- no aggregation here


def restated_symbols(
    before: pd.DataFrame, fetched: pd.DataFrame, replaced: Collection[str]
) -> frozenset[str]:
    """Return the symbols of which a fetched close differs from the stored one by more than 1e-6 of it.

    Parameters
    ----------
    before
        Stored closes, sessions by symbols.
    fetched
        Bars just fetched.
    replaced
        Symbols whose history is replaced anyway; they are left out.
    """
    changes = _relative_changes(before, closes_of(fetched))
    restated = changes.columns[(changes > RESTATEMENT_TOLERANCE).any()]
    return frozenset(restated) - frozenset(replaced)


def measure_restatement(
    before: pd.DataFrame, after: pd.DataFrame, replaced: Collection[str]
) -> tuple[RestatedHistory, ...]:
    """Return for each replaced symbol how many of its stored closes changed, and the largest change."""
    changes = _relative_changes(before, after)
    return tuple(
        RestatedHistory(
            symbol=symbol,
            sessions_changed=int((changes[symbol] > RESTATEMENT_TOLERANCE).sum()),
            largest_change=float(changes[symbol].max(skipna=True)) if changes[symbol].notna().any() else 0.0,
        )
        for symbol in sorted(replaced)
    )


def _relative_changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return by how much closes changed relative to the stored ones; NaN where either is missing."""
    aligned = after.reindex(index=before.index, columns=before.columns)
    return (aligned / before - 1).abs()
