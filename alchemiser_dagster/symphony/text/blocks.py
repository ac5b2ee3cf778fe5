"""From brackets to the syntax of blocks (spec sections 3 and 8).

1. Each kind of block has one function, which checks the items of its call and makes the node. The blocks
   among the items are made already.
2. A vector where one block is expected is an equal-weight block; one block where a vector is expected is a
   vector of one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast, get_args

from alchemiser_dagster.symphony.syntax.blocks import (
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
from alchemiser_dagster.symphony.syntax.source import MeaningError
from alchemiser_dagster.symphony.text.calls import (
    is_bracket,
    label,
    misplaced,
    name_of,
    number,
    require,
    text,
    whole_number,
)
from alchemiser_dagster.symphony.text.conditions import condition, score
from alchemiser_dagster.symphony.text.forms import Bracket

SELECTIONS: dict[str, Side] = {"select-top": "top", "select-bottom": "bottom"}
BLOCKS = frozenset(get_args(Block))


def block(call: Bracket, position: int) -> Block:
    """Return the block that stands at a position; raise `MeaningError` where none does."""
    item = call.items[position]
    if type(item) in BLOCKS:
        return cast("Block", item)
    if isinstance(item, Bracket) and item.opening == "[":
        return WeightEqual(_blocks_in(item), item.place)
    raise misplaced(call, position, "a block", "block", BLOCK_BUILDERS)


def settle_vector(vector: Bracket) -> None:
    """Turn the vectors directly inside a vector into blocks: there they can't be anything else."""
    if Bracket in map(type, vector.items):
        for position, item in enumerate(vector.items):
            if is_bracket(item, "["):
                vector.items[position] = block(vector, position)


def _blocks(call: Bracket, position: int) -> tuple[Block, ...]:
    item = call.items[position]
    if isinstance(item, Bracket) and item.opening == "[":
        return _blocks_in(item)
    return (block(call, position),)


def _blocks_in(vector: Bracket) -> tuple[Block, ...]:
    if BLOCKS.issuperset(map(type, vector.items)):
        return tuple(cast("list[Block]", vector.items))
    return tuple(block(vector, position) for position in range(len(vector.items)))


def _asset(call: Bracket) -> Asset:
    require(call, 1, 2, '(asset "SYMBOL" "name")')
    symbol = text(call, 1, "a symbol")
    name = label(call, 2) if len(call.items) > 2 else None  # noqa: PLR2004
    try:
        return Asset(symbol, name, call.place)
    except MeaningError as error:
        raise call.wrong(1, error.what, error.remedy) from None


def _weight_equal(call: Bracket) -> WeightEqual:
    require(call, 1, 1, "(weight-equal [block …])")
    return WeightEqual(_blocks(call, 1), call.place)


def _weight_specified(call: Bracket) -> WeightSpecified:
    if len(call.items) == 1 or not len(call.items) % 2:
        raise MeaningError(
            "weight-specified needs a weight before each block",
            call.place,
            remedy="Write (weight-specified weight block weight block …)",
        )
    positions = range(1, len(call.items), 2)
    weights = tuple(_weight(call, position) for position in positions)
    return WeightSpecified(weights, tuple(block(call, position + 1) for position in positions), call.place)


def _weight(call: Bracket, position: int) -> float:
    weight = number(call, position, "a weight such as 0.25")
    if weight < 0:
        raise call.wrong(position, f"the weight {weight:g} is negative")
    return weight


def _weight_inverse_volatility(call: Bracket) -> WeightInverseVolatility:
    require(call, 2, 2, "(weight-inverse-volatility window [block …])")
    window = whole_number(call, 1, "a window such as 20")
    children = _blocks(call, 2)
    try:
        return WeightInverseVolatility(window, children, call.place)
    except MeaningError as error:
        raise call.wrong(1, error.what, error.remedy) from None


def _group(call: Bracket) -> Group:
    require(call, 2, 2, '(group "name" [block …])')
    return Group(text(call, 1, "a group's name"), _blocks(call, 2), call.place)


def _if(call: Bracket) -> If:
    require(call, 1, 3, "(if condition [block …] [block …])")
    test = condition(call, 1)
    return If(test, _branch(call, 2), _branch(call, 3), call.place)


def _branch(call: Bracket, position: int) -> tuple[Block, ...]:
    return _blocks(call, position) if position < len(call.items) else ()


def _filter(call: Bracket) -> Filter:
    require(call, 3, 3, "(filter (indicator {:window n}) (select-top k) [block …])")
    indicator = score(call, 1)
    side, count = _selection(call)
    return Filter(indicator, side, count, _blocks(call, 3), call.place)


def _selection(call: Bracket) -> tuple[Side, int]:
    selection = call.items[2]
    name = name_of(selection)
    if not isinstance(selection, Bracket) or name not in SELECTIONS:
        raise misplaced(call, 2, "(select-top k) or (select-bottom k)", "selection", SELECTIONS)
    require(selection, 1, 1, f"({name} k)")
    count = whole_number(selection, 1, "a whole number of blocks to select")
    if count < 1:
        raise selection.wrong(1, f"{name} must select at least 1, not {count}")
    return SELECTIONS[name], count


BLOCK_BUILDERS: dict[str, Callable[[Bracket], Block]] = {
    "asset": _asset,
    "weight-equal": _weight_equal,
    "weight-specified": _weight_specified,
    "weight-inverse-volatility": _weight_inverse_volatility,
    "group": _group,
    "if": _if,
    "filter": _filter,
}
