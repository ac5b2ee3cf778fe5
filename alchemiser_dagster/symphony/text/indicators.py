"""From brackets to indicators, and to readings of them (spec sections 2 and 8).

1. With a symbol, as in (rsi "SPY" {:window 10}), a call is a reading; without one it is the indicator itself.
2. A call that was written before, in the same words, becomes the same node: real symphonies ask a hundred
   questions a thousand times.
"""

from __future__ import annotations

from typing import cast

from alchemiser_dagster.symphony.syntax.conditions import Indicator, Reading, check_parameter
from alchemiser_dagster.symphony.syntax.source import MeaningError
from alchemiser_dagster.symphony.syntax.vocabulary import FORMULAS
from alchemiser_dagster.symphony.text.calls import (
    entries,
    is_bracket,
    misplaced,
    name_of,
    number,
    require,
    text,
)
from alchemiser_dagster.symphony.text.forms import Bracket, Name, describe

TEXT_NAMES = {formula.score_name: name for name, formula in FORMULAS.items()}


class Indicators:
    """The indicators of a text and their readings, each made once."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], Indicator | Reading] = {}

    def __call__(self, call: Bracket) -> Indicator | Reading:
        """Return what a call of an indicator stands for; raise `MeaningError` where it is wrong."""
        *words, last = call.items
        said = (*words, tuple(last.items) if isinstance(last, Bracket) and last.opening == "{" else last)
        known = self._made.get(said)
        if known is None:
            known = self._made[said] = _indicator_or_reading(call)
        return known


def usage(name: str, symbol: str = "") -> str:
    """Return how a call of an indicator is written, with a symbol or without."""
    pairs = " ".join(f":{parameter} n" for parameter in FORMULAS[name].parameters)
    return f"({name}{symbol and f' {symbol}'}{pairs and f' {{{pairs}}}'})"


def no_indicator(call: Bracket, position: int, expected: str) -> MeaningError:
    """Return the error for an item that is no indicator; one may be called by its name in JSON."""
    item = call.items[position]
    name = name_of(item)
    if isinstance(item, Bracket) and name in TEXT_NAMES:
        return item.wrong(0, f"there is no indicator {name}", f"Did you mean {TEXT_NAMES[name]}?")
    return misplaced(call, position, expected, "indicator", FORMULAS)


def _indicator_or_reading(call: Bracket) -> Indicator | Reading:
    name = cast("Name", call.items[0]).value
    if len(call.items) == 1 or is_bracket(call.items[1], "{"):
        require(call, 0, 1, usage(name))
        return _indicator(call, name, 1)
    require(call, 1, 2, usage(name, '"SYMBOL"'))
    symbol = text(call, 1, "a symbol")
    return Reading(_indicator(call, name, 2), symbol, call.place_of(1))


def _indicator(call: Bracket, name: str, position: int) -> Indicator:
    wanted = FORMULAS[name].parameters
    mapping = _parameters(call, name, position)
    given = entries(mapping)
    for key, at in given.items():
        if key not in wanted:
            raise mapping.wrong(at, f"{name} has no parameter :{key[:40]}", f"Write {usage(name, '…')}")
    for key in wanted:
        if key not in given:
            raise MeaningError(f"{name} lacks :{key}", call.place, remedy=f"Write {usage(name, '…')}")
    values = tuple(number(mapping, given[key] + 1, f"a number for :{key}") for key in wanted)
    for key, value in zip(wanted, values, strict=True):
        check_parameter(name, key, value, mapping.place_of(given[key] + 1))
    return Indicator(name, values, call.place)


def _parameters(call: Bracket, name: str, position: int) -> Bracket:
    """Return the map of parameters, an empty one where it is left out."""
    if position == len(call.items):
        return Bracket(call.source, call.offset, "{", [])
    mapping = call.items[position]
    if isinstance(mapping, Bracket) and mapping.opening == "{":
        return mapping
    example = usage(name).removeprefix(f"({name}").strip(" )") or "{}"
    raise call.wrong(position, f"expected parameters such as {example}, not {describe(mapping)}")
