"""Writes conditions, indicators, numbers and strings in the text notation (spec sections 2 and 8).

1. A part of a condition that fits between its column and the right margin stands on one line.
2. Of a part that doesn't, the parts inside stand below each other, the first behind the operator.
3. Parts wait on an explicit stack. Whether one fits is tried by writing it until there is no room left, so
   that the trial costs no more than a line.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    waiting: list[Condition | str] = [condition]
    while waiting and room >= 0:
        part = waiting.pop()
        if isinstance(part, Compound):
            inside: list[Condition | str] = [f"({part.connective}"]
            for one in part.conditions:
                inside += " ", one
            waiting.extend(reversed([*inside, ")"]))
            continue
        written = part if isinstance(part, str) else _comparison(part)
        pieces.append(written)
        room -= len(written)
    return "".join(pieces) if room >= 0 else None


def _comparison(comparison: Comparison, between: str = " ") -> str:
    return f"({comparison.operator} {reading_text(comparison.left)}{between}{_right(comparison)})"


def _right(comparison: Comparison) -> str:
    right = comparison.right
    return reading_text(right) if isinstance(right, Reading) else number_text(right)


def _below_each_other(condition: Condition, column: int) -> Sequence[Part]:
    if isinstance(condition, Comparison):
        inner = column + len(f"({condition.operator} ")
        return (_comparison(condition, "\n" + " " * inner),)
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
