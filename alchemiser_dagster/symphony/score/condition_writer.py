"""Writes conditions, indicators and strings as a score has them (spec section 8).

1. A single comparison becomes the flat keys of its `if-child`, the form that every reader of scores knows.
2. A compound condition becomes the object `condition`; what is nested in it waits on an explicit stack.
   Flat keys beside it would say something else to those who don't know it, so there are none.
"""

from __future__ import annotations

import json

from alchemiser_dagster.symphony.score.conditions import COMPARATORS, OPERATORS
from alchemiser_dagster.symphony.syntax.blocks import Filter
from alchemiser_dagster.symphony.syntax.conditions import (
    Comparison,
    Compound,
    Condition,
    Indicator,
    Reading,
)
from alchemiser_dagster.symphony.syntax.numerals import number_text

COMPARATOR_OF = {operator: name for name, operator in COMPARATORS.items()}
OPERATOR_OF = {connective: name for name, connective in OPERATORS.items()}


def branch_members(condition: Condition) -> list[str]:
    """Return the members that say an if-child's condition."""
    if isinstance(condition, Compound):
        return [f'"condition": {_condition(condition)}']
    return [
        *_flat_reading("lhs", condition.left),
        f'"comparator": "{COMPARATOR_OF[condition.operator]}"',
        *_flat_right(condition.right),
    ]


def _flat_right(right: Reading | float) -> list[str]:
    if isinstance(right, Reading):
        return ['"rhs-fixed-value?": false', *_flat_reading("rhs", right)]
    return ['"rhs-fixed-value?": true', f'"rhs-val": {number_text(right)}']


def _flat_reading(side: str, reading: Reading) -> list[str]:
    indicator = reading.indicator
    return [
        f'"{side}-fn": "{indicator.formula.score_name}"',
        f'"{side}-fn-params": {_parameters(indicator)}',
        f'"{side}-val": {json_text(reading.symbol)}',
    ]


def filter_members(block: Filter) -> list[str]:
    """Return the members that say how a filter chooses."""
    return [
        '"sort-by?": true',
        f'"sort-by-fn": "{block.indicator.formula.score_name}"',
        f'"sort-by-fn-params": {_parameters(block.indicator)}',
        '"select?": true',
        f'"select-fn": "{block.side}"',
        f'"select-n": {block.count}',
    ]


def _parameters(indicator: Indicator) -> str:
    pairs = zip(indicator.formula.parameters, indicator.parameters, strict=True)
    return f"{{{', '.join(f'{json_text(name)}: {number_text(value)}' for name, value in pairs)}}}"


def _condition(condition: Condition) -> str:
    pieces: list[str] = []
    waiting: list[Condition | str] = [condition]
    while waiting:
        match waiting.pop():
            case str(piece):
                pieces.append(piece)
            case Comparison() as comparison:
                pieces.append(_binary(comparison))
            case Compound() as compound:
                waiting.extend(reversed(_compound(compound)))
    return "".join(pieces)


def _compound(compound: Compound) -> list[Condition | str]:
    operator = OPERATOR_OF[compound.connective]
    parts: list[Condition | str] = []
    for condition in compound.conditions:
        parts += ", ", condition
    head = f'{{"condition-type": "compound", "operator": "{operator}", "conditions": ['
    return [head, *parts[1:], "]}"]


def _binary(comparison: Comparison) -> str:
    right = comparison.right
    other = _operand(right) if isinstance(right, Reading) else f'{{"constant": {number_text(right)}}}'
    return (
        f'{{"condition-type": "binary", "lhs": {_operand(comparison.left)}, '
        f'"comparator": "{COMPARATOR_OF[comparison.operator]}", "rhs": {other}}}'
    )


def _operand(reading: Reading) -> str:
    name = reading.indicator.formula.score_name
    return (
        f'{{"fn": "{name}", "params": {_parameters(reading.indicator)}, '
        f'"ticker": {json_text(reading.symbol)}}}'
    )


def json_text(text: str) -> str:
    """Return the string as JSON writes it."""
    return json.dumps(text, ensure_ascii=False)
