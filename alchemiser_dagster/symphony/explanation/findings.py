"""What was found on one session at a condition, a filter or an inverse-volatility block, as records."""

from __future__ import annotations

import math
from collections.abc import Sequence

from alchemiser_dagster.records.explanation import (
    Candidate,
    ComparisonFinding,
    CompoundFinding,
    Finding,
    Measured,
)
from alchemiser_dagster.symphony.engine.session_view import SessionView
from alchemiser_dagster.symphony.explanation.flat_conditions import FlatPart
from alchemiser_dagster.symphony.explanation.margins import Margins
from alchemiser_dagster.symphony.explanation.phrases import label_of, name_of, reading_words, unit_of
from alchemiser_dagster.symphony.syntax.blocks import Asset, Block, Filter, WeightInverseVolatility
from alchemiser_dagster.symphony.syntax.conditions import Comparison, Reading
from alchemiser_dagster.symphony.syntax.node import Node
from alchemiser_dagster.symphony.text.condition_writer import reading_text


def findings(view: SessionView, margins: Margins, parts: Sequence[FlatPart]) -> tuple[Finding, ...]:
    """Return what was found at each part of a condition, in the order of the text."""
    return tuple(
        _comparison(view, margins, part.condition, part.depth)
        if isinstance(part.condition, Comparison)
        else CompoundFinding(
            depth=part.depth,
            line=line_of(part.condition),
            connective=part.condition.connective,
            conditions=len(part.condition.conditions),
            holds=view.holds(part.condition),
            margin=margins.of_condition(part.condition) if part.depth == 0 else None,
        )
        for part in parts
    )


def candidates(view: SessionView, block: Filter | WeightInverseVolatility) -> tuple[Candidate, ...]:
    """Return a filter's children by rank, or those of an inverse-volatility block in the order of the text.

    Children without a score stand last.
    """
    shares = view.shares(block)
    scores = [view.score(block, child) for child in block.children]
    ranks = _ranks(scores, block.side) if isinstance(block, Filter) else {}
    found = [
        Candidate(
            name=name_of(child),
            symbol=child.symbol if isinstance(child, Asset) else None,
            label=label_of(child),
            line=line_of(child),
            score=_finite(score),
            rank=ranks.get(position),
            share=share,
        )
        for position, (child, score, share) in enumerate(zip(block.children, scores, shares, strict=True))
    ]
    if not isinstance(block, Filter):
        return tuple(found)
    return tuple(sorted(found, key=lambda one: math.inf if one.rank is None else one.rank))


def line_of(node: Node | Block) -> int | None:
    """Return the line of a node, None where it came from no text."""
    return node.place.line if node.place else None


def _comparison(view: SessionView, margins: Margins, comparison: Comparison, depth: int) -> ComparisonFinding:
    right = comparison.right
    return ComparisonFinding(
        depth=depth,
        line=line_of(comparison),
        operator=comparison.operator,
        left=_measured(margins, comparison.left),
        right=_measured(margins, right) if isinstance(right, Reading) else None,
        threshold=None if isinstance(right, Reading) else right,
        holds=view.holds(comparison),
        margin=margins.of_condition(comparison),
    )


def _measured(margins: Margins, reading: Reading) -> Measured:
    return Measured(
        text=reading_text(reading),
        words=reading_words(reading),
        symbol=reading.symbol,
        unit=unit_of(reading.indicator),
        value=_finite(margins.value_of(reading)),
    )


def _ranks(scores: Sequence[float], side: str) -> dict[int, int]:
    sign = -1.0 if side == "top" else 1.0
    scored = [position for position, score in enumerate(scores) if not math.isnan(score)]
    scored.sort(key=lambda position: sign * scores[position])
    return {position: rank for rank, position in enumerate(scored, start=1)}


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
