"""One more session behind an evaluation, without computing the past again: a live decision in milliseconds.

1. Before the close is known, `LiveBook` prepares all that does not hang on it: the tails of series and what
   averages remember (`indicators.py`, `memory.py`).
2. `append` takes the closes of the next session and computes one value per node (`row.py`).
3. The past is neither copied nor changed: what comes out are the old columns with one row behind them. The
   same book can be asked again with other closes, as prices move before the close.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.symphony.engine.columns import Columns
from alchemiser_dagster.symphony.engine.evaluation import Evaluation
from alchemiser_dagster.symphony.engine.frame import checked_closes
from alchemiser_dagster.symphony.engine.graph import Graph, SeriesNode
from alchemiser_dagster.symphony.live.row import LiveRow, followed, prepared

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, repr=False)
class Extended:
    """Columns with one more session behind them."""

    past: Columns
    last: LiveRow
    session: pd.Timestamp

    @property
    def graph(self) -> Graph:
        """What was evaluated."""
        return self.past.graph

    @cached_property
    def sessions(self) -> pd.DatetimeIndex:
        """The sessions, one a row."""
        return self.past.sessions.insert(len(self.past.sessions), self.session)

    def is_defined(self, block: int, row: int) -> bool:
        """Return whether a block yields weights."""
        return self.last.defined[block] if self._is_last(row) else self.past.is_defined(block, row)

    def holds(self, condition: int, row: int) -> bool | None:
        """Return whether a condition holds; None where it is undefined."""
        return self.last.conditions[condition] if self._is_last(row) else self.past.holds(condition, row)

    def value(self, indicator: int, row: int) -> float:
        """Return an indicator's value; NaN where it is undefined."""
        return (
            float(self.last.indicators[indicator]) if self._is_last(row) else self.past.value(indicator, row)
        )

    def shares_of(self, block: int, row: int) -> Floats:
        """Return the share of each child of a filter or an inverse-volatility block."""
        return np.array(self.last.shares[block]) if self._is_last(row) else self.past.shares_of(block, row)

    def closes_until(self, series: SeriesNode, row: int) -> Floats:
        """Return the closes that an indicator of this row may use; empty where the row has none."""
        if not self._is_last(row):
            return self.past.closes_until(series, row)
        close = self.last.closes[series]
        if np.isnan(close.value):
            return np.empty(0)
        return np.append(followed(self.past, series) if close.goes_on else np.empty(0), close.value)

    def bars_until(self, series: SeriesNode, row: int) -> int:
        """Return how many closes an indicator of this row, or the last one before it, may use."""
        if not self._is_last(row) or np.isnan(self.last.closes[series].value):
            return self.past.bars_until(series, row)
        return len(self.closes_until(series, row))

    def signals(self, root: int) -> Flags:
        """Return the sessions on which a root, given by its place, is defined."""
        return np.append(self.past.signals(root), self.last.defined[self.graph.roots[root]])

    def targets(self, root: int, symbols: tuple[str, ...]) -> Floats:
        """Return target weights of sessions × symbols; a row of NaN where undefined."""
        return np.concatenate(
            [self.past.targets(root, symbols), self.last.weights(root, symbols)[np.newaxis, :]]
        )

    def target(self, root: int, symbols: tuple[str, ...], row: int) -> Floats:
        """Return the target weights of one session; NaN where undefined."""
        return (
            self.last.weights(root, symbols) if self._is_last(row) else self.past.target(root, symbols, row)
        )

    def closes_of(self, symbol: str) -> Floats:
        """Return a symbol's closes by session; NaN where it has none."""
        return np.append(self.past.closes_of(symbol), self.last.prices[symbol])

    def _is_last(self, row: int) -> bool:
        return row == len(self.past.sessions)


class LiveBook:
    """Symphonies that were evaluated together, ready for their next session.

    Parameters
    ----------
    evaluations
        All that one call of `evaluate` returned.
    """

    def __init__(self, evaluations: Sequence[Evaluation]) -> None:
        self._evaluations = tuple(evaluations)
        self._columns = _columns_of(evaluations)
        self._prepared = prepared(self._columns)

    def append(self, closes: pd.DataFrame) -> list[Evaluation]:
        """Return the evaluations with one more session.

        Parameters
        ----------
        closes
            Adjusted closes of the one session, later than all before: a frame of one row. NaN where there is
            no bar.

        Raises
        ------
        DataError
            Where it isn't exactly one later session, a symbol is missing or a close is no price.
        """
        checked = checked_closes(closes, self._columns.closes.columns)
        session = self._next_session(checked.sessions)
        prices = {symbol: float(column[0]) for symbol, column in checked.columns.items()}
        with np.errstate(invalid="ignore", divide="ignore", over="ignore", under="ignore"):
            row = LiveRow(self._prepared, prices).compute()
        extended = Extended(self._columns, row, session)
        return [
            Evaluation(evaluation.symphony, extended, root)
            for root, evaluation in enumerate(self._evaluations)
        ]

    def _next_session(self, sessions: pd.DatetimeIndex) -> pd.Timestamp:
        if len(sessions) != 1:
            raise DataError(
                f"one session can be appended, not {len(sessions)}", remedy="Evaluate them all anew"
            )
        last = self._columns.sessions[-1]
        if sessions[0] <= last:
            raise DataError(
                f"session {sessions[0].date()} does not come after the last one, {last.date()}",
                remedy="Evaluate the sessions up to the one before it, then append it",
            )
        return sessions[0]


def _columns_of(evaluations: Sequence[Evaluation]) -> Columns:
    columns = evaluations[0].results if evaluations else None
    if not isinstance(columns, Columns) or not len(columns.sessions):
        raise DataError(
            "there is no evaluated session to append to",
            remedy="Evaluate at least one session, and append to what `evaluate` returned",
        )
    if [evaluation.results for evaluation in evaluations] != [columns] * len(columns.graph.roots):
        raise DataError(
            "the evaluations were not made together", remedy="Pass all that one call of `evaluate` returned"
        )
    return columns
