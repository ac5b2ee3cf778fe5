"""From JSON to the syntax of blocks (spec sections 3 and 8).

1. The nodes of a score are folded from the leaves up, so that nesting has no limit: each step has one
   function, which makes a block of its node and of the blocks inside.
2. The two `if-child` of an `if` are no blocks: their children count as children of the `if`, and are dealt
   to its branches.
3. Keys that a step has no use for are passed over, whatever they hold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Context
from typing import cast

from alchemiser_dagster.symphony.score.conditions import condition_of
from alchemiser_dagster.symphony.score.indicators import indicator
from alchemiser_dagster.symphony.score.members import (
    chosen,
    flag,
    fold,
    label,
    mapping,
    number,
    objects,
    text,
    whole_number,
    wrong,
)
from alchemiser_dagster.symphony.score.places import member_place
from alchemiser_dagster.symphony.score.values import Object
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
from alchemiser_dagster.symphony.syntax.source import MeaningError, unknown

Blocks = tuple[Block, ...]

SIDES: tuple[Side, ...] = ("top", "bottom")
EXACT = Context(prec=40, traps=[])
BRANCHES = 'An if has two if-child: one with a condition, and one with "is-else-condition?": true'


def block(node: Object) -> Block:
    """Return the block that a node stands for; raise `MeaningError` where it is none."""
    return fold(node, _children, _block)


def _step(node: Object) -> str:
    step = text(node, "step", f'"step", one of: {", ".join(_BUILDERS)}')
    if step == "wt-marketcap":
        raise wrong(
            node,
            "step",
            "wt-marketcap weights by market capitalisation: that needs data which is not there",
            "Use wt-cash-equal, wt-cash-specified or wt-inverse-vol",
        )
    if step in ("root", "if-child"):
        where = "at the outermost place" if step == "root" else "in an if"
        raise wrong(node, "step", f"a step {step} may only stand {where}")
    if step not in _BUILDERS:
        raise unknown("step", step, member_place(node, "step"), _BUILDERS)
    return step


def _children(node: Object) -> Sequence[Object]:
    if _step(node) == "if":
        return [child for branch in _branches(node) for child in objects(branch, "children")]
    return objects(node, "children")


def _block(node: Object, children: Blocks) -> Block:
    return _BUILDERS[_step(node)](node, children)


def _asset(node: Object, children: Blocks) -> Block:
    _require_none(node, children)
    symbol = text(node, "ticker", '"ticker": "SPY"')
    name = label(node, "name")
    try:
        return Asset(symbol, name, node.place)
    except MeaningError as error:
        raise wrong(node, "ticker", error.what, error.remedy) from None


def _empty(node: Object, children: Blocks) -> Block:
    _require_none(node, children)
    return WeightEqual((), node.place)


def _require_none(node: Object, children: Blocks) -> None:
    if children:
        raise wrong(node, "children", f"a step {_step(node)} has no children")


def _weight_equal(node: Object, children: Blocks) -> Block:
    return WeightEqual(children, node.place)


def _weight_specified(node: Object, children: Blocks) -> Block:
    weights = tuple(_weight(child) for child in objects(node, "children"))
    try:
        return WeightSpecified(weights, children, node.place)
    except MeaningError as error:
        remedy = '"weight": {"num": 60, "den": 100} is 60 %'
        raise MeaningError(error.what, node.place, remedy=remedy) from None


def _weight(child: Object) -> float:
    fraction = mapping(child, "weight", '"weight": {"num": 35, "den": 100}')
    numerator = number(fraction, "num", '"num": 35')
    denominator = number(fraction, "den", '"den": 100')
    if numerator < 0:
        raise wrong(fraction, "num", f"the weight {numerator:g} is negative")
    if denominator <= 0:
        raise wrong(fraction, "den", f"the denominator of a weight must be above 0, not {denominator:g}")
    if numerator.is_integer() and denominator.is_integer():
        return numerator / denominator
    return float(EXACT.divide(EXACT.create_decimal(repr(numerator)), EXACT.create_decimal(repr(denominator))))


def _weight_inverse_volatility(node: Object, children: Blocks) -> Block:
    window = whole_number(node, "window-days", '"window-days": 20')
    try:
        return WeightInverseVolatility(window, children, node.place)
    except MeaningError as error:
        what = error.what.replace(":window of stdev-return", '"window-days" of wt-inverse-vol')
        raise wrong(node, "window-days", what, error.remedy) from None


def _group(node: Object, children: Blocks) -> Block:
    return Group(label(node, "name") or "", children, node.place)


def _if(node: Object, children: Blocks) -> Block:
    then, _ = _branches(node)
    count = len(objects(then, "children"))
    return If(condition_of(then), children[:count], children[count:], node.place)


def _branches(node: Object) -> tuple[Object, Object]:
    """Return the branch with the condition, and the other one."""
    branches = objects(node, "children")
    for branch in branches:
        step = text(branch, "step", '"step": "if-child"')
        if step != "if-child":
            raise wrong(branch, "step", f"the children of an if are if-child, not {step[:40]}", BRANCHES)
    others = [branch for branch in branches if flag(branch, "is-else-condition?")]
    if len(branches) != 2:  # noqa: PLR2004
        raise MeaningError(f"this if has {len(branches)} if-child, not two", node.place, remedy=BRANCHES)
    if len(others) != 1:
        which = "both if-child of this if have" if others else "neither if-child of this if has"
        raise MeaningError(f'{which} "is-else-condition?": true', node.place, remedy=BRANCHES)
    then = branches[0] if others[0] is branches[1] else branches[1]
    return then, others[0]


def _filter(node: Object, children: Blocks) -> Block:
    score = indicator(node, "sort-by-fn", "sort-by-fn-params", "sort-by-window-days")
    side = cast("Side", chosen(node, "select-fn", "selection", SIDES))
    count = whole_number(node, "select-n", '"select-n": 1')
    if count < 1:
        raise wrong(node, "select-n", f'"select-n" must be at least 1, not {count}')
    return Filter(score, side, count, children, node.place)


_BUILDERS: dict[str, Callable[[Object, Blocks], Block]] = {
    "asset": _asset,
    "empty": _empty,
    "wt-cash-equal": _weight_equal,
    "wt-cash-specified": _weight_specified,
    "wt-inverse-vol": _weight_inverse_volatility,
    "group": _group,
    "if": _if,
    "filter": _filter,
}
