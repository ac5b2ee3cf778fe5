"""Reading the bar table: bars, closes side by side, and what is held of each symbol."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from alchemiser_dagster.market_data.schema import BAR_COLUMNS, empty_bars, sorted_bars, typed_bars
from alchemiser_dagster.market_data.storage import storage_errors

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds
    from deltalake import DeltaTable


@dataclass(frozen=True, slots=True)
class Holding:
    """What the table holds of one symbol: its first and last session, and the sources of its bars."""

    first: date
    last: date
    sources: frozenset[str]


def read_bars(table: DeltaTable | None, symbols: Sequence[str], first: date, last: date) -> pd.DataFrame:
    """Return the bars from the first day to the last, sorted by symbol and session."""
    if table is None:
        return empty_bars()
    return _bars_of(table, symbols, _dated(first, last))


def read_closes(table: DeltaTable | None, symbols: Sequence[str], first: date, last: date) -> pd.DataFrame:
    """Return closes, sessions by symbols; a symbol without bars is a column of NaN."""
    columns = list(dict.fromkeys(symbols))
    if table is None:
        return _side_by_side(columns, np.array([], "datetime64[D]"), np.array([], int), np.array([]))
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = _rows(table, ("symbol", "session", "close"), columns, _dated(first, last))
    places = pc.index_in(rows["symbol"], value_set=pa.array(columns, pa.string()))
    return _side_by_side(
        columns,
        rows["session"].to_numpy().astype("datetime64[D]"),
        places.to_numpy(),
        rows["close"].to_numpy(),
    )


def read_holdings(table: DeltaTable | None, symbols: Sequence[str]) -> Mapping[str, Holding]:
    """Return what is held of each symbol that has a bar."""
    if table is None:
        return {}
    rows = _rows(table, ("symbol", "session", "source"), symbols)
    groups = rows.group_by(["symbol", "source"]).aggregate([("session", "min"), ("session", "max")])
    held: dict[str, Holding] = {}
    for group in groups.to_pylist():
        part = Holding(group["session_min"], group["session_max"], frozenset({group["source"]}))
        held[group["symbol"]] = _joined(held.get(group["symbol"], part), part)
    return held


def stored_like(table: DeltaTable, bars: pd.DataFrame, replaced: Collection[str]) -> pd.DataFrame:
    """Return the stored bars that could meet the given ones, and all of the replaced symbols."""
    if replaced or bars.empty:
        return _bars_of(table, {*bars["symbol"], *replaced})
    first, last = bars["session"].min().date(), bars["session"].max().date()
    return _bars_of(table, set(bars["symbol"]), _dated(first, last))


def _joined(one: Holding, other: Holding) -> Holding:
    return Holding(min(one.first, other.first), max(one.last, other.last), one.sources | other.sources)


def _bars_of(
    table: DeltaTable, symbols: Collection[str], condition: ds.Expression | None = None
) -> pd.DataFrame:
    return sorted_bars(typed_bars(_rows(table, BAR_COLUMNS, symbols, condition).to_pandas()))


def _rows(
    table: DeltaTable,
    columns: Sequence[str],
    symbols: Collection[str],
    condition: ds.Expression | None = None,
) -> pa.Table:
    """Return the rows of the symbols.

    Symbols are chosen after reading: pyarrow can't compare a set of few strings with the table's statistics.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    with storage_errors(table.table_uri, "read"):
        rows = table.to_pyarrow_dataset().to_table(columns=list(columns), filter=condition)
    wanted = pa.array(sorted(set(symbols)), pa.string())
    return rows.filter(pc.is_in(rows["symbol"], value_set=wanted))


def _dated(first: date, last: date) -> ds.Expression:
    import pyarrow.compute as pc

    in_years = (pc.field("year") >= first.year) & (pc.field("year") <= last.year)
    return in_years & (pc.field("session") >= first) & (pc.field("session") <= last)


def _side_by_side(
    columns: list[str],
    days: np.ndarray[tuple[int], np.dtype[np.datetime64]],
    places: np.ndarray[tuple[int], np.dtype[np.int64]],
    closes: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> pd.DataFrame:
    sessions, rows = np.unique(days, return_inverse=True)
    values = np.full((len(sessions), len(columns)), np.nan)
    values[rows, places] = closes
    index = pd.DatetimeIndex(sessions.astype("datetime64[ns]"), name="session")
    return pd.DataFrame(values, index=index, columns=pd.Index(columns, name="symbol", dtype=str))
