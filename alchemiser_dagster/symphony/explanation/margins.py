"""How far each decision of a session stood from turning out otherwise.

1. A decision is a condition or a filter's cut-off. What is asked: the smallest relative move of today's
   close of one symbol, up or down, all other closes fixed, that changes it.
2. Each comparison becomes a gap, left less right, as a function of the move (`moved_comparison.py`); where
   its sign changes is found in `crossings.py`. Both sides move together where they read the same symbol.
3. A condition changes, if at all, just beyond one of the crossings of the comparisons in it. All are tried,
   and the whole condition is put together again at each: so an `and` that fails twice needs both to hold by
   one move of one symbol.
4. A filter's gap is its worst picked score less the best one left out. The children are put in order again
   beyond each crossing, ties included (`moved_filter.py`). Block paths move as `exposures.py` says.
5. A move of more than half the price is none: then the margin names no symbol.

What was asked before is remembered: a condition that stands at many places is looked at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alchemiser_dagster.records.explanation import Margin
from alchemiser_dagster.symphony.engine.columns import EQUALITY_TOLERANCE
from alchemiser_dagster.symphony.engine.session_view import SessionView
from alchemiser_dagster.symphony.explanation.crossings import just_beyond
from alchemiser_dagster.symphony.explanation.exposures import Exposures
from alchemiser_dagster.symphony.explanation.flat_conditions import FlatPart, flat_parts, joined
from alchemiser_dagster.symphony.explanation.last_close import ByLast, by_last_close
from alchemiser_dagster.symphony.explanation.moved_comparison import MovedComparison
from alchemiser_dagster.symphony.explanation.moved_filter import MovedFilter
from alchemiser_dagster.symphony.explanation.moved_values import Constant, MovedValue, slope_columns
from alchemiser_dagster.symphony.syntax.blocks import Block, Filter
from alchemiser_dagster.symphony.syntax.conditions import Comparison, Condition, Indicator, Reading

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

BASIS_POINTS = 1e4
NO_MOVE = 1e-12
HERE = np.zeros(1)


class Flip(NamedTuple):
    """A relative move of a symbol's last close that changes a decision."""

    move: float
    symbol: str


class Margins:
    """The margins of the decisions of one session."""

    def __init__(self, view: SessionView) -> None:
        self._view = view
        self._exposures = Exposures(view)
        self._conditions: dict[Condition, Margin | None] = {}
        self._filters: dict[Filter, Margin | None] = {}
        self._comparisons: dict[Comparison, MovedComparison] = {}
        self._by_last: dict[Reading, ByLast] = {}
        self._values: dict[Reading, float] = {}

    def value_of(self, reading: Reading) -> float:
        """Return the value of an indicator of a symbol as it is; NaN where it is undefined."""
        if reading not in self._values:
            self._values[reading] = self._view.reading(reading)
        return self._values[reading]

    def of_condition(self, condition: Condition) -> Margin | None:
        """Return the margin of a whole condition, or of one part alone; None where it is undefined."""
        if condition not in self._conditions:
            self._conditions[condition] = self._condition_margin(condition)
        return self._conditions[condition]

    def of_filter(self, block: Filter) -> Margin | None:
        """Return the margin of a filter's picks; None where nothing with a score was left out."""
        if block not in self._filters:
            self._filters[block] = self._filter_margin(block)
        return self._filters[block]

    def _condition_margin(self, condition: Condition) -> Margin | None:
        if self._view.holds(condition) is None:
            return None
        parts = flat_parts(condition)
        readers: dict[str, dict[Comparison, None]] = {}
        for part in parts:
            if isinstance(part.condition, Comparison):
                for symbol in self._moved(part.condition).symbols:
                    readers.setdefault(symbol, {})[part.condition] = None
        flips = (self._flip(parts, symbol, comparisons) for symbol, comparisons in readers.items())
        return _margin(self._difference(condition), _nearest(flips))

    def _flip(
        self, parts: tuple[FlatPart, ...], symbol: str, readers: Mapping[Comparison, None]
    ) -> Flip | None:
        turns = np.concatenate([self._moved(comparison).turns[symbol] for comparison in readers])
        moves = np.concatenate([HERE, just_beyond(turns)])

        def truth_of(comparison: Comparison) -> Flags:
            if comparison in readers:
                return self._moved(comparison).holds(moves, symbol)
            return np.full(len(moves), bool(self._view.holds(comparison)))

        is_now = self._view.holds(parts[0].condition)
        changed = np.flatnonzero(joined(parts, truth_of) != is_now)
        if not len(changed):
            return None
        found = np.concatenate([HERE, turns])[changed]
        return Flip(float(found[np.argmin(np.abs(found))]), symbol)

    def _moved(self, comparison: Comparison) -> MovedComparison:
        if comparison not in self._comparisons:
            left, right = comparison.left, comparison.right
            symbols = {left.symbol: None}
            if isinstance(right, Reading):
                symbols[right.symbol] = None
            names = tuple(symbols)
            self._comparisons[comparison] = MovedComparison(
                names,
                comparison.operator,
                self._moved_reading(left, names),
                self._moved_reading(right, names) if isinstance(right, Reading) else Constant(right),
            )
        return self._comparisons[comparison]

    def _moved_reading(self, reading: Reading, symbols: tuple[str, ...]) -> MovedValue:
        closes = self._view.closes(reading)
        if reading not in self._by_last:
            self._by_last[reading] = by_last_close(reading.indicator, closes)
        close = float(closes[-1])
        return MovedValue(self._by_last[reading], close, slope_columns({reading.symbol: close}, symbols))

    def _difference(self, condition: Condition) -> float | None:
        if not isinstance(condition, Comparison):
            return None
        right = condition.right
        other = self.value_of(right) if isinstance(right, Reading) else right
        apart = abs(self.value_of(condition.left) - other)
        return abs(apart - EQUALITY_TOLERANCE) if condition.operator == "=" else apart

    def _filter_margin(self, block: Filter) -> Margin | None:
        shares = self._view.shares(block)
        scored = [
            (child, score, share > 0)
            for child, share in zip(block.children, shares, strict=True)
            if not math.isnan(score := self._view.score(block, child))
        ]
        picked = [score for _, score, is_picked in scored if is_picked]
        left_out = [score for _, score, is_picked in scored if not is_picked]
        if not picked or not left_out:
            return None
        sign = 1.0 if block.side == "top" else -1.0
        difference = min(sign * score for score in picked) - max(sign * score for score in left_out)
        flip = self._change(block.indicator, sign, [(child, is_picked) for child, _, is_picked in scored])
        return _margin(abs(difference), flip)

    def _change(self, indicator: Indicator, sign: float, scored: list[tuple[Block, bool]]) -> Flip | None:
        slopes = [self._exposures.slopes(child) for child, _ in scored]
        symbols = tuple(dict.fromkeys(symbol for one in slopes for symbol in one))
        if not symbols:
            return None
        scores = tuple(
            MovedValue(by_last_close(indicator, closes), float(closes[-1]), slope_columns(one, symbols))
            for (child, _), one in zip(scored, slopes, strict=True)
            if len(closes := self._view.child_closes(child))
        )
        moved = MovedFilter(len(symbols), sign, scores, np.array([picked for _, picked in scored]))
        nearest = moved.nearest_change()
        return None if nearest is None else Flip(nearest[0], symbols[nearest[1]])


def _nearest(flips: Iterable[Flip | None]) -> Flip | None:
    found = [flip for flip in flips if flip is not None]
    return min(found, key=lambda flip: abs(flip.move)) if found else None


def _margin(difference: float | None, flip: Flip | None) -> Margin:
    shown = difference if difference is not None and math.isfinite(difference) else None
    if flip is None:
        return Margin(difference=shown)
    move = 0.0 if abs(flip.move) < NO_MOVE else flip.move
    return Margin(difference=shown, symbol=flip.symbol, basis_points=move * BASIS_POINTS)
