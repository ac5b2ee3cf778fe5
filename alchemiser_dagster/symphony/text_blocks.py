"""From forms to the syntax of blocks (spec sections 3 and 8).

1. `block` runs one generator per form on a trampoline, so that nesting has no limit.
2. Each kind of block has one function, which takes its call apart, asks for its parts and makes the node.
3. A vector where one block is expected is an equal-weight block; one block where a vector is expected is a
   vector of one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

from alchemiser_dagster.symphony.blocks import (
    Asset,
    Block,
    Filter,
    Group,
    If,
    Side,
    WeightEqual,
    WeightInverseVolatility,
    WeightSpecified,
)
from alchemiser_dagster.symphony.calls import Call, call, label, number, text, unknown, vector, whole_number
from alchemiser_dagster.symphony.forms import Bracket, Form
from alchemiser_dagster.symphony.source import MeaningError
from alchemiser_dagster.symphony.text_conditions import condition, score
from alchemiser_dagster.symphony.trampoline import Steps, each, run

SELECTIONS: dict[str, Side] = {"select-top": "top", "select-bottom": "bottom"}


def block(form: Form) -> Block:
    """Return the block that a form stands for; raise `MeaningError` where it is none."""
    return run(_block(form))


def _block(form: Form) -> Steps[Block]:
    if isinstance(form, Bracket) and form.opening == "[":
        return WeightEqual((yield from _blocks(form)), form.place)
    asked = call(form, "a block")
    build = _BUILDERS.get(asked.name.value)
    if build is None:
        raise unknown("block", asked.name.value, asked.name.place, _BUILDERS)
    return (yield from build(asked))


def _blocks(form: Form) -> Generator[Steps[Block], Block, tuple[Block, ...]]:
    return (yield from each(_block(item) for item in vector(form)))


def _asset(asked: Call) -> Steps[Block]:
    asked.require(1, 2, '(asset "SYMBOL" "name")')
    yield from ()
    name = label(asked.arguments[1]) if len(asked.arguments) > 1 else None
    return Asset(text(asked.arguments[0], "a symbol"), name, asked.arguments[0].place)


def _weight_equal(asked: Call) -> Steps[Block]:
    asked.require(1, 1, "(weight-equal [block …])")
    return WeightEqual((yield from _blocks(asked.arguments[0])), asked.place)


def _weight_specified(asked: Call) -> Steps[Block]:
    usage = "(weight-specified weight block weight block …)"
    if not asked.arguments or len(asked.arguments) % 2:
        raise MeaningError(
            "weight-specified needs a weight before each block", asked.place, remedy=f"Write {usage}"
        )
    weights = tuple(number(weight, "a weight such as 0.25") for weight in asked.arguments[::2])
    children = yield from each(_block(child) for child in asked.arguments[1::2])
    return WeightSpecified(weights, children, asked.place)


def _weight_inverse_volatility(asked: Call) -> Steps[Block]:
    asked.require(2, 2, "(weight-inverse-volatility window [block …])")
    window = whole_number(asked.arguments[0], "a window such as 20")
    return WeightInverseVolatility(window, (yield from _blocks(asked.arguments[1])), asked.place)


def _group(asked: Call) -> Steps[Block]:
    asked.require(2, 2, '(group "name" [block …])')
    name = text(asked.arguments[0], "a group's name")
    return Group(name, (yield from _blocks(asked.arguments[1])), asked.place)


def _if(asked: Call) -> Steps[Block]:
    asked.require(1, 3, "(if condition [block …] [block …])")
    test = condition(asked.arguments[0])
    then = yield from _branch(asked, 1)
    otherwise = yield from _branch(asked, 2)
    return If(test, then, otherwise, asked.place)


def _branch(asked: Call, position: int) -> Generator[Steps[Block], Block, tuple[Block, ...]]:
    return (yield from _blocks(asked.arguments[position])) if position < len(asked.arguments) else ()


def _filter(asked: Call) -> Steps[Block]:
    usage = "(filter (indicator {:window n}) (select-top k) [block …])"
    asked.require(3, 3, usage)
    indicator = score(asked.arguments[0])
    selection = call(asked.arguments[1], "(select-top k) or (select-bottom k)")
    if selection.name.value not in SELECTIONS:
        raise unknown("selection", selection.name.value, selection.name.place, SELECTIONS)
    selection.require(1, 1, f"({selection.name.value} k)")
    count = whole_number(selection.arguments[0], "a whole number of blocks to select")
    children = yield from _blocks(asked.arguments[2])
    return Filter(indicator, SELECTIONS[selection.name.value], count, children, asked.place)


_BUILDERS: dict[str, Callable[[Call], Steps[Block]]] = {
    "asset": _asset,
    "weight-equal": _weight_equal,
    "weight-specified": _weight_specified,
    "weight-inverse-volatility": _weight_inverse_volatility,
    "group": _group,
    "if": _if,
    "filter": _filter,
}
