"""From columns to target weights: the whole of a root flows down to assets (spec section 3).

1. Where the root is defined it holds 1. In the order of the plan each block passes what it holds to its
   children: fixed weights, the branch taken, the children chosen, shares by volatility.
2. A branch that no session takes gets nothing and is not looked into.
3. What arrives at an asset is its symbol's weight; several paths add up. Weights below 1e-9 vanish.
4. Where the root is undefined the row is NaN.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from alchemiser_dagster.symphony.engine.graph import (
    AssetNode,
    ChoiceNode,
    FilterNode,
    InverseVolatilityNode,
    MixNode,
)

if TYPE_CHECKING:
    from alchemiser_dagster.symphony.engine.columns import Columns

Floats = NDArray[np.float64]

Holder: TypeAlias = MixNode | ChoiceNode | FilterNode | InverseVolatilityNode

SMALLEST_WEIGHT = 1e-9


def target_weights(columns: Columns, root: int, symbols: tuple[str, ...]) -> Floats:
    """Return weights of sessions × symbols for the root with this place among the graph's roots."""
    number = columns.graph.roots[root]
    defined = columns.defined[number]
    weights = np.zeros((len(symbols), len(columns.closes.sessions)))
    rows = dict(zip(symbols, weights, strict=True))
    held: dict[int, Floats] = {number: defined.astype(np.float64)}
    for block in columns.plan.descents[root]:
        amount = held.pop(block, None)
        if amount is None:
            continue
        node = columns.graph.blocks.nodes[block]
        if isinstance(node, AssetNode):
            rows[node.symbol] += amount
            continue
        for child, part in _passed_on(columns, block, node, amount):
            held[child] = held[child] + part if child in held else part
    weights[weights < SMALLEST_WEIGHT] = 0.0
    weights[:, ~defined] = np.nan
    return weights.T


def _passed_on(columns: Columns, block: int, node: Holder, amount: Floats) -> Iterator[tuple[int, Floats]]:
    match node:
        case MixNode():
            parts = {weight: amount * weight for weight in set(node.weights)}
            for child, weight in zip(node.children, node.weights, strict=True):
                yield child, parts[weight]
        case ChoiceNode():
            then = amount * columns.conditions[node.condition].holds
            otherwise = amount - then
            if then.any():
                yield node.then, then
            if otherwise.any():
                yield node.otherwise, otherwise
        case _:
            for position, child in enumerate(node.children):
                yield child, amount * columns.shares[block].of_child(position)
