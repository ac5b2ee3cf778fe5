"""The values of indicators on one more session, from what is known before its closes are (step 2 of `book`).

1. Of a formula that looks at a window, the last closes of all series stand ready in a table that lacks one
   row.
2. Of a formula that never forgets, `memory.py` keeps what its averages hand on.
3. A series that has just enough closes with the new one is computed from all of them, as at first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alchemiser_dagster.symphony.engine.graph import SeriesNode
from alchemiser_dagster.symphony.engine.indicators import indicator_values
from alchemiser_dagster.symphony.live.memory import Memory, memory_of
from alchemiser_dagster.symphony.syntax.conditions import Indicator

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

Numbered = Sequence[tuple[int, SeriesNode]]


@dataclass(frozen=True, slots=True)
class NextClose:
    """What a series does on the new session; NaN where it has no close there."""

    value: float
    goes_on: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """Indicators of one formula, by number, one session short of their next values.

    Parameters
    ----------
    numbers, series
        The indicators that will be defined if their series go on, and these.
    tails
        The last closes of each, one row short of what the formula needs.
    memory
        What the formula's averages remember; None where only the tails count.
    starting
        Indicators of which nothing is known before: fresh starts may define them, if one close is enough.
    """

    indicator: Indicator
    numbers: Rows
    series: tuple[SeriesNode, ...]
    tails: Floats
    memory: Memory | None
    starting: tuple[tuple[int, SeriesNode], ...]

    def values(self, closes: Mapping[SeriesNode, NextClose]) -> list[tuple[Rows, Floats]]:
        """Return numbers of indicators, with their values on the new session."""
        found = []
        if self.series:
            last = np.array([closes[node].value if closes[node].goes_on else np.nan for node in self.series])
            found.append((self.numbers, self._followed_by(last)))
        if self.indicator.bars_needed == 1:
            fresh = [
                (number, closes[node].value)
                for number, node in (*zip(self.numbers.tolist(), self.series, strict=True), *self.starting)
                if not closes[node].goes_on
            ]
            first = np.array([[value for _, value in fresh]])
            numbers = np.array([number for number, _ in fresh], dtype=np.intp)
            found.append((numbers, indicator_values(self.indicator, first)[-1]))
        return found

    def _followed_by(self, last: Floats) -> Floats:
        if self.memory is not None:
            return self.memory.followed_by(last)
        values: Floats = indicator_values(self.indicator, np.concatenate([self.tails, last[np.newaxis]]))[-1]
        return values


def batches(indicator: Indicator, members: Numbered, known: Mapping[SeriesNode, Floats]) -> list[Batch]:
    """Return the batches of one formula.

    Parameters
    ----------
    members
        Its indicators, by number, with their series.
    known
        The closes of each series that a next close would follow; empty where it would stand alone.
    """
    needed = indicator.bars_needed
    established = [one for one in members if len(known[one[1]]) >= needed]
    nearly = [one for one in members if len(known[one[1]]) == needed - 1]
    short = tuple(one for one in members if len(known[one[1]]) < needed - 1)
    found = []
    if established:
        memory = memory_of(indicator, [known[node] for _, node in established])
        found.append(_batch(indicator, established, known, memory))
    if nearly or short:
        found.append(_batch(indicator, nearly, known, None, short))
    return found


def _batch(
    indicator: Indicator,
    members: Numbered,
    known: Mapping[SeriesNode, Floats],
    memory: Memory | None,
    starting: tuple[tuple[int, SeriesNode], ...] = (),
) -> Batch:
    count = indicator.bars_needed - 1
    tails = np.empty((count, len(members)))
    for column, (_, node) in enumerate(members):
        tails[:, column] = known[node][len(known[node]) - count :]
    return Batch(
        indicator,
        np.array([number for number, _ in members], dtype=np.intp),
        tuple(node for _, node in members),
        tails,
        memory,
        starting,
    )
