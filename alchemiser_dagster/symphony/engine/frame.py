"""The closes that an evaluation stands on, checked once at the door (R-35)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.symphony.syntax.source import MeaningError
from alchemiser_dagster.symphony.syntax.symbols import canonical_symbol

Floats = NDArray[np.float64]

NAMED_AT_MOST = 10


@dataclass(frozen=True)
class Closes:
    """Adjusted closes by symbol, one per session; NaN where a symbol has no bar.

    Parameters
    ----------
    sessions
        Ascending, each once.
    columns
        For each symbol its closes, in the engine's spelling of symbols.
    """

    sessions: pd.DatetimeIndex
    columns: dict[str, Floats]

    def returns(self, symbol: str) -> Floats:
        """Return, per session but the last, the return into the next one; NaN without bars on both."""
        closes = self.columns[symbol]
        result: Floats = (closes[1:] - closes[:-1]) / closes[:-1]
        return result


def checked_closes(frame: pd.DataFrame, symbols: Iterable[str]) -> Closes:
    """Return the closes of the symbols out of a frame of sessions × symbols.

    Raises
    ------
    DataError
        Where the index is no ascending, unique DatetimeIndex; a symbol is missing or stands there twice; a
        close is no number, not positive or infinite.
    """
    sessions = _sessions(frame)
    positions = _positions(frame)
    symbols = tuple(symbols)
    missing = sorted(set(symbols) - set(positions))
    if missing:
        raise DataError(
            f"there are no closes for {_listed(missing)}",
            remedy="Load bars for these symbols, or take them out of the strategy",
        )
    return Closes(sessions, _columns(frame, {symbol: positions[symbol] for symbol in symbols}))


def _sessions(frame: pd.DataFrame) -> pd.DatetimeIndex:
    index = frame.index
    if not isinstance(index, pd.DatetimeIndex) or bool(index.hasnans):
        raise DataError("the closes must be indexed by session (a DatetimeIndex without gaps)")
    if not index.is_unique:
        raise DataError("a session stands twice in the closes", where=_day(index[index.duplicated()][0]))
    if not index.is_monotonic_increasing:
        raise DataError("the sessions of the closes are not in ascending order", remedy="Sort them")
    return index


def _positions(frame: pd.DataFrame) -> dict[str, int]:
    positions: dict[str, int] = {}
    for position, column in enumerate(frame.columns):
        try:
            symbol = canonical_symbol(str(column))
        except MeaningError:
            continue
        if symbol in positions:
            raise DataError("a symbol stands twice in the closes", where=symbol)
        positions[symbol] = position
    return positions


def _columns(frame: pd.DataFrame, positions: dict[str, int]) -> dict[str, Floats]:
    chosen = frame.iloc[:, list(positions.values())]
    for symbol, kind in zip(positions, chosen.dtypes, strict=True):
        if not pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind):
            raise DataError(f"closes must be numbers, not {kind}", where=symbol)
    closes = np.ascontiguousarray(chosen.to_numpy(dtype=np.float64, na_value=np.nan).T)
    wrong = np.argwhere((closes <= 0) | np.isinf(closes))
    if len(wrong):
        column, row = wrong[0].tolist()
        symbol = list(positions)[column]
        raise DataError(
            f"the close of {symbol} is {closes[column, row]:g}",
            where=f"{symbol} on {_day(frame.index[row])}",
            remedy="A close must be positive and finite; correct the bar or leave it out",
        )
    return dict(zip(positions, closes, strict=True))


def _day(session: pd.Timestamp) -> str:
    return session.date().isoformat()


def _listed(symbols: list[str]) -> str:
    named = ", ".join(symbols[:NAMED_AT_MOST])
    more = len(symbols) - NAMED_AT_MOST
    return f"{named} and {more} more" if more > 0 else named
