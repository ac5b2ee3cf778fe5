"""From brackets to the syntax of conditions (spec sections 3 and 8)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from alchemiser_dagster.symphony.syntax.conditions import (
    Comparison,
    Compound,
    Condition,
    Connective,
    Indicator,
    Operator,
    Reading,
)
from alchemiser_dagster.symphony.text.calls import misplaced, require
from alchemiser_dagster.symphony.text.forms import Bracket, Number
from alchemiser_dagster.symphony.text.indicators import no_indicator, usage

OPERATORS: tuple[Operator, ...] = (">", "<", ">=", "<=", "=")
CONNECTIVES: tuple[Connective, ...] = ("and", "or")


def condition(call: Bracket, position: int) -> Condition:
    """Return the condition that stands at a position; raise `MeaningError` where none does."""
    item = call.items[position]
    if isinstance(item, Comparison | Compound):
        return item
    raise misplaced(call, position, "a condition", "condition", CONDITION_BUILDERS)


def score(call: Bracket, position: int) -> Indicator:
    """Return the indicator without a symbol that stands at a position, by which a filter scores."""
    item = call.items[position]
    if isinstance(item, Indicator):
        return item
    if isinstance(item, Reading):
        raise call.wrong(
            position,
            f"a filter scores each of its blocks by {item.indicator.name}: no symbol belongs there",
            f"Write {usage(item.indicator.name)}",
        )
    raise no_indicator(call, position, "an indicator such as (rsi {:window 10})")


def _reading(call: Bracket, position: int) -> Reading:
    item = call.items[position]
    if isinstance(item, Reading):
        return item
    if isinstance(item, Indicator):
        written = usage(item.name, '"SYMBOL"')
        raise call.wrong(position, f"{item.name} lacks its symbol", f"Write {written}")
    raise no_indicator(call, position, 'an indicator such as (rsi "SPY" {:window 10})')


def _comparison(operator: Operator, call: Bracket) -> Comparison:
    require(call, 2, 2, f"({operator} indicator indicator-or-number)")
    _, left, right = call.items
    if isinstance(left, Number):
        raise call.wrong(
            1,
            "a comparison begins with an indicator, not with a number",
            "Turn it round, operator included",
        )
    value = right.value if isinstance(right, Number) else _reading(call, 2)
    return Comparison(operator, _reading(call, 1), value, call.place)


def _compound(connective: Connective, call: Bracket) -> Compound:
    parts = tuple(condition(call, position) for position in range(1, len(call.items)))
    return Compound(connective, parts, call.place)


CONDITION_BUILDERS: dict[str, Callable[[Bracket], Condition]] = {
    **{operator: partial(_comparison, operator) for operator in OPERATORS},
    **{connective: partial(_compound, connective) for connective in CONNECTIVES},
}
