"""Writes a symphony in the text notation, laid out for a reader (spec section 8).

1. Each kind of block has one function, which says its layout: pieces of text, and the blocks between them,
   each with the column at which it begins.
2. Pieces and blocks wait on an explicit stack, so that nesting has no limit.
3. A condition stands on one line if it fits; else each part of an `and` or `or` has its own, and so has each
   side of a comparison (`condition_writer`).
4. Past the deepest column lines are not indented further: white space would outgrow the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from alchemiser_dagster.symphony.symphony import Symphony
from alchemiser_dagster.symphony.syntax.blocks import (
    Asset,
    Block,
    Filter,
    Group,
    If,
    WeightEqual,
    WeightInverseVolatility,
    WeightSpecified,
)
from alchemiser_dagster.symphony.syntax.numerals import number_text
from alchemiser_dagster.symphony.syntax.rebalance import Rebalance
from alchemiser_dagster.symphony.text.condition_writer import (
    condition_text,
    indicator_text,
    quoted,
)

Part: TypeAlias = "str | tuple[Block, int]"

STEP = 2
DEEPEST_COLUMN = 48


def to_text(symphony: Symphony) -> str:
    """Return the symphony in the text notation: what is read from it has the same name, rule and digest."""
    pieces = [f"(defsymphony {quoted(symphony.name)}\n  {_options(symphony.rebalance)}"]
    waiting: list[Part] = [")\n", (symphony.root, STEP), _line(STEP)]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            pieces.append(part)
        else:
            waiting.extend(reversed(_layout(*part)))
    return "".join(pieces)


def _options(rebalance: Rebalance) -> str:
    if rebalance.threshold is None:
        rule = f":rebalance-frequency :{rebalance.frequency}"
    else:
        rule = f":rebalance-threshold {number_text(rebalance.threshold)}"
    return f'{{:asset-class "EQUITIES", {rule}}}'


def _line(column: int) -> str:
    return "\n" + " " * column


def _inner(column: int) -> int:
    return min(column + STEP, DEEPEST_COLUMN)


def _layout(block: Block, column: int) -> Sequence[Part]:
    match block:
        case Asset(symbol=symbol, label=label):
            return (f"(asset {quoted(symbol)} {'nil' if label is None else quoted(label)})",)
        case WeightSpecified():
            return _weight_specified(block, _inner(column))
        case If():
            return _if(block, column)
    inner = _inner(column)
    return (_head(block), _line(inner), *_vector(block.children, inner), ")")


def _head(block: WeightEqual | WeightInverseVolatility | Group | Filter) -> str:
    match block:
        case WeightEqual():
            return "(weight-equal"
        case WeightInverseVolatility(window=window):
            return f"(weight-inverse-volatility {window}"
        case Group(label=label):
            return f"(group {quoted(label)}"
        case Filter(indicator=indicator, side=side, count=count):
            return f"(filter ({indicator_text(indicator)}) (select-{side} {count})"


def _weight_specified(block: WeightSpecified, column: int) -> list[Part]:
    parts: list[Part] = ["(weight-specified"]
    for weight, child in zip(block.weights, block.children, strict=True):
        written = f"{_line(column)}{number_text(weight)} "
        parts += written, (child, column + len(written.lstrip()))
    return [*parts, ")"]


def _if(block: If, column: int) -> list[Part]:
    inner = _inner(column)
    condition = condition_text(block.condition, column + len("(if "))
    branches = [*_vector(block.then, inner), _line(inner), *_vector(block.otherwise, inner)]
    return ["(if ", condition, _line(inner), *branches, ")"]


def _vector(blocks: Sequence[Block], column: int) -> list[Part]:
    parts: list[Part] = ["["]
    for position, block in enumerate(blocks):
        if position:
            parts.append(_line(column + 1))
        parts.append((block, column + 1))
    return [*parts, "]"]
