"""Evaluates symphonies over closes: the engine's front door.

1. Closes are checked (`frame.py`). Syntax trees become one graph (`graph.py`), the graph a plan (`plan.py`).
2. The plan is computed into columns, all sessions at once (`columns.py`).
3. Each symphony's weights, trades and holdings are read off the columns when they are asked for
   (`weights.py`, `rebalancing.py`, `missing.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alchemiser_dagster.errors import DataError
from alchemiser_dagster.records.explanation import Explanation
from alchemiser_dagster.symphony import rebalancing, weights
from alchemiser_dagster.symphony.columns import Columns
from alchemiser_dagster.symphony.explanation import explained
from alchemiser_dagster.symphony.frame import checked_closes
from alchemiser_dagster.symphony.graph import graph_of
from alchemiser_dagster.symphony.missing import MissingHistory, Undefined
from alchemiser_dagster.symphony.plan import plan_of
from alchemiser_dagster.symphony.session_view import SessionView
from alchemiser_dagster.symphony.symphony import Symphony

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """What a symphony wants on each session, and why it wants nothing where it doesn't.

    Frames are sessions × the symphony's symbols. A weight is a fraction of the portfolio; what is left to 1
    is cash.
    """

    symphony: Symphony
    _columns: Columns
    _root: int

    @property
    def sessions(self) -> pd.DatetimeIndex:
        """The sessions of the closes."""
        return self._columns.closes.sessions

    @cached_property
    def target_weights(self) -> pd.DataFrame:
        """Weights to hold after each session's decision: 0 where not held, a row of NaN where undefined."""
        return self._frame(self._targets)

    @cached_property
    def held_weights(self) -> pd.DataFrame:
        """Weights held after each session under the rebalance rule, drifted in between (spec section 6).

        Rows before the first signal are NaN. A session without a signal keeps its drifted weights.
        """
        return self._frame(rebalancing.held_weights(self._trading_rows, self._targets, self._last_closes))

    @cached_property
    def trades_on(self) -> pd.DatetimeIndex:
        """The sessions on which the rebalance rule trades."""
        return self.sessions[self._trading_rows]

    @cached_property
    def undefined(self) -> Mapping[pd.Timestamp, tuple[MissingHistory, ...]]:
        """The sessions without a signal, each with the indicators that lacked history."""
        return Undefined(self._columns, self.symphony.root)

    def view(self, session: pd.Timestamp | date) -> SessionView:
        """Return what is known on one session, to be asked by syntax.

        Raises
        ------
        DataError
            Where the closes have no such session.
        """
        stamp = pd.Timestamp(session)
        if stamp not in self.sessions:
            raise DataError(
                f"{stamp.date()} is not among the sessions of the closes",
                where=self.symphony.name,
                remedy=f"Choose a session {_span(self.sessions)}",
            )
        return SessionView(self._columns, int(np.flatnonzero(self.sessions == stamp)[0]))

    def explain(self, session: pd.Timestamp | date) -> Explanation:
        """Return why the target weights of a session are what they are: the path taken, and how firm it is.

        Raises
        ------
        DataError
            Where the closes have no such session.
        """
        view = self.view(session)
        weights = dict(zip(self.symphony.symbols, self._targets[view.row].tolist(), strict=True))
        return explained(self.symphony, pd.Timestamp(session).date(), view, weights)

    @cached_property
    def _targets(self) -> Floats:
        return weights.target_weights(self._columns, self._root, self.symphony.symbols)

    @cached_property
    def _last_closes(self) -> Floats:
        columns = [self._columns.closes.columns[symbol] for symbol in self.symphony.symbols]
        empty = np.empty((len(self.sessions), 0))
        return rebalancing.last_closes(np.stack(columns, axis=1)) if columns else empty

    @cached_property
    def _trading_rows(self) -> NDArray[np.intp]:
        return rebalancing.trading_rows(
            self.symphony.rebalance,
            self.sessions,
            self._columns.defined[self._columns.graph.roots[self._root]],
            self._targets,
            self._last_closes,
        )

    def _frame(self, values: Floats) -> pd.DataFrame:
        return pd.DataFrame(values, index=self.sessions, columns=list(self.symphony.symbols))


def _span(sessions: pd.DatetimeIndex) -> str:
    return f"from {sessions[0].date()} to {sessions[-1].date()}" if len(sessions) else "that has closes"


@overload
def evaluate(symphonies: Symphony, closes: pd.DataFrame) -> Evaluation: ...
@overload
def evaluate(symphonies: Sequence[Symphony], closes: pd.DataFrame) -> list[Evaluation]: ...
def evaluate(
    symphonies: Symphony | Sequence[Symphony], closes: pd.DataFrame
) -> Evaluation | list[Evaluation]:
    """Evaluate one symphony, or several together, on all sessions.

    Several share every indicator, condition and block that they have in common; each one's weights are bit
    for bit those that it has alone.

    Parameters
    ----------
    symphonies
        One, or a sequence of them.
    closes
        Adjusted closes, sessions (ascending, unique DatetimeIndex) × symbols; NaN where there is no bar.

    Raises
    ------
    DataError
        Where a symbol is missing, or the closes contradict themselves.
    """
    if isinstance(symphonies, Symphony):
        return evaluate([symphonies], closes)[0]
    symbols = sorted({symbol for symphony in symphonies for symbol in symphony.symbols})
    checked = checked_closes(closes, symbols)
    graph = graph_of([symphony.root for symphony in symphonies])
    with np.errstate(invalid="ignore", divide="ignore", over="ignore", under="ignore"):
        columns = Columns(graph, plan_of(graph), checked).compute()
    return [Evaluation(symphony, columns, root) for root, symphony in enumerate(symphonies)]
