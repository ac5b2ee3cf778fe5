"""What a write really changes: the rows that are new or differ, and those that must go."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from alchemiser_dagster.market_data.schema import NUMBER_COLUMNS

KEYS = ["symbol", "session"]


@dataclass(frozen=True, slots=True)
class BarChanges:
    """The rows of one commit.

    Parameters
    ----------
    rows
        Bars to merge: the new and the changed ones, and every bar of a symbol of which rows are removed,
        so that what matches none of them can be deleted.
    rows_changed
        How many of them are new or differ from what is stored.
    are_new
        Whether no bar of any row's symbol and session is stored.
    emptied
        Symbols of which stored rows are removed.
    """

    rows: pd.DataFrame
    rows_changed: int
    are_new: bool
    emptied: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the table already holds exactly this."""
        return self.rows_changed == 0 and not self.emptied


def changes_between(stored: pd.DataFrame, bars: pd.DataFrame, replaced: frozenset[str]) -> BarChanges:
    """Return what has to be written so that the table holds the bars.

    Parameters
    ----------
    stored
        The stored bars of the same symbols and years, and all of the replaced symbols.
    bars
        The bars to hold.
    replaced
        Symbols whose stored bars must go where `bars` lacks them.
    """
    held, alike = _compare(stored, bars)
    emptied = _symbols_to_empty(stored, bars, replaced)
    merged = ~alike | bars["symbol"].isin(emptied)
    return BarChanges(
        rows=bars[merged],
        rows_changed=int((~alike).sum()),
        are_new=not emptied and not held[merged].any(),
        emptied=emptied,
    )


def _compare(stored: pd.DataFrame, bars: pd.DataFrame) -> tuple[pd.Series[bool], pd.Series[bool]]:
    """Return for each bar whether its session is stored, and whether the very same row is; NaN equals NaN."""
    if stored.empty:
        nowhere = pd.Series(data=False, index=bars.index)
        return nowhere, nowhere
    beside = bars[KEYS].merge(stored, on=KEYS, how="left", indicator=True).set_index(bars.index)
    held = beside["_merge"] == "both"
    alike = held & (beside["source"] == bars["source"])
    for column in NUMBER_COLUMNS:
        alike &= (beside[column] == bars[column]) | (beside[column].isna() & bars[column].isna())
    return held, alike


def _symbols_to_empty(stored: pd.DataFrame, bars: pd.DataFrame, replaced: frozenset[str]) -> tuple[str, ...]:
    rows = stored.loc[stored["symbol"].isin(replaced), KEYS]
    beside = rows.merge(bars[KEYS], on=KEYS, how="left", indicator=True)
    return tuple(sorted(set(beside.loc[beside["_merge"] == "left_only", "symbol"])))
