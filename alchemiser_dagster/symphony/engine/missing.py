"""Why a session has no signal: the indicators on the path taken that lacked history (spec section 5).

1. The walk starts at the root and follows, on one session, only what decides it: of an `if` its condition,
   or the branch taken; of weighted blocks the children that are undefined; of filters and inverse
   volatility the scores.
2. Where the score of a block is undefined because the block itself is, the walk goes on into the block.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from alchemiser_dagster.symphony.engine.session_view import Results, SessionView
from alchemiser_dagster.symphony.syntax.blocks import (
    Asset,
    Block,
    Filter,
    Group,
    If,
    WeightInverseVolatility,
    WeightSpecified,
    children_of,
    kind_of,
)
from alchemiser_dagster.symphony.syntax.conditions import Condition, Indicator, readings_within
from alchemiser_dagster.symphony.syntax.source import at_place


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

    def __init__(self, results: Results, root: int, block: Block) -> None:
        self._results = results
        self._root = root
        self._block = block

    @cached_property
    def sessions(self) -> pd.DatetimeIndex:
        """The sessions without a signal."""
        return self._results.sessions[~self._results.signals(self._root)]

    def __getitem__(self, session: pd.Timestamp) -> tuple[MissingHistory, ...]:
        if session not in self.sessions:
            raise KeyError(session)
        row = int(np.flatnonzero(self._results.sessions == session)[0])
        return tuple(dict.fromkeys(missing_history(SessionView(self._results, row), self._block)))

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


def missing_history(view: SessionView, root: Block) -> Iterator[MissingHistory]:
    """Yield what was undefined on the path taken on a session, in the order of the text."""
    waiting = [root]
    visited: set[Block] = set()
    while waiting:
        block = waiting.pop()
        if block in visited or view.is_defined(block):
            continue
        visited.add(block)
        if isinstance(block, If) and view.holds(block.condition) is None:
            yield from _missing_in_condition(view, block.condition)
        elif isinstance(block, Filter | WeightInverseVolatility):
            yield from _missing_scores(view, block)
        waiting.extend(reversed(_on_the_path(view, block)))


def _on_the_path(view: SessionView, block: Block) -> tuple[Block, ...]:
    match block:
        case If():
            return view.branch(block) or ()
        case WeightSpecified():
            pairs = zip(block.children, block.weights, strict=True)
            return tuple(child for child, weight in pairs if weight > 0)
        case _:
            return children_of(block)


def _missing_in_condition(view: SessionView, condition: Condition) -> Iterator[MissingHistory]:
    for reading in readings_within(condition):
        if math.isnan(view.reading(reading)):
            had = view.bars_of_symbol(reading.symbol)
            yield _missing(reading.indicator, reading.symbol, had)


def _missing_scores(view: SessionView, block: Filter | WeightInverseVolatility) -> Iterator[MissingHistory]:
    for child in block.children:
        if math.isnan(view.score(block, child)) and (isinstance(child, Asset) or view.is_defined(child)):
            yield _missing(block.indicator, called(child), view.bars_of_child(child))


def _missing(indicator: Indicator, name: str, had: int) -> MissingHistory:
    return MissingHistory(str(indicator), name, had, indicator.bars_needed)


def called(block: Block) -> str:
    """Return what a person reads for a block: its symbol, its label, or its kind and line."""
    match block:
        case Asset(symbol=symbol):
            return symbol
        case Group(label=label):
            return f'group "{label}"'
        case _:
            return at_place(f"the {kind_of(block)}", block.place)
