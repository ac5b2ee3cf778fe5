"""The conditions of a graph on one more session: all comparisons of one operator at once, then compounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from alchemiser_dagster.symphony.engine.columns import compared
from alchemiser_dagster.symphony.engine.graph import ComparisonNode, CompoundNode, ConditionNode
from alchemiser_dagster.symphony.syntax.conditions import Operator

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Comparisons:
    """The comparisons of one operator, by number: of an indicator with another one or a constant."""

    operator: Operator
    numbers: tuple[int, ...]
    left: Rows
    right: Rows
    constants: Floats
    is_constant: NDArray[np.bool_]

    def outcomes(self, indicators: Floats) -> list[tuple[int, bool | None]]:
        """Return of each whether it holds, None where it is undefined."""
        left = indicators[self.left]
        right = np.where(self.is_constant, self.constants, indicators[self.right])
        holds = compared(self.operator, left, right).tolist()
        undefined = (np.isnan(left) | np.isnan(right)).tolist()
        return [
            (number, None if lacks else holding)
            for number, holding, lacks in zip(self.numbers, holds, undefined, strict=True)
        ]


def comparisons_of(nodes: Sequence[ConditionNode]) -> list[Comparisons]:
    """Return the comparisons of a graph, one batch an operator."""
    batches = []
    for operator in get_args(Operator):
        chosen = [
            (number, node)
            for number, node in enumerate(nodes)
            if isinstance(node, ComparisonNode) and node.operator == operator
        ]
        batches.append(
            Comparisons(
                operator,
                tuple(number for number, _ in chosen),
                np.array([node.left for _, node in chosen], dtype=np.intp),
                np.array([node.right or 0 for _, node in chosen], dtype=np.intp),
                np.array([node.constant for _, node in chosen]),
                np.array([node.right is None for _, node in chosen], dtype=np.bool_),
            )
        )
    return [batch for batch in batches if batch.numbers]


def outcomes(
    nodes: Sequence[ConditionNode], batches: Sequence[Comparisons], indicators: Floats
) -> list[bool | None]:
    """Return of each condition whether it holds, None where it is undefined."""
    found: list[bool | None] = [None] * len(nodes)
    for batch in batches:
        for number, holds in batch.outcomes(indicators):
            found[number] = holds
    for number, node in enumerate(nodes):
        if isinstance(node, CompoundNode):
            found[number] = _joined(node, [found[part] for part in node.conditions])
    return found


def _joined(node: CompoundNode, parts: Sequence[bool | None]) -> bool | None:
    if None in parts:
        return None
    return all(parts) if node.connective == "and" else any(parts)
