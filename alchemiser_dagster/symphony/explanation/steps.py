"""A block on the path as a step of the explanation."""

from __future__ import annotations

from typing import NamedTuple

from alchemiser_dagster.records.explanation import (
    AnyStep,
    AssetStep,
    CashStep,
    ChoiceStep,
    FilterStep,
    GroupStep,
    InverseVolatilityStep,
    SplitStep,
)
from alchemiser_dagster.symphony.engine.session_view import SessionView
from alchemiser_dagster.symphony.explanation.findings import candidates, findings
from alchemiser_dagster.symphony.explanation.flat_conditions import flat_parts
from alchemiser_dagster.symphony.explanation.margins import Margins
from alchemiser_dagster.symphony.explanation.phrases import indicator_words, label_of, tidy, unit_of
from alchemiser_dagster.symphony.syntax.blocks import (
    Asset,
    Block,
    Filter,
    Group,
    If,
    WeightInverseVolatility,
    WeightSpecified,
)

MOST_PARTS = 60


class Standing(NamedTuple):
    """Where a step stands, as `Step` says it, and among how many parts its weight is split."""

    depth: int
    weight: float
    share: float | None
    line: int | None
    parts: int


def step_of(view: SessionView, margins: Margins, block: Block, standing: Standing) -> AnyStep:
    """Return the step of a block."""
    match block:
        case If():
            return _choice(view, margins, block, standing)
        case Filter():
            return _filter(view, margins, block, standing)
        case WeightInverseVolatility():
            return _inverse_volatility(view, block, standing)
        case _:
            return _plain(block, standing)


def _plain(block: Block, standing: Standing) -> AnyStep:
    depth, weight, share, line, parts = standing
    match block:
        case Asset(symbol=symbol):
            name = label_of(block)
            return AssetStep(depth=depth, weight=weight, share=share, line=line, symbol=symbol, label=name)
        case _ if not parts:
            return CashStep(depth=depth, weight=weight, share=share, line=line)
        case Group(label=label):
            name = tidy(label)
            return GroupStep(depth=depth, weight=weight, share=share, line=line, label=name, parts=parts)
        case _:
            return SplitStep(
                depth=depth,
                weight=weight,
                share=share,
                line=line,
                method="specified" if isinstance(block, WeightSpecified) else "equal",
                parts=parts,
            )


def _choice(view: SessionView, margins: Margins, block: If, standing: Standing) -> ChoiceStep:
    parts = flat_parts(block.condition)
    holds = view.holds(block.condition)
    return ChoiceStep(
        depth=standing.depth,
        weight=standing.weight,
        share=standing.share,
        line=standing.line,
        condition=findings(view, margins, parts[:MOST_PARTS]),
        omitted=max(0, len(parts) - MOST_PARTS),
        branch=None if holds is None else "then" if holds else "else",
        parts=standing.parts,
    )


def _filter(view: SessionView, margins: Margins, block: Filter, standing: Standing) -> FilterStep:
    return FilterStep(
        depth=standing.depth,
        weight=standing.weight,
        share=standing.share,
        line=standing.line,
        text=str(block.indicator),
        words=indicator_words(block.indicator),
        unit=unit_of(block.indicator),
        side=block.side,
        count=block.count,
        candidates=candidates(view, block),
        margin=margins.of_filter(block),
    )


def _inverse_volatility(
    view: SessionView, block: WeightInverseVolatility, standing: Standing
) -> InverseVolatilityStep:
    return InverseVolatilityStep(
        depth=standing.depth,
        weight=standing.weight,
        share=standing.share,
        line=standing.line,
        text=str(block.indicator),
        words=indicator_words(block.indicator),
        candidates=candidates(view, block),
    )
