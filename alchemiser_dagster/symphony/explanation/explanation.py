"""Why a session's weights are what they are: the path from the root down to assets, as a record.

1. The walk follows only what decides: the branch taken, the children picked, what has a weight above 0. It
   keeps what waits on its own stack, so that no depth is too deep.
2. Each block becomes a step (`steps.py`). A vector of one block says nothing and becomes none. A chain of
   blocks with one child each stays at one depth; where the weight is split, its parts lie one deeper.
3. A block that was explained further up is named with the number of that step and not explained again,
   unless it is a mere handful of assets.
4. A path of very many lines is cut off. The decisions behind the cut are measured too, so that the closest
   call is that of the whole path.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import numpy as np

from alchemiser_dagster.records.explanation import (
    AnyStep,
    CashStep,
    ChoiceStep,
    ClosestCall,
    Explanation,
    FilterStep,
    Holding,
    InverseVolatilityStep,
    RepeatStep,
)
from alchemiser_dagster.symphony.engine.missing import missing_history
from alchemiser_dagster.symphony.engine.session_view import SessionView
from alchemiser_dagster.symphony.explanation.findings import line_of
from alchemiser_dagster.symphony.explanation.margins import Margins
from alchemiser_dagster.symphony.explanation.path import Part, parts_on_path
from alchemiser_dagster.symphony.explanation.phrases import condition_words, filter_words, name_of
from alchemiser_dagster.symphony.explanation.steps import Standing, step_of
from alchemiser_dagster.symphony.symphony import Symphony
from alchemiser_dagster.symphony.syntax.blocks import (
    Asset,
    Block,
    Filter,
    If,
    WeightEqual,
    WeightSpecified,
)

MOST_LINES = 400
HANDFUL = 4
SMALLEST_CASH = 1e-9


class Stop(NamedTuple):
    """A block that waits to be explained, and where it stands; None stands for cash."""

    block: Block | None
    depth: int
    weight: float
    share: float | None


def explained(
    symphony: Symphony, session: date, view: SessionView, weights: Mapping[str, float]
) -> Explanation:
    """Return why a symphony's target weights on a session are what they are.

    Parameters
    ----------
    view
        What is known on the session.
    weights
        The target weights by symbol; NaN or absent where there are none.
    """
    is_defined = view.is_defined(symphony.root)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore", under="ignore"):
        walk = Walk(view)
        walk.go(symphony.root)
    held = sorted((pair for pair in weights.items() if pair[1] > 0), key=lambda pair: (-pair[1], pair[0]))
    return Explanation(
        name=symphony.name,
        session=session,
        is_defined=is_defined,
        holdings=tuple(Holding(symbol=symbol, weight=weight) for symbol, weight in held),
        cash=max(0.0, 1.0 - sum(weight for _, weight in held)) if is_defined else 0.0,
        steps=tuple(walk.steps),
        omitted=walk.omitted,
        decisions=walk.decisions,
        closest=walk.closest if is_defined else None,
        missing=tuple(dict.fromkeys(str(lack) for lack in missing_history(view, symphony.root))),
    )


class Walk:
    """The path so far.

    Parameters
    ----------
    steps, omitted
        The steps that are kept, and how many were not.
    decisions
        How many conditions and cut-offs lie on the path, each counted once.
    closest
        The one of them with the smallest margin.
    """

    def __init__(self, view: SessionView) -> None:
        self.steps: list[AnyStep] = []
        self.omitted = 0
        self.decisions = 0
        self.closest: ClosestCall | None = None
        self._view = view
        self._margins = Margins(view)
        self._explained: dict[Block, int] = {}
        self._lines = 0
        self._waiting: list[Stop] = []

    def go(self, root: Block) -> None:
        """Walk from the root to the assets that it reaches."""
        self._waiting.append(Stop(root, 0, 1.0, None))
        while self._waiting:
            stop = self._waiting.pop()
            if stop.block is None:
                self._keep(CashStep(depth=stop.depth, weight=stop.weight, share=stop.share, line=None))
            else:
                self._visit(stop.block, stop)

    def _visit(self, block: Block, stop: Stop) -> None:
        parts = parts_on_path(self._view, block)
        if _says_nothing(block, parts):
            self._waiting.append(Stop(parts[0][0], *stop[1:]))
            return
        if block in self._explained and not _is_handful(block, parts):
            self._keep(
                RepeatStep(
                    depth=stop.depth,
                    weight=stop.weight,
                    share=stop.share,
                    line=line_of(block),
                    name=name_of(block),
                    step=self._explained[block],
                )
            )
            return
        self._decide(block)
        self._explained[block] = len(self.steps)
        places = self._places(block, stop, parts)
        standing = Standing(*stop[1:], line_of(block), len(places))
        self._keep(step_of(self._view, self._margins, block, standing))
        self._waiting.extend(reversed(places))

    def _places(self, block: Block, stop: Stop, parts: tuple[Part, ...]) -> list[Stop]:
        below = stop.depth + 1
        places = [Stop(child, below, stop.weight * share, share) for child, share in parts]
        free = 1.0 - sum(share for _, share in parts)
        if isinstance(block, WeightSpecified) and parts and free > SMALLEST_CASH:
            places.append(Stop(None, below, stop.weight * free, free))
        if isinstance(block, If) and not parts and self._view.holds(block.condition) is not None:
            places.append(Stop(None, below, stop.weight, 1.0))
        if len(places) == 1:
            depth = stop.depth if stop.share is None else below
            return [Stop(places[0].block, depth, places[0].weight, None)]
        return places

    def _decide(self, block: Block) -> None:
        match block:
            case If(condition=condition):
                margin, words = self._margins.of_condition(condition), condition_words(condition)
            case Filter():
                margin, words = self._margins.of_filter(block), filter_words(block)
            case _:
                return
        self.decisions += 1
        closest = self.closest.margin.size if self.closest else math.inf
        if margin is not None and margin.size < closest:
            self.closest = ClosestCall(words=words, line=line_of(block), margin=margin)

    def _keep(self, step: AnyStep) -> None:
        self._lines += _lines_of(step)
        if self.omitted or (self._lines > MOST_LINES and self.steps):
            self.omitted += 1
        else:
            self.steps.append(step)


def _says_nothing(block: Block, parts: tuple[Part, ...]) -> bool:
    return isinstance(block, WeightEqual | WeightSpecified) and len(parts) == 1 and parts[0][1] == 1


def _is_handful(block: Block, parts: tuple[Part, ...]) -> bool:
    if isinstance(block, If | Filter):
        return False
    return len(parts) <= HANDFUL and all(isinstance(child, Asset) for child, _ in parts)


def _lines_of(step: AnyStep) -> int:
    match step:
        case FilterStep() | InverseVolatilityStep():
            return 1 + len(step.candidates)
        case ChoiceStep():
            return len(step.condition)
        case _:
            return 1
