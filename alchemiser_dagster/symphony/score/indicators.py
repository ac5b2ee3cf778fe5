"""From JSON to the syntax of indicators: a function's name and its parameters, in both key styles.

1. The name is the one of the JSON notation; where the text notation has another, that one is known too.
2. Parameters stand in an object (`lhs-fn-params`); the older style has the window alone, beside the function
   (`lhs-window-days`). Where both are there, the object wins.
3. A parameter of another indicator is passed over: exports leave it behind when the function is changed. A
   key that is no parameter at all is an error.
"""

from __future__ import annotations

from alchemiser_dagster.symphony.score.members import mapping, member, number, text, wrong
from alchemiser_dagster.symphony.score.places import member_place
from alchemiser_dagster.symphony.score.values import Object
from alchemiser_dagster.symphony.syntax.conditions import Indicator
from alchemiser_dagster.symphony.syntax.source import MeaningError, unknown
from alchemiser_dagster.symphony.syntax.vocabulary import FORMULAS, Formula

NAMES = {formula.score_name: formula.name for formula in FORMULAS.values()} | {
    name: name for name in FORMULAS
}
OLDER_WINDOW = "window-days"
PARAMETERS = ("window", "short-window", "long-window", "smooth-window", "stdev", OLDER_WINDOW)


def indicator(node: Object, function: str, parameters: str, older_window: str) -> Indicator:
    """Return the indicator that three of an object's keys speak of.

    Raises
    ------
    MeaningError
        At the function, where it is unknown or lacks a parameter; at the parameter that is out of range.
    """
    written = text(node, function, f'"{function}": "relative-strength-index"')
    name = NAMES.get(written)
    if name is None:
        raise unknown("indicator", written, member_place(node, function), NAMES)
    given = _given(node, parameters, older_window)
    values: list[float] = []
    for wanted in FORMULAS[name].parameters:
        if wanted not in given:
            usage = f'"{parameters}": {{{_usage(name)}}}'
            raise wrong(node, function, f'{written} lacks "{wanted}"', f"Write {usage}")
        values.append(number(*given[wanted], f'"{wanted}": 10'))
    try:
        return Indicator(name, tuple(values), node.place)
    except MeaningError as error:
        raise _at_its_parameter(error, FORMULAS[name], given) from None


def _given(node: Object, parameters: str, older_window: str) -> dict[str, tuple[Object, str]]:
    """Return each parameter's object and key."""
    given: dict[str, tuple[Object, str]] = {}
    if member(node, older_window) is not None:
        given["window"] = (node, older_window)
    if member(node, parameters) is None:
        return given
    values = mapping(node, parameters, f'"{parameters}": {{"window": 10}}')
    for key in values.members:
        if key not in PARAMETERS:
            raise unknown("parameter", key, member_place(values, key), PARAMETERS)
    for key in values.members:
        if member(values, key) is not None and not (key == OLDER_WINDOW and "window" in values.members):
            given["window" if key == OLDER_WINDOW else key] = (values, key)
    return given


def _usage(name: str) -> str:
    return ", ".join(f'"{key}": …' for key in FORMULAS[name].parameters)


def _at_its_parameter(
    error: MeaningError, formula: Formula, given: dict[str, tuple[Object, str]]
) -> MeaningError:
    for wanted in formula.parameters:
        said = f":{wanted} of {formula.name} "
        if said in error.what:
            node, key = given[wanted]
            return wrong(node, key, error.what.replace(said, f'"{key}" of {formula.score_name} '))
    return error
