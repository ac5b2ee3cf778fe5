"""Writes conditions, indicators, numbers and strings in the text notation (spec sections 2 and 8).

1. A part of a condition that fits between its column and the right margin stands on one line.
2. Of a part that doesn't, the parts inside stand below each other, the first behind the operator.
3. Parts wait on an explicit stack. Whether one fits is tried by writing it until there is no room left, so
   that the trial costs no more than a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TypeAlias

from alchemiser_dagster.symphony.syntax.conditions import Comparison, Compound, Condition, Indicator, Reading
from alchemiser_dagster.symphony.syntax.numerals import number_text

RIGHT_MARGIN = 100
DEEPEST_COLUMN = 56

Part: TypeAlias = "str | tuple[Condition, int]"


def condition_text(condition: Condition, column: int) -> str:
    """Return the condition as it is written from a column on."""
    pieces: list[str] = []
    waiting: list[Part] = [(condition, column)]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            pieces.append(part)
            continue
        short = _on_one_line(part[0], RIGHT_MARGIN - part[1])
        if short is None:
            waiting.extend(reversed(_below_each_other(*part)))
        else:
            pieces.append(short)
    return "".join(pieces)


def _on_one_line(condition: Condition, room: int) -> str | None:
    pieces: list[str] = []
    for piece in pieces_on_one_line(condition):
        pieces.append(piece)
        room -= len(piece)
        if room < 0:
            return None
    return "".join(pieces)


def pieces_on_one_line(condition: Condition) -> Iterator[str]:
    """Yield the condition as it stands on one line, piece by piece, for who may have enough of it."""
    waiting: list[Condition | str] = [condition]
    while waiting:
        match waiting.pop():
            case str(piece):
                yield piece
            case Comparison() as comparison:
                yield comparison_text(comparison)
            case Compound(connective=connective, conditions=parts):
                yield f"({connective}"
                waiting.append(")")
                waiting.extend(chain.from_iterable((part, " ") for part in reversed(parts)))


def comparison_text(comparison: Comparison, between: str = " ") -> str:
    """Return a comparison, with what stands between its sides: (> (rsi "SPY" {:window 10}) 79)."""
    sides = reading_text(comparison.left), operand_text(comparison.right)
    return f"({comparison.operator} {between.join(sides)})"


def operand_text(operand: Reading | float) -> str:
    """Return the right side of a comparison."""
    return reading_text(operand) if isinstance(operand, Reading) else number_text(operand)


def _below_each_other(condition: Condition, column: int) -> Sequence[Part]:
    if isinstance(condition, Comparison):
        inner = column + len(f"({condition.operator} ")
        return (comparison_text(condition, "\n" + " " * inner),)
    inner = min(column + len(f"({condition.connective} "), DEEPEST_COLUMN)
    parts: list[Part] = [f"({condition.connective} "]
    for position, one in enumerate(condition.conditions):
        if position:
            parts.append("\n" + " " * inner)
        parts.append((one, inner))
    return [*parts, ")"]


def reading_text(reading: Reading) -> str:
    """Return an indicator of a symbol: (rsi "SPY" {:window 10})."""
    return f"({reading.indicator.name} {quoted(reading.symbol)}{_parameters(reading.indicator)})"


def indicator_text(indicator: Indicator) -> str:
    """Return an indicator without a symbol, and without parentheses: rsi {:window 10}."""
    return f"{indicator.name}{_parameters(indicator)}"


def _parameters(indicator: Indicator) -> str:
    pairs = zip(indicator.formula.parameters, indicator.parameters, strict=True)
    written = ", ".join(f":{name} {number_text(value)}" for name, value in pairs)
    return f" {{{written}}}" if written else ""


def quoted(text: str) -> str:
    """Return the string as the text notation writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
