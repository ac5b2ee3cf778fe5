"""From forms to the syntax of conditions and indicators (spec sections 2, 3 and 8)."""

from __future__ import annotations

from typing import cast

from alchemiser_dagster.symphony.calls import Call, call, entries, number, text, unknown
from alchemiser_dagster.symphony.conditions import (
    Comparison,
    Compound,
    Condition,
    Connective,
    Indicator,
    Operator,
    Reading,
)
from alchemiser_dagster.symphony.forms import Form, Number
from alchemiser_dagster.symphony.source import MeaningError
from alchemiser_dagster.symphony.trampoline import Steps, each, run
from alchemiser_dagster.symphony.vocabulary import FORMULAS

OPERATORS = (">", "<", ">=", "<=", "=")
CONNECTIVES = ("and", "or")


def condition(form: Form) -> Condition:
    """Return the condition that a form stands for; raise `MeaningError` where it is none."""
    return run(_condition(form))


def _condition(form: Form) -> Steps[Condition]:
    test = call(form, "a condition")
    if test.name.value in OPERATORS:
        return _comparison(test)
    if test.name.value in CONNECTIVES:
        parts = yield from each(_condition(argument) for argument in test.arguments)
        return Compound(cast("Connective", test.name.value), parts, test.place)
    raise unknown("condition", test.name.value, test.name.place, (*OPERATORS, *CONNECTIVES))


def _comparison(test: Call) -> Comparison:
    operator = cast("Operator", test.name.value)
    test.require(2, 2, f"({operator} indicator indicator-or-number)")
    left, right = test.arguments
    if isinstance(left, Number):
        raise MeaningError(
            "a comparison begins with an indicator, not with a number",
            left.place,
            remedy="Turn it round, operator included",
        )
    value = right.value if isinstance(right, Number) else reading(right)
    return Comparison(operator, reading(left), value, test.place)


def reading(form: Form) -> Reading:
    """Return the indicator of a symbol that a form stands for: (rsi "SPY" {:window 10})."""
    asked = call(form, 'an indicator such as (rsi "SPY" {:window 10})')
    _require_known(asked)
    asked.require(1, 2, f'({asked.name.value} "SYMBOL"{_usage(asked.name.value)})')
    symbol = text(asked.arguments[0], "a symbol")
    return Reading(_indicator(asked, asked.arguments[1:]), symbol, asked.arguments[0].place)


def score(form: Form) -> Indicator:
    """Return the indicator that a filter scores by: (rsi {:window 10})."""
    asked = call(form, "an indicator such as (rsi {:window 10})")
    _require_known(asked)
    asked.require(0, 1, f"({asked.name.value}{_usage(asked.name.value)})")
    return _indicator(asked, asked.arguments)


def _require_known(asked: Call) -> None:
    if asked.name.value not in FORMULAS:
        raise unknown("indicator", asked.name.value, asked.name.place, FORMULAS)


def _usage(name: str) -> str:
    pairs = " ".join(f":{parameter} n" for parameter in FORMULAS[name].parameters)
    return f" {{{pairs}}}" if pairs else ""


def _indicator(asked: Call, parameters: tuple[Form, ...]) -> Indicator:
    name = asked.name.value
    wanted = FORMULAS[name].parameters
    given = entries(parameters[0], f"parameters such as{_usage(name) or ' {}'}") if parameters else {}
    for key, (keyword, _) in given.items():
        if key not in wanted:
            raise MeaningError(
                f"{name} has no parameter :{key}",
                keyword.place,
                remedy=f"Write ({name} …{_usage(name)})",
            )
    missing = [key for key in wanted if key not in given]
    if missing:
        raise MeaningError(
            f"{name} lacks :{missing[0]}", asked.place, remedy=f"Write ({name} …{_usage(name)})"
        )
    values = tuple(number(given[key][1], f"a number for :{key}") for key in wanted)
    return Indicator(name, values, given[wanted[0]][1].place if wanted else asked.place)
