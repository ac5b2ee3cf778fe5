"""How large a symphony is: each distinct block once, parents first, and what adds up along the nesting.

1. Distinct blocks are put in an order in which each stands behind all blocks that hold it.
2. Down that order go depth and how often a block occurs; up it come forms and levels of price paths.
So a tree whose parts are shared costs its distinct parts, however often they occur and however deep.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from alchemiser_dagster.symphony.syntax.blocks import (
    Asset,
    Block,
    Filter,
    If,
    WeightInverseVolatility,
    children_of,
)
from alchemiser_dagster.symphony.syntax.conditions import Compound, Condition, Reading, conditions_within
from alchemiser_dagster.symphony.syntax.nesting import parents_first


@dataclass(frozen=True, eq=False)
class Sizes:
    """What adds up in a tree of blocks.

    Parameters
    ----------
    order
        Every distinct block, parents before children.
    occurrences
        How often each occurs in the tree.
    forms
        Pairs of parentheses that each takes in the text notation, with all that is inside it.
    depth
        Blocks within blocks from the root to the deepest, the root included.
    path_levels
        Nesting of blocks that are scored by their own price path; 0 where none is.
    """

    order: tuple[Block, ...]
    occurrences: Counter[Block]
    forms: dict[Block, int]
    depth: int
    path_levels: int


def sizes_of(root: Block) -> Sizes:
    """Return the sizes of a tree, in one walk down and one up."""
    order = parents_first(root, children_of)
    occurrences, depth = Counter({root: 1}), {root: 1}
    forms: dict[Block, int] = {}
    levels: dict[Block, int] = {}
    for block in order:
        for child in children_of(block):
            occurrences[child] += occurrences[block]
            depth[child] = max(depth.get(child, 0), depth[block] + 1)
    for block in reversed(order):
        inside = children_of(block)
        forms[block] = own_forms(block) + sum(forms[child] for child in inside)
        scores = isinstance(block, Filter | WeightInverseVolatility)
        levels[block] = max(
            (levels[child] + (scores and not isinstance(child, Asset)) for child in inside), default=0
        )
    return Sizes(order, occurrences, forms, max(depth.values()), levels[root])


def own_forms(block: Block) -> int:
    """Return the pairs of parentheses of a block without its children."""
    match block:
        case If(condition=condition):
            return 1 + sum(forms_of_condition(part) for part in conditions_within(condition))
        case Filter():
            return 3
        case _:
            return 1


def forms_of_condition(condition: Condition) -> int:
    """Return the pairs of parentheses of a condition without the conditions inside it."""
    if isinstance(condition, Compound):
        return 1
    return 3 if isinstance(condition.right, Reading) else 2
