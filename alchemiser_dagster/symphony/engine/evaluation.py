"""Evaluates symphonies over closes: the engine's front door.

1. Syntax trees become one graph (`graph.py`), the graph a plan (`plan.py`): a program, which can be kept
   (`program.py`). Closes are checked (`frame.py`).
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
from alchemiser_dagster.symphony.engine import rebalancing
from alchemiser_dagster.symphony.engine.columns import Columns
from alchemiser_dagster.symphony.engine.frame import checked_closes
from alchemiser_dagster.symphony.engine.missing import MissingHistory, Undefined
from alchemiser_dagster.symphony.engine.program import Program, Programs, compiled
from alchemiser_dagster.symphony.engine.session_view import Results, SessionView
from alchemiser_dagster.symphony.explanation.explanation import explained
from alchemiser_dagster.symphony.symphony import Symphony

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """What a symphony wants on each session, and why it wants nothing where it doesn't.

    Frames are sessions × the symphony's symbols. A weight is a fraction of the portfolio; what is left to 1
    is cash.
    """

    symphony: Symphony
    results: Results
    _root: int

    @cached_property
    def sessions(self) -> pd.DatetimeIndex:
        """The sessions of the closes."""
        return self.results.sessions

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
        return Undefined(self.results, self._root, self.symphony.root)

    def target_on(self, session: pd.Timestamp | date) -> dict[str, float] | None:
        """Return one session's target weights by symbol, without those that are 0; None where undefined.

        Raises
        ------
        DataError
            Where the closes have no such session.
        """
        view = self.view(session)
        if not view.is_defined(self.symphony.root):
            return None
        found = self.results.target(self._root, self.symphony.symbols, view.row).tolist()
        held = zip(self.symphony.symbols, found, strict=True)
        return {symbol: weight for symbol, weight in held if weight > 0}

    def view(self, session: pd.Timestamp | date) -> SessionView:
        """Return what is known on one session, to be asked by syntax.

        Raises
        ------
        DataError
            Where the closes have no such session.
        """
        return SessionView(self.results, self._row(session))

    def explain(self, session: pd.Timestamp | date) -> Explanation:
        """Return why the target weights of a session are what they are: the path taken, and how firm it is.

        Raises
        ------
        DataError
            Where the closes have no such session.
        """
        view = self.view(session)
        target = self.results.target(self._root, self.symphony.symbols, view.row)
        weights = dict(zip(self.symphony.symbols, target.tolist(), strict=True))
        return explained(self.symphony, pd.Timestamp(session).date(), view, weights)

    def _row(self, session: pd.Timestamp | date) -> int:
        stamp = pd.Timestamp(session)
        if stamp not in self.sessions:
            raise DataError(
                f"{stamp.date()} is not among the sessions of the closes",
                where=self.symphony.name,
                remedy=f"Choose a session {_span(self.sessions)}",
            )
        return int(np.flatnonzero(self.sessions == stamp)[0])

    @cached_property
    def _targets(self) -> Floats:
        return self.results.targets(self._root, self.symphony.symbols)

    @cached_property
    def _last_closes(self) -> Floats:
        columns = [self.results.closes_of(symbol) for symbol in self.symphony.symbols]
        empty = np.empty((len(self.sessions), 0))
        return rebalancing.last_closes(np.stack(columns, axis=1)) if columns else empty

    @cached_property
    def _trading_rows(self) -> NDArray[np.intp]:
        return rebalancing.trading_rows(
            self.symphony.rebalance,
            self.sessions,
            self.results.signals(self._root),
            self._targets,
            self._last_closes,
        )

    def _frame(self, values: Floats) -> pd.DataFrame:
        return pd.DataFrame(values, index=self.sessions, columns=list(self.symphony.symbols))


def _span(sessions: pd.DatetimeIndex) -> str:
    return f"from {sessions[0].date()} to {sessions[-1].date()}" if len(sessions) else "that has closes"


@overload
def evaluate(symphonies: Symphony, closes: pd.DataFrame, programs: Programs | None = None) -> Evaluation: ...
@overload
def evaluate(
    symphonies: Sequence[Symphony], closes: pd.DataFrame, programs: Programs | None = None
) -> list[Evaluation]: ...
def evaluate(
    symphonies: Symphony | Sequence[Symphony], closes: pd.DataFrame, programs: Programs | None = None
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
    programs
        Where compiled forms are kept; without it they are compiled anew.

    Raises
    ------
    DataError
        Where a symbol is missing, or the closes contradict themselves.
    """
    if isinstance(symphonies, Symphony):
        return evaluate([symphonies], closes, programs)[0]
    program = programs.of(symphonies) if programs else compiled(symphonies)
    columns = _computed(program, closes)
    return [Evaluation(symphony, columns, root) for root, symphony in enumerate(symphonies)]


def _computed(program: Program, closes: pd.DataFrame) -> Columns:
    checked = checked_closes(closes, program.symbols)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore", under="ignore"):
        return Columns(program.graph, program.plan, checked).compute()
