"""Why a session has no signal: the indicators on the path taken that lacked history (spec section 5).

1. The walk starts at the root and follows, on one session, only what decides it: of an `if` its condition,
   or the branch taken; of weighted blocks the children that are undefined; of filters and inverse
   volatility the scores.
2. Where the score of a block is undefined because the block itself is, the walk goes on into the block.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from alchemiser_dagster.symphony.blocks import (
    Asset,
    Block,
    Filter,
    Group,
    If,
    WeightInverseVolatility,
    WeightSpecified,
    children_of,
)
from alchemiser_dagster.symphony.columns import Columns
from alchemiser_dagster.symphony.conditions import Condition, Indicator, readings_within
from alchemiser_dagster.symphony.graph import IndicatorNode, SeriesNode, SymbolSeries


@dataclass(frozen=True, order=True)
class MissingHistory:
    """An indicator that was undefined on a session.

    Parameters
    ----------
    indicator
        As the text writes it, with its parameters.
    symbol
        The symbol, or what the block is called of whose own price path the indicator would have been.
    had, needed
        Bars up to and including the session. Where `had` is enough, the session itself has no bar.
    """

    indicator: str
    symbol: str
    had: int
    needed: int

    def __str__(self) -> str:
        """Return it as a sentence."""
        if self.had >= self.needed:
            return f"{self.indicator} of {self.symbol} is undefined: there is no bar on the session"
        return f"{self.indicator} of {self.symbol} needs {self.needed} bars and had {self.had}"


class Undefined(Mapping[pd.Timestamp, tuple[MissingHistory, ...]]):
    """The sessions without a signal, each with its reasons, which are found when they are asked for."""

    def __init__(self, columns: Columns, root: Block) -> None:
        self._columns = columns
        self._root = root

    @cached_property
    def sessions(self) -> pd.DatetimeIndex:
        """The sessions without a signal."""
        defined = self._columns.defined[self._columns.graph.block_of[self._root]]
        return self._columns.closes.sessions[~defined]

    def __getitem__(self, session: pd.Timestamp) -> tuple[MissingHistory, ...]:
        if session not in self.sessions:
            raise KeyError(session)
        row = int(np.flatnonzero(self._columns.closes.sessions == session)[0])
        return tuple(dict.fromkeys(missing_history(self._columns, self._root, row)))

    def __iter__(self) -> Iterator[pd.Timestamp]:
        return iter(self.sessions)

    def __len__(self) -> int:
        return len(self.sessions)

    def __str__(self) -> str:
        """Return how many sessions have no signal, and why the last of them has none."""
        if not len(self):
            return "every session has a signal"
        last = self.sessions[-1]
        reasons = "; ".join(str(reason) for reason in self[last])
        return f"{len(self)} sessions have no signal, the last of them {last.date()}: {reasons}"


def missing_history(columns: Columns, root: Block, row: int) -> Iterator[MissingHistory]:
    """Yield what was undefined on the path taken on a session, given by its row, in the order of the text."""
    waiting = [root]
    visited: set[Block] = set()
    while waiting:
        block = waiting.pop()
        if block in visited or _is_defined(columns, block, row):
            continue
        visited.add(block)
        if isinstance(block, If) and not _condition_defined(columns, block.condition, row):
            yield from _missing_in_condition(columns, block.condition, row)
        elif isinstance(block, Filter | WeightInverseVolatility):
            yield from _missing_scores(columns, block, row)
        waiting.extend(reversed(_on_the_path(columns, block, row)))


def _on_the_path(columns: Columns, block: Block, row: int) -> tuple[Block, ...]:
    match block:
        case If():
            truth = columns.conditions[columns.graph.condition_of[block.condition]]
            if not truth.defined[row]:
                return ()
            return block.then if truth.holds[row] else block.otherwise
        case WeightSpecified():
            pairs = zip(block.children, block.weights, strict=True)
            return tuple(child for child, weight in pairs if weight > 0)
        case _:
            return children_of(block)


def _is_defined(columns: Columns, block: Block, row: int) -> bool:
    return bool(columns.defined[columns.graph.block_of[block]][row])


def _condition_defined(columns: Columns, condition: Condition, row: int) -> bool:
    return bool(columns.conditions[columns.graph.condition_of[condition]].defined[row])


def _missing_in_condition(columns: Columns, condition: Condition, row: int) -> Iterator[MissingHistory]:
    for reading in readings_within(condition):
        series = SymbolSeries(reading.symbol)
        if _is_undefined(columns, reading.indicator, series, row):
            yield _missing(columns, reading.indicator, series, reading.symbol, row)


def _missing_scores(
    columns: Columns, block: Filter | WeightInverseVolatility, row: int
) -> Iterator[MissingHistory]:
    for child in block.children:
        series = columns.graph.series_of(child)
        if _is_undefined(columns, block.indicator, series, row) and (
            isinstance(child, Asset) or _is_defined(columns, child, row)
        ):
            yield _missing(columns, block.indicator, series, _called(child), row)


def _is_undefined(columns: Columns, indicator: Indicator, series: SeriesNode, row: int) -> bool:
    number = columns.graph.indicators.number(IndicatorNode(indicator, series))
    return bool(np.isnan(columns.indicators[number][row]))


def _missing(
    columns: Columns, indicator: Indicator, series: SeriesNode, name: str, row: int
) -> MissingHistory:
    had = columns.series[series].bars_until(row)
    return MissingHistory(str(indicator), name, had, indicator.bars_needed)


def _called(block: Block) -> str:
    match block:
        case Asset(symbol=symbol):
            return symbol
        case Group(label=label):
            return f'group "{label}"'
        case _:
            where = f" at line {block.place.line}" if block.place else ""
            return f"the {_KINDS[type(block).__name__]}{where}"


_KINDS = {
    "WeightEqual": "weight-equal",
    "WeightSpecified": "weight-specified",
    "WeightInverseVolatility": "weight-inverse-volatility",
    "If": "if",
    "Filter": "filter",
}
